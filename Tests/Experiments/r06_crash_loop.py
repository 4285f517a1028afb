"""R6: servers that exit at every start; they count as crashed, and come back by a later call."""

import asyncio
import time

import processes
from bench import Trial
from books import read_ledger
from faults import Faults
from load import balance
from proxy import Proxy

SMOKE, FULL = 2, 10
#: Starts within a minute, and the wait after them (docs/operations.md, Processes).
MOST_STARTS, CRASHED_WAIT = 6, 300


async def run(trial: Trial) -> None:
    broken = trial.folder / "broken"
    broken.touch()
    names = [f"s{number}" for number in range(trial.count)]
    servers = {
        name: trial.server(name, "--exit-if", str(broken), prefix="") | {"prefix": name}
        for name in names
    }
    faults = Faults(trial.bench.faults, trial.folder / "control")
    configuration = trial.configuration(servers)
    # Their lists of tools have to be known, or nobody could call what never starts.
    broken.unlink()
    first = await Proxy.start(trial, configuration)
    await first.ready(*names)
    await first.finish()
    broken.touch()
    environment = {**faults.environment, "MCP_PROXY_HOME": str(first.home)}
    proxy = await Proxy.start(trial, configuration, environment)
    await asyncio.gather(*(crash(trial, proxy, name) for name in names))
    exits = read_ledger(trial.ledger).exits
    await asyncio.sleep(1)
    trial.expect(read_ledger(trial.ledger).exits == exits, "starts go on although it has crashed")
    for name in names:
        trial.expect(exits[name] <= MOST_STARTS, f"{exits[name]} starts of {name} in a minute")
        trial.expect(exits[name] > 1, f"{exits[name]} starts of {name}: no retry")
    broken.unlink()
    faults.step(monotonic=CRASHED_WAIT + 1)
    began = time.monotonic()
    calls = await asyncio.gather(*(proxy.call(name, "look") for name in names))
    trial.result.recovery.append(time.monotonic() - began)
    for call in calls:
        trial.expect(call.report == "ok", f"does not come back: {call.text}")
    trial.result.done = trial.count
    await proxy.finish()
    proxy.home = first.home
    proxy.calls += first.calls
    balance(trial, [proxy])
    left = await processes.until_gone(trial.mark, 5)
    trial.expect(not left, f"left behind: {processes.describe(left)}")


async def crash(trial: Trial, proxy: Proxy, name: str) -> None:
    """Calls until the answer says that the server has crashed."""
    began = time.monotonic()
    while (call := await proxy.call(name, "note")).reason != "crashed":
        trial.expect(call.report == "no", f"{call.report}: {call.text}")
        if not trial.expect(time.monotonic() - began < 60, f"not crashed: {call.text}"):
            return
        await asyncio.sleep(0.1)
    quoted = "is there" in call.text and "code 1" in call.text
    trial.expect(quoted, f"does not quote the server's last words: {call.text}")
    wait = call.retry_after or 0
    trial.expect(0 < wait <= CRASHED_WAIT * 1000, f"names a wait of {wait} ms")
