"""R14: a server is out of service and another one stands in for it, until it is back."""

import asyncio
import pathlib
import time

import processes
from bench import QUICK_RESTART, Trial
from load import balance
from proxy import Proxy

SMOKE, FULL = 4, 50


async def run(trial: Trial) -> None:
    await forced_open(trial)
    gone = {name: trial.folder / f"{name}-gone" for name in ("first", "second")}
    servers = {
        "first": trial.server("first", "--exit-if", str(gone["first"]), restart=QUICK_RESTART,
                              fallback=["second"]),
        "second": trial.server("second", "--exit-if", str(gone["second"]), restart=QUICK_RESTART),
    }
    proxy = await Proxy.start(trial, trial.configuration(servers))
    await proxy.ready("first", "second")
    for _ in range(trial.count):
        await take_turns(trial, proxy, gone)
        trial.result.done += 1
    await proxy.finish()
    balance(trial, [proxy])


async def forced_open(trial: Trial) -> None:
    """Switched off by the configuration: nothing is ever sent there."""
    servers = {
        "first": trial.server("first", breaker={"mode": "forcedOpen"}, fallback=["second"]),
        "second": trial.server("second"),
    }
    proxy = await Proxy.start(trial, trial.configuration(servers))
    calls = await asyncio.gather(*(proxy.call("first", "note") for _ in range(20)))
    for call in calls:
        trial.expect(call.text.startswith("second "), f"not by the stand-in: {call.text}")
    await proxy.finish()
    _, usage = balance(trial, [proxy])
    for record in usage.records:
        tried = [(attempt["endpoint"], attempt["certainty"]) for attempt in record["attempts"]]
        wanted = [("first", "not_sent"), ("second", "answered")]
        trial.expect(tried == wanted, f"more than one attempt: {tried}")


async def take_turns(trial: Trial, proxy: Proxy, gone: dict[str, pathlib.Path]) -> None:
    """The first dies: the second answers. Both are dead: a word about it. The first comes back."""
    victim = proxy.server("first")
    gone["first"].touch()
    processes.send(victim, processes.signal.SIGKILL)
    while proxy.server("first") == victim:
        await asyncio.sleep(0.001)
    # One attempt at most may be lost to the death itself; none that is not safe is repeated.
    for tool in ("look", "note", "look", "note"):
        call = await proxy.call("first", tool)
        by_second = call.text.startswith("second ") or call.report == "unknown"
        trial.expect(by_second, f"not by the stand-in: {call.report} {call.text}")
    gone["second"].touch()
    processes.send(proxy.server("second"), processes.signal.SIGKILL)
    both = asyncio.create_task(proxy.call("first", "note"))
    await asyncio.sleep(0.05)
    gone["first"].unlink()
    began = time.monotonic()
    call = await both
    while not call.text.startswith("first "):
        trial.expect(call.report in ("ok", "no", "unknown"), f"{call.report}: {call.text}")
        if not trial.expect(time.monotonic() - began < 20, f"does not return: {call.text}"):
            break
        await asyncio.sleep(0.01)
        call = await proxy.call("first", "note")
    trial.result.recovery.append(time.monotonic() - began)
    gone["second"].unlink()
    await proxy.ready("second")
