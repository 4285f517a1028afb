"""R13: the wall clock is stepped, and the machine is suspended."""

import asyncio
import signal
import time

import processes
from bench import Trial
from faults import Faults
from load import balance
from proxy import Proxy

SMOKE, FULL = 3, 12
HOUR = 3600.0
#: How long the breaker stays open, in seconds.
OPEN = 2.0


async def run(trial: Trial) -> None:
    kinds = [clock_set(HOUR), clock_set(-HOUR), suspended]
    for number in range(trial.count):
        faults = Faults(trial.bench.faults, trial.folder / f"control-{number}")
        policy = {
            "timeout": "1s", "retry": {"attempts": 1},
            "breaker": {"minCalls": 2, "consecutive": 2, "open": f"{OPEN}s", "perTool": False},
        }
        configuration = trial.configuration({"s": trial.server("s", **policy)})
        proxy = await Proxy.start(trial, configuration, faults.environment)
        await proxy.ready("s")
        await kinds[number % len(kinds)](trial, proxy, faults)
        await proxy.finish()
        trial.result.done += 1
        balance(trial, [proxy])


def clock_set(step: float):
    """An open breaker minds the time that passes, not the time of day."""

    async def change(trial: Trial, proxy: Proxy, faults: Faults) -> None:
        victim = proxy.server("s")
        processes.send(victim, signal.SIGSTOP)
        await asyncio.gather(*(proxy.call("s", "look") for _ in range(2)))
        # Until their two pings have had their time; a third silent call would be one too many.
        await asyncio.sleep(1.3)
        call = await proxy.call("s", "look")
        seen = time.monotonic()
        processes.send(victim, signal.SIGCONT)
        trial.expect(call.reason == "breaker_open", f"does not open: {call.text}")
        told = (call.retry_after or 0) / 1000
        faults.step(wall=step)
        early = await proxy.call("s", "look")
        trial.expect(early.reason == "breaker_open" or time.monotonic() - seen >= told,
                     f"a step of {step:.0f} s closed the breaker: {early.text}")
        await asyncio.sleep(max(0, seen + told - time.monotonic()))
        while (late := await proxy.call("s", "look")).report != "ok":
            if not trial.expect(time.monotonic() - seen < told + 20, f"stays open: {late.text}"):
                return
            await asyncio.sleep(0.02)
        trial.result.recovery.append(time.monotonic() - seen - told)
        trial.expect(proxy.server("s") == victim, "the server was restarted")

    return change


async def suspended(trial: Trial, proxy: Proxy, faults: Faults) -> None:
    """Everything stands still, and time has gone on when it wakes."""
    victims = [proxy.pid, proxy.server("s")]
    open_call = asyncio.create_task(proxy.call("s", "note", ms=300))
    await proxy.request("ping", {})
    for victim in victims:
        processes.send(victim, signal.SIGSTOP)
    faults.step(wall=HOUR, monotonic=HOUR)
    for victim in reversed(victims):
        processes.send(victim, signal.SIGCONT)
    call = await open_call
    trial.expect(call.report in ("ok", "unknown"), f"{call.report}: {call.text}")
    for _ in range(5):
        after = await proxy.call("s", "look")
        trial.expect(after.report == "ok", f"after the suspension: {after.text}")
    trial.expect(proxy.server("s") == victims[1], "the server was restarted")
