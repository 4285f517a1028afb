"""R10: no descriptors, no processes, no memory are left."""

import asyncio
import os
import resource
import subprocess
import time
from collections.abc import Callable

import processes
from bench import Trial
from load import balance
from proxy import Proxy, limit_processes

SMOKE, FULL = 3, 21
RESTART = {"base": "500ms", "cap": "500ms", "max": 1000, "within": "1ms"}
#: A user of nobody else's: root may always start another process. How many this one may have.
USER, MOST_PROCESSES = 61234, 8


async def run(trial: Trial) -> None:
    kinds = [no_descriptors, no_memory, no_processes]
    for number in range(trial.count):
        await kinds[number % len(kinds)](trial)
        trial.result.done += 1


async def open_proxy(trial: Trial, **limits: int) -> Proxy:
    servers = {name: trial.server(name, restart=RESTART) for name in ("a", "b")}
    proxy = await Proxy.start(trial, trial.configuration(servers), **limits)
    await proxy.ready("a", "b")
    return proxy


async def no_descriptors(trial: Trial) -> None:
    proxy = await open_proxy(trial)
    before = resource.prlimit(proxy.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(proxy.pid, resource.RLIMIT_NOFILE, (3, before[1]))
    processes.send(proxy.server("a"), processes.signal.SIGKILL)
    await cannot_restart(
        trial, proxy, "Too many open files",
        lambda: resource.prlimit(proxy.pid, resource.RLIMIT_NOFILE, before),
    )


async def no_processes(trial: Trial) -> None:
    if os.geteuid() != 0:
        trial.result.skipped.append("no processes: only root can run the proxy as somebody else")
        return
    trial.ledger.touch()
    trial.ledger.chmod(0o666)
    proxy = await open_proxy(trial, user=USER, most_processes=MOST_PROCESSES)
    others, more = take_all(trial), []
    while not more:
        if victim := proxy.server("a"):
            processes.send(victim, processes.signal.SIGKILL)
        # The place that has just come free; the proxy itself may have been quicker.
        deadline = time.monotonic() + 0.3
        while not more and time.monotonic() < deadline:
            more = take_all(trial)
        await asyncio.sleep(0)

    def give_back() -> None:
        for other in others + more:
            other.kill()
            other.wait()

    await cannot_restart(trial, proxy, "temporarily unavailable", give_back)


def take_all(trial: Trial) -> list[subprocess.Popen]:
    """Starts processes of the user until there is no room for another one."""
    taken = []
    while len(taken) < MOST_PROCESSES:
        try:
            taken.append(subprocess.Popen(
                [trial.bench.fixture, "--mark", trial.mark], stdin=subprocess.PIPE, user=USER,
                preexec_fn=limit_processes(MOST_PROCESSES),
            ))
        except BlockingIOError:
            break
    return taken


async def cannot_restart(
    trial: Trial, proxy: Proxy, words: str, restore: Callable[[], object]
) -> None:
    """One server died while nothing can be started: the other serves on; then all is well again."""
    began = time.monotonic()
    call = asyncio.create_task(proxy.call("a", "note"))
    while words not in proxy.errors:
        other = await proxy.call("b", "note")
        trial.expect(other.report == "ok", f"the other server is hit, too: {other.text}")
        if not trial.expect(time.monotonic() - began < 20, f"nobody says {words!r}"):
            break
        await asyncio.sleep(0.02)
    restore()
    lifted = time.monotonic()
    await call
    while (answer := await proxy.call("a", "look")).report != "ok":
        if not trial.expect(time.monotonic() - lifted < 30, f"does not recover: {answer.text}"):
            break
        await asyncio.sleep(0.02)
    trial.result.recovery.append(time.monotonic() - lifted)
    await proxy.finish()
    balance(trial, [proxy])


async def no_memory(trial: Trial) -> None:
    """Swift ends a program that gets no memory: then nothing may be left of it."""
    proxy = await open_proxy(trial)
    size = processes.status(proxy.pid, "VmSize") * 1024
    before = resource.prlimit(proxy.pid, resource.RLIMIT_AS)
    resource.prlimit(proxy.pid, resource.RLIMIT_AS, (size + (4 << 20), before[1]))
    # Whether it ends is not known beforehand; calls it then leaves open are not lost by a living.
    proxy.is_killed = True
    call = await proxy.call("a", "note", bytes=12_000_000)
    if call.report == "none":
        code = await proxy.ended()
        note = f"no memory for a large answer: the proxy ends by signal {-(code or 0)}"
        left = await processes.until_gone(trial.mark, 5)
        trial.expect(not left, f"left behind: {processes.describe(left)}")
    else:
        note = f"no memory for a large answer: {call.report} {call.text[:80]}"
        await proxy.finish()
    if note not in trial.result.notes:
        trial.result.notes.append(note)
    balance(trial, [proxy])
