"""A running mcp-proxy and the client at its other end."""

import asyncio
import contextlib
import json
import os
import pathlib
import resource
import signal
import time
from collections.abc import Callable
from typing import Any

import processes
from bench import Trial
from calls import Call

#: How long anything may take before it counts as stuck; what passes never waits for it.
PATIENCE = 90.0
#: One line the client may get.
MOST_LINE = 64 << 20


def limit_processes(most: int) -> Callable[[], None]:
    """For a new process: the user it runs as may not have more than so many."""
    return lambda: resource.setrlimit(resource.RLIMIT_NPROC, (most, most))


class Proxy:
    """Launches the proxy, sends calls, and notes what it does that no proxy may do."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.name = f"client-{next(trial.proxies)}"
        self.home = trial.folder / f"home-{self.name}"
        self.calls: list[Call] = []
        self.is_killed = False
        #: Requests until now.
        self.requests = 0
        self.open: dict[int | str, asyncio.Future[dict[str, Any]]] = {}
        self.news: asyncio.Future[None] | None = None
        self.may_read = asyncio.Event()
        self.may_read.set()

    @classmethod
    async def start(
        cls,
        trial: Trial,
        configuration: pathlib.Path,
        environment: dict[str, str] | None = None,
        user: int | None = None,
        most_processes: int | None = None,
    ) -> "Proxy":
        """Launches it and opens the session."""
        proxy = cls(trial)
        proxy.home.mkdir()
        if user is not None:
            os.chown(proxy.home, user, user)
        own = {"MCP_PROXY_HOME": str(proxy.home), **(environment or {})}
        inherited = {key: value for key, value in os.environ.items() if "CLAUDE" not in key}
        with open(proxy.home / "stderr", "wb") as errors:
            proxy.process = await asyncio.create_subprocess_exec(
                trial.bench.binary, "run", "--config", str(configuration),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=errors,
                limit=MOST_LINE, env={**inherited, **own}, user=user, start_new_session=True,
                preexec_fn=limit_processes(most_processes) if most_processes else None,
            )
        proxy.reader = asyncio.create_task(proxy.read())
        await proxy.request("initialize", {
            "protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": {"name": proxy.name, "version": "1"},
        })
        proxy.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return proxy

    @property
    def pid(self) -> int:
        return self.process.pid

    # What is said

    def send(self, message: dict[str, Any]) -> None:
        if self.process.stdin and not self.process.stdin.is_closing():
            self.process.stdin.write(json.dumps(message).encode() + b"\n")

    def post(self, method: str, params: dict[str, Any]) -> asyncio.Future[dict[str, Any]]:
        """Sends a request; 1 and "1" are different ids, so that mixing them up shows."""
        number = self.requests
        self.requests += 1
        identity: int | str = number // 2 if number % 2 else str(number // 2)
        future = asyncio.get_running_loop().create_future()
        self.open[identity] = future
        self.send({"jsonrpc": "2.0", "id": identity, "method": method, "params": params})
        return future

    async def request(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """The answer; {} if the proxy ended without one."""
        future = self.post(method, params)
        await asyncio.wait({future}, timeout=PATIENCE)
        return future.result() if future.done() else {}

    async def call(self, server: str, tool: str, **arguments: int | str) -> Call:
        """Makes a call and waits for its answer, or for the end of the proxy."""
        call = Call(self.trial.next_tag(), server, tool, time.monotonic())
        self.calls.append(call)
        params = {"name": f"{server}__{tool}", "arguments": {"tag": call.tag, **arguments}}
        future = self.post("tools/call", params)
        if self.process.stdin and not self.process.stdin.is_closing():
            with contextlib.suppress(ConnectionError):
                await self.process.stdin.drain()
        await asyncio.wait({future}, timeout=PATIENCE)
        message = future.result() if future.done() else {}
        if message:
            call.take(message, time.monotonic())
        else:
            call.was_abandoned = self.is_killed
        if self.news:
            self.news.set_result(None)
            self.news = None
        return call

    # What is heard

    async def read(self) -> None:
        assert self.process.stdout
        while True:
            await self.may_read.wait()
            try:
                line = await self.process.stdout.readline()
            except (ValueError, ConnectionError) as error:
                self.trial.problem(f"{self.name}: {error}")
                break
            if not line.endswith(b"\n"):
                break
            self.hear(line)
        for future in self.open.values():
            future.set_result({})

    def hear(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except ValueError:
            return self.trial.problem(f"{self.name}: not JSON: {line[:200]!r}")
        if "method" in message:
            return
        identity = message.get("id")
        future = self.open.pop(identity, None)
        if future is not None:
            return future.set_result(message)
        if isinstance(identity, int | str) and int(identity) * 2 < self.requests:
            self.trial.result.duplicated += 1
        self.trial.problem(f"{self.name}: answered twice, or never asked: {line[:200]!r}")

    async def until(self, condition: Callable[[], bool], seconds: float = PATIENCE) -> bool:
        """Waits until answers have made the condition true."""
        deadline = time.monotonic() + seconds
        while not condition():
            if self.news is None:
                self.news = asyncio.get_running_loop().create_future()
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            await asyncio.wait({self.news}, timeout=left)
        return True

    # Its processes

    def children(self, *words: str) -> list[int]:
        """The children that have all these words among their arguments."""
        found = processes.children(self.pid)
        return [pid for pid in found if set(words) <= set(processes.arguments(pid))]

    def server(self, name: str) -> int:
        """The process of a server; 0 if there is none now."""
        return next(iter(self.children(self.trial.mark, name)), 0)

    async def ready(self, *servers: str) -> None:
        """Waits until each server has answered a call."""
        calls = await asyncio.gather(*(self.call(name, "look") for name in servers))
        for call in calls:
            self.trial.expect(call.report == "ok", f"{call.server} does not start: {call.text}")

    # Its end

    async def kill(self) -> None:
        """Kills it; calls that are open count as abandoned, not as lost."""
        self.is_killed = True
        processes.send(self.pid, signal.SIGKILL)
        await self.ended()

    async def finish(self) -> int | None:
        """Closes its input and waits for its end; `None` if it does not end."""
        if self.process.stdin:
            self.process.stdin.close()
        return await self.ended()

    async def ended(self) -> int | None:
        try:
            code = await asyncio.wait_for(self.process.wait(), PATIENCE)
            await asyncio.wait({self.reader}, timeout=PATIENCE)
            return code
        except asyncio.TimeoutError:
            self.trial.problem(f"{self.name}: did not end")
            self.is_killed = True
            processes.send(self.pid, signal.SIGKILL)
            return None

    @property
    def errors(self) -> str:
        return (self.home / "stderr").read_text(errors="replace")
