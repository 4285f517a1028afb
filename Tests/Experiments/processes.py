"""What /proc tells of processes. Zombies have no command line and so are never found."""

import asyncio
import contextlib
import os
import pathlib
import signal
import time


def read(pid: int, name: str) -> bytes:
    try:
        return pathlib.Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def everybody() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def marked(mark: str) -> list[int]:
    """The processes that have the mark in their arguments."""
    wanted = mark.encode()
    return [pid for pid in everybody() if wanted in read(pid, "cmdline")]


def children(pid: int) -> list[int]:
    return [int(word) for word in read(pid, f"task/{pid}/children").split()]


def arguments(pid: int) -> list[str]:
    return read(pid, "cmdline").decode(errors="replace").split("\0")[:-1]


def status(pid: int, field: str) -> int:
    """A number of /proc/PID/status: `VmRSS` and `VmSize` in kB, `Threads`."""
    for line in read(pid, "status").decode().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    return 0


def descriptors(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


async def until_gone(mark: str, seconds: float) -> list[int]:
    """Waits until no process with the mark is left; returns those left in the end."""
    # Nothing reports the end of a process that is not our child: asking again is the only way.
    deadline = time.monotonic() + seconds
    while (left := marked(mark)) and time.monotonic() < deadline:
        await asyncio.sleep(0.005)
    return left


def describe(pids: list[int]) -> str:
    return ", ".join(f"{pid} ({' '.join(arguments(pid)[1:3])})" for pid in pids)


def sweep(mark: str) -> None:
    """Ends what an experiment left over."""
    for pid in marked(mark):
        send(pid, signal.SIGKILL)
