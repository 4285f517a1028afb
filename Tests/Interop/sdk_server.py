"""An MCP server on the official SDK, 1.x or 2.x, with one tool for each thing a proxy must carry.

It ignores its arguments: the suite puts a mark there to find its own processes again.
"""

import asyncio
import pathlib

from pydantic import BaseModel

try:
    from mcp.server.mcpserver import Context, MCPServer

    import asking_v2 as asking
except ModuleNotFoundError:
    from mcp.server.fastmcp import Context
    from mcp.server.fastmcp import FastMCP as MCPServer

    import asking_v1 as asking

server = MCPServer("interop")
asking.register(server)


class Weather(BaseModel):
    city: str
    degrees: float


@server.tool()
async def repeat(text: str) -> str:
    """Answers its argument."""
    return text


@server.tool()
async def weather(city: str) -> Weather:
    """Answers structured content."""
    return Weather(city=city, degrees=21.5)


@server.tool()
async def broken(reason: str) -> str:
    """Fails, which is a result with isError and not an error of the protocol."""
    raise ValueError(reason)


@server.tool()
async def steps(count: int, ctx: Context) -> str:
    """Reports progress `count` times."""
    for step in range(1, count + 1):
        # A proxy may thin out reports that come faster than a person can read.
        await asyncio.sleep(0.2)
        await ctx.report_progress(step, count, f"step {step}")
    return f"{count} steps"


@server.tool()
async def note(text: str, ctx: Context) -> str:
    """Sends a log message."""
    await ctx.info(text)
    return "noted"


@server.tool()
async def slow(path: str) -> str:
    """Sleeps, and writes to a file what happens to it."""
    file = pathlib.Path(path)
    file.write_text("started")
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        file.write_text("cancelled")
        raise
    return "done"


if __name__ == "__main__":
    server.run("stdio")
