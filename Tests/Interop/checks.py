"""Runs the checks of one plan with the SDK client of the interpreter it runs in.

Usage: checks.py PLAN.json. Prints one line a check, `ok …` or `FAIL …`; exits 1 if one failed.
A plan names the commands to launch, the servers behind each, and the prefix of their tool names.
"""

import asyncio
import json
import pathlib
import re
import sys
import time

import anyio

try:
    import mcp_types  # noqa: F401, only 2.x has it

    from client_v2 import CallError, connect
except ModuleNotFoundError:
    from client_v1 import CallError, connect

SDK_TOOLS = {"repeat", "weather", "broken", "steps", "note", "slow", "sample", "ask", "roots"}
EXPECTED = {
    "time": {"get_current_time", "convert_time"},
    "git": {"git_status", "git_log", "git_diff"},
    "sdk1": SDK_TOOLS,
    "sdk2": SDK_TOOLS,
}


class Failed(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Failed(what)


def text_of(result):
    return "".join(part.get("text", "") for part in result["content"])


class Connection:
    """One launched command under test: its session, and what came from it outside of answers."""

    def __init__(self, plan, session, heard):
        self.plan, self.session, self.heard = plan, session, heard

    async def call(self, name, arguments, progress=None):
        result = await self.session.call(name, arguments, progress)
        need(not result.get("isError"), f"isError: {text_of(result)[:300]}")
        return result


async def all_listed(connection, servers):
    """Every tool of every server is listed under its prefix, and the rest of it is unchanged."""
    deadline = time.monotonic() + 30
    while True:
        tools = {tool["name"]: tool for tool in await connection.session.tools()}
        wanted = {prefix + name for server, prefix in servers.items() for name in EXPECTED[server]}
        if wanted <= set(tools) or time.monotonic() > deadline:
            break
        await anyio.sleep(0.2)
    need(wanted <= set(tools), f"missing {sorted(wanted - set(tools))}")
    bad = [name for name in tools if not re.fullmatch("[A-Za-z0-9_-]{1,64}", name)]
    need(not bad, f"names some clients refuse: {bad}")
    for server, prefix in servers.items():
        same_as_direct(connection.plan, server, prefix, tools)


def same_as_direct(plan, server, prefix, tools):
    """A direct run stores what the server lists; a run through the proxy is compared with it."""
    own = {name[len(prefix):]: tool for name, tool in tools.items() if name.startswith(prefix)}
    kept = ("title", "description", "inputSchema", "outputSchema", "annotations")
    listing = {name: {key: tool.get(key) for key in kept} for name, tool in sorted(own.items())}
    file = pathlib.Path(plan["folder"]) / f"listing-{server}.json"
    if plan["direct"]:
        file.write_text(json.dumps(listing))
        return
    direct = json.loads(file.read_text())
    need(set(direct) == set(listing), f"{server}: {sorted(set(direct) ^ set(listing))}")
    for name in direct:
        need(direct[name] == listing[name], f"{server}: {name} is listed with a change")


async def current_time(connection, prefix):
    result = await connection.call(prefix + "get_current_time", {"timezone": "Europe/Berlin"})
    need("Europe/Berlin" in text_of(result), text_of(result))


async def wrong_timezone(connection, prefix):
    result = await connection.session.call(prefix + "get_current_time", {"timezone": "No/Where"})
    need(result.get("isError") is True, "not an isError result")


async def git_status(connection, prefix):
    arguments = {"repo_path": connection.plan["repository"]}
    result = await connection.call(prefix + "git_status", arguments)
    need("untracked.txt" in text_of(result), text_of(result))


async def any_text(connection, prefix):
    text = 'a "quoted" \\ line\n\ttab \u2028 \u00e9 \U0001f600 \x7f ' + "long " * 40000
    result = await connection.call(prefix + "repeat", {"text": text})
    need(text_of(result) == text, "the text came back changed")


async def many_at_once(connection, prefix):
    async def one(number):
        result = await connection.call(prefix + "repeat", {"text": f"call {number}"})
        need(text_of(result) == f"call {number}", f"call {number} got {text_of(result)}")

    await asyncio.gather(*(one(number) for number in range(50)))


async def structured(connection, prefix):
    result = await connection.call(prefix + "weather", {"city": "Bern"})
    need(result.get("structuredContent") == {"city": "Bern", "degrees": 21.5}, str(result))


async def failing_tool(connection, prefix):
    result = await connection.session.call(prefix + "broken", {"reason": "no such luck"})
    need(result.get("isError") is True, "not an isError result")
    need("broken" in text_of(result), text_of(result))


async def progress(connection, prefix):
    seen = []

    async def note(done, total, message):
        seen.append((done, total, message))

    result = await connection.call(prefix + "steps", {"count": 3}, note)
    need(text_of(result) == "3 steps", text_of(result))
    need(seen == [(1, 3, "step 1"), (2, 3, "step 2"), (3, 3, "step 3")], str(seen))


async def logging(connection, prefix):
    await connection.session.ask_for_logs()
    word = f"noted through {prefix or 'nothing'}"
    await connection.call(prefix + "note", {"text": word})
    for _ in range(100):
        if ("info", word) in connection.heard:
            return
        await anyio.sleep(0.02)
    raise Failed(f"heard {connection.heard}")


async def sampling(connection, prefix):
    result = await connection.call(prefix + "sample", {"question": "trees"})
    need(text_of(result) == "model-1: about trees", text_of(result))


async def elicitation(connection, prefix):
    result = await connection.call(prefix + "ask", {"question": "colour?"})
    # The proxy says which server asks; without it the question is the server's own.
    asker = "" if connection.plan["direct"] else r"(\[\w+\] )?"
    need(re.fullmatch(rf"accept: re {asker}colour\?", text_of(result)), text_of(result))


async def roots(connection, prefix):
    result = await connection.call(prefix + "roots", {})
    need(text_of(result) == "file:///interop/root", text_of(result))


async def cancellation(connection, prefix):
    file = pathlib.Path(connection.plan["folder"]) / f"slow-{time.monotonic_ns()}"

    async def says(word):
        while not (file.exists() and file.read_text() == word):
            await anyio.sleep(0.02)

    await connection.session.call_and_cancel(
        prefix + "slow", {"path": str(file)}, lambda: says("started"))
    await says("cancelled")
    result = await connection.call(prefix + "repeat", {"text": "still here"})
    need(text_of(result) == "still here", text_of(result))


async def unknown_tool(connection, prefix):
    try:
        result = await connection.session.call(prefix + "no_such_tool", {})
    except CallError as error:
        need(error.code == -32602, str(error))
        return
    need(connection.plan["direct"], "a result instead of error -32602")
    need(result.get("isError") is True, "an unknown tool answered")


async def ping(connection, prefix):
    await connection.session.ping()


SDK_CHECKS = [any_text, many_at_once, structured, failing_tool, progress, logging, sampling,
              elicitation, roots, cancellation, unknown_tool]
CHECKS = {
    "time": [current_time, wrong_timezone, unknown_tool],
    "git": [git_status],
    "sdk1": SDK_CHECKS,
    "sdk2": SDK_CHECKS,
}


class Report:
    def __init__(self, label):
        self.label, self.failures = label, 0

    async def check(self, name, action, limit=15):
        try:
            with anyio.fail_after(limit):
                await action
        except Exception as error:  # noqa: BLE001, every kind of failure is a line
            self.failures += 1
            kind = "" if isinstance(error, Failed) else f"{type(error).__name__}: "
            print(f"FAIL {self.label}: {name}: {kind}{error}", flush=True)
        else:
            print(f"ok   {self.label}: {name}", flush=True)


async def run_launch(plan, launch, report):
    heard = []
    errors = pathlib.Path(launch["errors"])
    with errors.open("w") as stream:
        async with connect(launch["command"], launch["env"], stream, heard) as session:
            connection = Connection(plan, session, heard)
            servers = launch["servers"]
            names = "+".join(servers)
            what = f"{names}: tools are listed ({session.version})"
            await report.check(what, all_listed(connection, servers), limit=40)
            await report.check(f"{names}: ping", ping(connection, ""))
            for server, prefix in servers.items():
                for check in CHECKS[server]:
                    name = f"{server}: {check.__name__.replace('_', ' ')}"
                    await report.check(name, check(connection, prefix))
    if not plan["direct"]:
        await report.check(f"{names}: nothing on stderr", silence(errors))


async def silence(errors):
    text = errors.read_text()
    need(not text, text[:500])


async def main():
    plan = json.loads(pathlib.Path(sys.argv[1]).read_text())
    report = Report(plan["label"])
    for launch in plan["launches"]:
        try:
            with anyio.fail_after(180):
                await run_launch(plan, launch, report)
        except BaseException as error:  # noqa: BLE001, a connection that breaks is a failure too
            report.failures += 1
            what = " ".join(launch["servers"])
            print(f"FAIL {plan['label']}: {what}: the connection broke: {error!r}", flush=True)
    sys.exit(1 if report.failures else 0)


asyncio.run(main())
