"""R1: a server is killed at a random time under 20 calls at once."""

import asyncio
import subprocess
import time

import processes
from bench import QUICK_RESTART, Trial
from load import Load, balance
from measures import quantile
from proxy import Proxy

SMOKE, FULL = 12, 500
#: The wait before a restart is 100 ms ± 20 %; what else the specification allows.
DELAY, ALLOWANCE = 0.120, 0.200


async def run(trial: Trial) -> None:
    server = trial.server("s", "--grandchild", restart=QUICK_RESTART, concurrency=32)
    proxy = await Proxy.start(trial, trial.configuration({"s": server}))
    await proxy.ready("s")
    load = Load(proxy, ["s"], workers=20)
    while trial.result.done < trial.count:
        await asyncio.sleep(trial.random.uniform(0.01, 0.06))
        victim, killed = proxy.server("s"), time.monotonic()
        if not victim:
            continue
        processes.send(victim, processes.signal.SIGKILL)
        seen = len(proxy.calls)

        def is_back() -> bool:
            # Calls that were open at the time of death are among the last ones before it.
            recent = proxy.calls[max(0, seen - 40):]
            return any(
                call.pid not in (0, victim) and (call.answered or 0) > killed for call in recent
            )

        back = await proxy.until(is_back, 20)
        if not trial.expect(back, "no good answer within 20 s"):
            break
        trial.result.recovery.append(time.monotonic() - killed)
        trial.result.done += 1
    await load.stop()
    trial.expect(await proxy.finish() == 0, "the exit code is not 0")
    left = await processes.until_gone(trial.mark, 5)
    trial.expect(not left, f"left behind: {processes.describe(left)}")
    balance(trial, [proxy])
    limit = DELAY + start_up(trial) + ALLOWANCE
    if trial.result.recovery:
        trial.expect_in_time(quantile(trial.result.recovery, 0.95), limit, "p95 of the recovery")
    trial.result.notes.append(f"p95 may be {limit * 1000:.0f} ms")


def start_up(trial: Trial) -> float:
    """How long the server alone needs to its first list, in seconds."""
    asked = b'{"id":1,"method":"initialize"}\n{"id":2,"method":"tools/list"}\n'
    times = []
    for _ in range(20):
        began = time.monotonic()
        subprocess.run([trial.bench.fixture], input=asked, stdout=subprocess.DEVNULL, check=True)
        times.append(time.monotonic() - began)
    return quantile(times, 0.5)
