"""R3: the reaper is killed, then the proxy, the moment a new reaper is there."""

import asyncio
import signal
import time

import processes
from bench import Trial
from measures import quantile
from proxy import Proxy
from r02_proxy_killed import DEAF, end_by_kill

SMOKE, FULL = 4, 50


async def run(trial: Trial) -> None:
    servers = {
        "deaf": trial.server("deaf", "--grandchild", *DEAF),
        "mute": trial.server("mute", "--grandchild", *DEAF),
        "good": trial.server("good", "--grandchild"),
    }
    configuration = trial.configuration(servers)
    returns = []
    for number in range(trial.count):
        proxy = await Proxy.start(trial, configuration)
        await proxy.ready(*servers)
        before = set(processes.children(proxy.pid))
        reaper = proxy.children("--reaper")
        if not trial.expect(len(reaper) == 1, f"{len(reaper)} reapers"):
            break
        killed = time.monotonic()
        processes.send(reaper[0], signal.SIGKILL)
        # Without a pause: what is wanted is the instant in which the new one knows nothing yet.
        while not (new := set(processes.children(proxy.pid)) - before):
            if not trial.expect(time.monotonic() - killed < 10, "no new reaper in 10 s"):
                return
        returns.append(time.monotonic() - killed)
        trial.expect_in_time(returns[-1], 1.25, "replacing the reaper")
        # Every other time it is left to find its feet.
        if number % 2:
            await asyncio.sleep(trial.random.uniform(0, 0.02))
        await end_by_kill(trial, proxy)
        trial.expect(len(new) == 1, f"{len(new)} new reapers")
    trial.result.notes.append(f"a new reaper after {quantile(returns, 0.5) * 1000:.0f} ms, "
                              f"at most {max(returns) * 1000:.0f} ms")
