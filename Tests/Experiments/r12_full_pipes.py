"""R12: a server that reads nothing, and a client that reads nothing."""

import asyncio
import time

import processes
from bench import Trial
from load import balance
from proxy import Proxy

SMOKE, FULL = 2, 20
#: Bytes of a call or an answer, and how many of them.
SIZE, MANY = 100_000, 200
#: What the proxy may hold, in kB: far less than the 20 MB that are on their way.
MOST_MEMORY = 60_000


async def run(trial: Trial) -> None:
    for number in range(trial.count):
        await (server_reads_nothing, client_reads_nothing)[number % 2](trial)
        trial.result.done += 1


async def open_proxy(trial: Trial, **policy: object) -> Proxy:
    servers = {"deaf": trial.server("deaf", **policy), "good": trial.server("good", **policy)}
    proxy = await Proxy.start(trial, trial.configuration(servers))
    await proxy.ready("deaf", "good")
    return proxy


async def server_reads_nothing(trial: Trial) -> None:
    proxy = await open_proxy(trial, timeout="2s", concurrency={"max": 1000})
    await proxy.call("deaf", "deaf")
    padding = "x" * SIZE
    began = time.monotonic()
    calls = [asyncio.create_task(proxy.call("deaf", "note", padding=padding)) for _ in range(MANY)]
    others = [await proxy.call("good", "note") for _ in range(20)]
    for other in others:
        trial.expect(other.report == "ok", f"another server is hit, too: {other.text}")
    await asyncio.gather(*calls)
    trial.expect_in_time(time.monotonic() - began, 10, "answering calls to a deaf server")
    told = {(call.report, call.reason) for call in calls_of(proxy, "deaf") if call.report != "ok"}
    trial.expect(("no", "queue_full") in told, f"never refused: {told}")
    await end(trial, proxy)


async def client_reads_nothing(trial: Trial) -> None:
    proxy = await open_proxy(trial, concurrency={"max": 1000})
    proxy.may_read.clear()
    calls = [asyncio.create_task(proxy.call("good", "look", bytes=SIZE)) for _ in range(MANY)]
    # Until the proxy sleeps: then every pipe is as full as it gets.
    await asyncio.sleep(0.5)
    busy = -1
    while busy != (busy := processes.status(proxy.pid, "voluntary_ctxt_switches")):
        await asyncio.sleep(0.2)
    proxy.may_read.set()
    began = time.monotonic()
    await asyncio.gather(*calls)
    trial.result.recovery.append(time.monotonic() - began)
    for call in calls_of(proxy, "good"):
        trial.expect(call.report == "ok", f"{call.report}: {call.text[:200]}")
    await end(trial, proxy)


def calls_of(proxy: Proxy, server: str) -> list:
    return [call for call in proxy.calls if call.server == server]


async def end(trial: Trial, proxy: Proxy) -> None:
    peak = processes.status(proxy.pid, "VmHWM")
    trial.expect(peak < MOST_MEMORY, f"the proxy held {peak} kB")
    await proxy.finish()
    left = await processes.until_gone(trial.mark, 5)
    trial.expect(not left, f"left behind: {processes.describe(left)}")
    balance(trial, [proxy])
