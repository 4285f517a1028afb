"""R4: SIGTERM, or the end of input, with calls open."""

import asyncio
import signal
import time

import processes
from bench import Trial
from load import balance
from proxy import Proxy
from r02_proxy_killed import DEAF

SMOKE, FULL = 4, 100


async def run(trial: Trial) -> None:
    servers = {
        "plain": trial.server("plain", timeout="2s"),
        "deaf": trial.server("deaf", "--grandchild", *DEAF, timeout="2s"),
        "family": trial.server("family", "--grandchild", timeout="2s"),
    }
    configuration = trial.configuration(servers)
    for number in range(trial.count):
        proxy = await Proxy.start(trial, configuration)
        await proxy.ready(*servers)
        calls = [
            asyncio.create_task(proxy.call(name, tool, ms=trial.random.randint(0, 300)))
            for name in servers for tool in ("note", "look", "note", "look", "note", "hang")
        ]
        await asyncio.sleep(0)
        # Its answer proves that the proxy has read all calls before.
        await proxy.request("ping", {})
        await asyncio.sleep(trial.random.uniform(0, 0.3))
        began = time.monotonic()
        if number % 2:
            processes.send(proxy.pid, signal.SIGTERM)
            code = await proxy.ended()
        else:
            code = await proxy.finish()
        spent = time.monotonic() - began
        trial.expect(code == 0, f"the exit code is {code}")
        trial.expect_in_time(spent, 5, "ending")
        # A process that was killed needs a moment to be gone.
        left = await processes.until_gone(trial.mark, 5)
        trial.expect(not left, f"left behind: {processes.describe(left)}")
        processes.sweep(trial.mark)
        await asyncio.gather(*calls)
        trial.result.recovery.append(spent)
        trial.result.done += 1
        balance(trial, [proxy])
