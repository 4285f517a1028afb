"""R5: servers are stopped (SIGSTOP) for a while and go on."""

import asyncio
import signal
import time

import processes
from bench import QUICK_RESTART, Trial
from load import balance
from proxy import Proxy

SMOKE, FULL = 4, 50
#: Servers stopped at the same time.
AT_ONCE = 8


async def run(trial: Trial) -> None:
    # Two silent calls time out, two pings stay unanswered: open. The third ping is the breaker's
    # own, and the server is back before that one is given up.
    timeout, stopped = (3.0, 10.0) if trial.is_full else (1.0, 5.0)
    names = [f"s{number}" for number in range(min(AT_ONCE, trial.count))]
    policy = {
        "timeout": {"call": f"{timeout:.0f}s"}, "restart": QUICK_RESTART,
        "retry": {"attempts": 1},
        # A tool's own breaker would stay open longer: its calls have failed in every round.
        "breaker": {"minCalls": 2, "consecutive": 2, "open": "1s", "perTool": False},
    }
    servers = {name: trial.server(name, **policy) for name in names}
    proxy = await Proxy.start(trial, trial.configuration(servers))
    await proxy.ready(*names)
    while trial.result.done < trial.count and not trial.result.problems:
        await asyncio.gather(*(stop_and_go(trial, proxy, name, timeout, stopped)
                               for name in names[:trial.count - trial.result.done]))
    await hang(trial, proxy, names[0])
    await proxy.finish()
    balance(trial, [proxy])


async def stop_and_go(
    trial: Trial, proxy: Proxy, name: str, timeout: float, stopped: float
) -> None:
    victim, began = proxy.server(name), time.monotonic()
    processes.send(victim, signal.SIGSTOP)
    calls = await asyncio.gather(*(proxy.call(name, "note") for _ in range(2)))
    for call in calls:
        trial.expect(call.report == "unknown", f"a stopped server: {call.report} {call.text}")
    # After the calls' time and that of the two pings; a third silent call would be one too many.
    await asyncio.sleep(max(0, began + 2 * timeout + 1.2 - time.monotonic()))
    refused = await proxy.call(name, "look")
    trial.expect(refused.reason == "breaker_open", f"not refused: {refused.text}")
    await asyncio.sleep(max(0, began + stopped - time.monotonic()))
    went_on = time.monotonic()
    processes.send(victim, signal.SIGCONT)
    while (answer := await proxy.call(name, "look")).report != "ok":
        if not trial.expect(time.monotonic() - went_on < 30, f"stays shut: {answer.text}"):
            return
        await asyncio.sleep(0.02)
    trial.result.recovery.append(time.monotonic() - went_on)
    again = await proxy.call(name, "note")
    trial.expect(again.pid == victim, f"not by the process that came back: {again.text}")
    trial.result.done += 1


async def hang(trial: Trial, proxy: Proxy, name: str) -> None:
    """One that does not come back is restarted after three pings."""
    victim = proxy.server(name)
    processes.send(victim, signal.SIGSTOP)
    await asyncio.gather(*(proxy.call(name, "look") for _ in range(4)))
    began = time.monotonic()
    while (answer := await proxy.call(name, "note")).report != "ok":
        if not trial.expect(time.monotonic() - began < 60, f"not restarted: {answer.text}"):
            return processes.send(victim, signal.SIGKILL)
        await asyncio.sleep(0.05)
    trial.expect(answer.pid != victim, "a stopped process answered")
