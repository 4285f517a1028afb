"""R2: the proxy is killed under load; 8 servers with grandchildren, half of them deaf."""

import asyncio
import time

import processes
from bench import Trial
from books import Usage, read_ledger, read_usage
from load import Load
from proxy import Proxy

SMOKE, FULL = 6, 200
DEAF = ("--ignore-term", "--ignore-eof")


async def run(trial: Trial) -> None:
    names = [f"s{number}" for number in range(8)]
    servers = {
        name: trial.server(name, "--grandchild", *(DEAF if number % 2 else ()))
        for number, name in enumerate(names)
    }
    usage = trial.folder / "usage.jsonl"
    configuration = trial.configuration(servers, proxy={"usage": str(usage)})
    proxies = []
    for number in range(trial.count):
        proxy = await Proxy.start(trial, configuration)
        proxies.append(proxy)
        load = Load(proxy, names, workers=8)
        # Every fourth dies while its servers are being started.
        longest = 0.03 if number % 4 == 3 else 0.4
        await asyncio.sleep(trial.random.uniform(0, longest))
        await end_by_kill(trial, proxy)
        await load.stop()
    ledger = read_ledger(trial.ledger)
    for proxy in proxies:
        trial.result.judge(proxy.calls, ledger.runs)
    check_usage(trial, read_usage(usage))


async def end_by_kill(trial: Trial, proxy: Proxy) -> None:
    """Kills the proxy and waits until nothing of it is left."""
    killed = time.monotonic()
    await proxy.kill()
    left = await processes.until_gone(trial.mark, 10)
    spent = time.monotonic() - killed
    if trial.expect(not left, f"left behind: {processes.describe(left)}"):
        trial.result.recovery.append(spent)
        trial.expect_in_time(spent, 1.0, "ending what the proxy left behind")
    trial.result.done += 1
    processes.sweep(trial.mark)


def check_usage(trial: Trial, usage: Usage) -> None:
    """A killed proxy may tear its last line and no other."""
    trial.expect(not usage.glued, f"glued lines: {usage.glued[:3]}")
    runs = [torn[:torn.find(b'"seq"')] for torn in usage.torn]
    trial.expect(len(set(runs)) == len(runs), f"a run tore two lines: {usage.torn[:4]}")
    trial.result.notes.append(
        f"{len(usage.records)} usage lines, {len(usage.torn)} torn, {len(usage.glued)} glued, "
        f"{usage.blank} blank"
    )
