"""R11: nothing happens for a minute; the servers are still there, the very same ones.

A server that was tied to the thread that started it would be dead after five seconds.
"""

import asyncio

import processes
from bench import Trial
from load import balance
from proxy import Proxy

SMOKE, FULL = 10, 20


async def run(trial: Trial) -> None:
    names = [f"s{number}" for number in range(trial.count)]
    servers = {name: trial.server(name) for name in names}
    proxy = await Proxy.start(trial, trial.configuration(servers))
    await proxy.ready(*names)
    before = {name: proxy.server(name) for name in names}
    switches = context_switches(proxy.pid)
    await asyncio.sleep(60 if trial.is_full else 7)
    woken = context_switches(proxy.pid) - switches
    for call in await asyncio.gather(*(proxy.call(name, "note") for name in names)):
        same = call.pid == before[call.server]
        trial.expect(same, f"{call.server}: {before[call.server]} became {call.pid} {call.text}")
        trial.result.done += same
    trial.expect(woken <= 2, f"an idle proxy woke {woken} times")
    trial.result.notes.append(f"the idle proxy woke {woken} times")
    await proxy.finish()
    balance(trial, [proxy])


def context_switches(pid: int) -> int:
    return processes.status(pid, "voluntary_ctxt_switches")
