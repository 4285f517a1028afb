"""R9: the disk is full, or answers with an I/O error, or takes only a part of what is written."""

import asyncio
import errno
import pathlib
import subprocess

from bench import Trial, may_mount
from books import read_usage
from faults import Faults
from load import balance
from proxy import Proxy

SMOKE, FULL = 6, 20
#: Calls whose lines may be written in one piece.
AT_ONCE = 10


async def run(trial: Trial) -> None:
    kinds = [through_library("EIO", errno=errno.EIO), through_library("ENOSPC", errno=errno.ENOSPC),
             through_library("short", most=100)]
    if may_mount():
        kinds.append(full_disk)
    else:
        trial.result.skipped.append("a full file system: mounting a tmpfs needs root")
    for number in range(trial.count):
        await kinds[number % len(kinds)](trial, number)
        trial.result.done += 1


def through_library(kind: str, errno: int = 0, most: int = 0):
    """A fault of the writes themselves."""

    async def fail(trial: Trial, number: int) -> None:
        faults = Faults(trial.bench.faults, trial.folder / f"control-{number}")
        proxy = await open_proxy(trial, {}, faults.environment)

        def begin() -> None:
            faults["write_errno"], faults["write_most"] = errno, most

        def end() -> None:
            faults["write_errno"] = faults["write_most"] = 0

        await calls_through(trial, proxy, begin, end)
        trial.expect(faults["failed_writes"] > 0, f"{kind}: no write failed")

    return fail


async def full_disk(trial: Trial, number: int) -> None:
    """A small file system that something else fills."""
    disk = trial.folder / f"disk-{number}"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], check=True)
    try:
        proxy = await open_proxy(trial, {"usage": {"dir": str(disk)}}, {})
        filler = disk / "filler"
        await calls_through(trial, proxy, lambda: fill(filler), filler.unlink, disk)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def fill(file: pathlib.Path) -> None:
    with file.open("wb", buffering=0) as opened:
        try:
            while opened.write(b"x" * 512):
                pass
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


async def open_proxy(trial: Trial, settings: dict, environment: dict[str, str]) -> Proxy:
    servers = {"s": trial.server("s")}
    configuration = trial.configuration(servers, proxy=settings)
    proxy = await Proxy.start(trial, configuration, environment)
    await proxy.ready("s")
    return proxy


async def calls_through(trial: Trial, proxy: Proxy, begin, end, place=None) -> None:
    """Calls before, during and after the fault: none may notice it, and all are accounted for."""
    await some_calls(trial, proxy)
    begin()
    await some_calls(trial, proxy)
    end()
    await some_calls(trial, proxy)
    trial.expect(await proxy.finish() == 0, "the exit code is not 0")
    warnings = proxy.errors.count("warn")
    trial.expect(warnings <= 2, f"{warnings} warnings on standard error: {proxy.errors[:400]}")
    usage = read_usage(place or proxy.home / "usage")
    trial.expect(not usage.glued, f"glued lines: {usage.glued[:2]}")
    seen = {record["seq"] for record in usage.records}
    missing = len(proxy.calls) - len(seen)
    dropped = sum(record.get("dropped", 0) for record in usage.records)
    trial.expect(missing > 0, "nothing was lost: the fault did not work")
    # Of a write that got in only in part, all records are counted, whole lines included.
    whole = AT_ONCE - 1
    trial.expect(missing <= dropped <= missing + whole, f"{missing} missing, {dropped} dropped")
    trial.expect(max(seen) == len(proxy.calls), "the last record is not the last call's")
    proxy.is_killed = True  # The books were balanced here.
    balance(trial, [proxy])


async def some_calls(trial: Trial, proxy: Proxy) -> None:
    for _ in range(10):
        call = await proxy.call("s", "note")
        trial.expect(call.report == "ok", f"a call noticed: {call.text}")
    for call in await asyncio.gather(*(proxy.call("s", "look") for _ in range(AT_ONCE))):
        trial.expect(call.report == "ok", f"a call noticed: {call.text}")
