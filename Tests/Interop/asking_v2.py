"""The tools that ask the client something, on SDK 2.x.

The SDK asks in the way of the connection's era: in the middle of the call, or by a result that
says which input is required.
"""

from typing import Annotated

from mcp.server.mcpserver import Elicit, ElicitationResult, ListRoots, Resolve, Sample
from mcp_types import CreateMessageResult, ListRootsResult, SamplingMessage, TextContent
from pydantic import BaseModel


class Answer(BaseModel):
    answer: str


def question_for_model(question: str) -> Sample:
    content = TextContent(type="text", text=question)
    return Sample([SamplingMessage(role="user", content=content)], max_tokens=50)


def question_for_user(question: str) -> Elicit[Answer]:
    return Elicit(question, Answer)


def question_for_roots() -> ListRoots:
    return ListRoots()


def register(server):
    @server.tool()
    async def sample(
        question: str, result: Annotated[CreateMessageResult, Resolve(question_for_model)]
    ) -> str:
        """Asks the client's model."""
        return f"{result.model}: {result.content.text}"

    @server.tool()
    async def ask(
        question: str, result: Annotated[ElicitationResult[Answer], Resolve(question_for_user)]
    ) -> str:
        """Asks the user."""
        return f"{result.action}: {result.data.answer}"

    @server.tool()
    async def roots(result: Annotated[ListRootsResult, Resolve(question_for_roots)]) -> str:
        """Asks for the client's folders."""
        return " ".join(str(root.uri) for root in result.roots)
