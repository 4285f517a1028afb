"""R7: "too many requests", from the server and from the proxy's own limit, under many calls."""

import asyncio

from bench import Trial
from books import read_ledger
from calls import Call
from load import balance
from proxy import Proxy

SMOKE, FULL = 4, 20
CALLERS = 20


async def run(trial: Trial) -> None:
    servers = {
        "far": trial.server("far", "--limit", "5/200", concurrency=32),
        "own": trial.server("own", rateLimit={
            "calls": 20, "per": "1s", "burst": 5, "onLimit": "reject",
        }),
    }
    proxy = await Proxy.start(trial, trial.configuration(servers))
    await proxy.ready("far")
    for _ in range(trial.count):
        await asyncio.gather(*(insist(trial, proxy, "far") for _ in range(CALLERS)))
        await obey(trial, proxy)
        trial.result.done += 1
    await proxy.finish()
    ledger, usage = balance(trial, [proxy])
    asked = ledger.runs + ledger.refusals
    trial.expect(max(asked.values()) == 1, "a refused call was repeated by the proxy")
    refused = [record for record in usage.records if record["status"] == "tool_error"]
    trial.expect(len(refused) == sum(ledger.refusals.values()), "a refusal was changed on its way")
    shut = [record for record in usage.records if record["breaker"] != "closed"]
    trial.expect(not shut, f"refusals opened the breaker: {shut[:1]}")
    trial.result.notes.append(f"{len(refused)} refusals by the server")


async def insist(trial: Trial, proxy: Proxy, server: str) -> None:
    """Calls again, as late as it is told, until the call has run."""
    for _ in range(200):
        call = await proxy.call(server, "note")
        if call.report == "ok":
            return
        if not trial.expect(call.retry_after is not None, f"no time to wait: {call.text}"):
            return
        await asyncio.sleep((call.retry_after or 0) / 1000)
    trial.problem("200 calls, and none came through")


async def obey(trial: Trial, proxy: Proxy) -> None:
    """Uses the own limit up; whoever comes when he was told to is let in."""
    for _ in range(100):
        call: Call = await proxy.call("own", "note")
        if call.report != "ok":
            break
    if not trial.expect(call.reason == "rate_limited", f"never limited: {call.text}"):
        return
    await asyncio.sleep((call.retry_after or 0) / 1000)
    again = await proxy.call("own", "note")
    trial.expect(again.report == "ok", f"told {call.retry_after} ms, and then: {again.text}")
