"""The tools that ask the client something, on SDK 1.x: each asks in the middle of the call."""

from mcp.server.fastmcp import Context
from mcp.types import SamplingMessage, TextContent
from pydantic import BaseModel


class Answer(BaseModel):
    answer: str


def register(server):
    @server.tool()
    async def sample(question: str, ctx: Context) -> str:
        """Asks the client's model."""
        content = TextContent(type="text", text=question)
        message = SamplingMessage(role="user", content=content)
        result = await ctx.session.create_message([message], max_tokens=50)
        return f"{result.model}: {result.content.text}"

    @server.tool()
    async def ask(question: str, ctx: Context) -> str:
        """Asks the user."""
        result = await ctx.elicit(question, Answer)
        return f"{result.action}: {result.data.answer}"

    @server.tool()
    async def roots(ctx: Context) -> str:
        """Asks for the client's folders."""
        result = await ctx.session.list_roots()
        return " ".join(str(root.uri) for root in result.roots)
