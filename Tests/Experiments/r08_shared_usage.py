"""R8: four proxies write to one usage file and are killed at random."""

import asyncio
import dataclasses

import processes
from bench import Trial
from books import read_ledger, read_usage
from load import Load
from proxy import Proxy
from r02_proxy_killed import check_usage

SMOKE, FULL = 20, 320
PROXIES, WORKERS = 4, 8


@dataclasses.dataclass
class Place:
    """One of the four, replaced whenever it was killed."""

    proxy: Proxy
    load: Load


async def run(trial: Trial) -> None:
    file = trial.folder / "usage.jsonl"
    servers = {"s": trial.server("s")}
    configuration = trial.configuration(servers, proxy={"usage": str(file)})
    proxies: list[Proxy] = []

    async def occupy() -> Place:
        proxy = await Proxy.start(trial, configuration)
        proxies.append(proxy)
        return Place(proxy, Load(proxy, ["s"], WORKERS, longest=1))

    places = [await occupy() for _ in range(PROXIES)]
    for _ in range(trial.count):
        await asyncio.sleep(trial.random.uniform(0.02, 0.12))
        number = trial.random.randrange(PROXIES)
        await places[number].proxy.kill()
        await places[number].load.stop()
        trial.result.done += 1
        places[number] = await occupy()
    for place in places:
        await place.load.stop()
        trial.expect(await place.proxy.finish() == 0, "the exit code is not 0")
    left = await processes.until_gone(trial.mark, 5)
    trial.expect(not left, f"left behind: {processes.describe(left)}")
    ledger, usage = read_ledger(trial.ledger), read_usage(file)
    check_usage(trial, usage)
    written: dict[str, int] = {}
    for record in usage.records:
        client = record.get("client", "")
        written[client] = written.get(client, 0) + 1
    for proxy in proxies:
        trial.result.judge(proxy.calls, ledger.runs)
        answered = sum(call.answered is not None for call in proxy.calls)
        missing = answered - written.get(proxy.name, 0)
        # The lines of a turn follow its answers: who is killed between them loses those.
        most = WORKERS if proxy.is_killed else 0
        trial.expect(missing <= most, f"{proxy.name}: {missing} answered calls without a line")
