"""Calls without end, and the balance when they have ended."""

import asyncio
import random

from bench import Trial
from books import Ledger, Usage, read_ledger, read_usage
from proxy import Proxy


class Load:
    """Workers that call servers at random, one call each at a time, until told to stop."""

    def __init__(self, proxy: Proxy, servers: list[str], workers: int, longest: int = 10) -> None:
        self.proxy, self.servers, self.longest = proxy, servers, longest
        self.is_over = False
        seeds = [proxy.trial.random.random() for _ in range(workers)]
        self.tasks = [asyncio.create_task(self.work(random.Random(seed))) for seed in seeds]

    async def work(self, chance: random.Random) -> None:
        while not self.is_over and not self.proxy.is_killed:
            server = chance.choice(self.servers)
            tool = chance.choice(["note", "look"])
            call = await self.proxy.call(server, tool, ms=chance.randint(0, self.longest))
            if call.report not in ("ok", "unknown"):
                # Who is refused comes again later, not at once.
                await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Waits for the calls under way."""
        self.is_over = True
        await asyncio.gather(*self.tasks)


def balance(trial: Trial, proxies: list[Proxy]) -> tuple[Ledger, Usage | None]:
    """Holds what clients were told against the ledger, and the usage log against the calls."""
    ledger = read_ledger(trial.ledger)
    usage = None
    for proxy in proxies:
        trial.result.judge(proxy.calls, ledger.runs)
        if proxy.is_killed:
            continue
        usage = read_usage(proxy.home / "usage")
        lines, calls = len(usage.records), len(proxy.calls)
        dropped = sum(record.get("dropped", 0) for record in usage.records)
        trial.expect(lines + dropped == calls, f"{lines} usage lines for {calls} calls")
        broken = len(usage.torn) + len(usage.glued) + usage.blank
        trial.expect(broken == 0, f"{broken} usage lines are broken: {usage.torn + usage.glued}")
    return ledger, usage
