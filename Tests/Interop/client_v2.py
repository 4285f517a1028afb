"""A session of the SDK 2.x client: the same face as client_v1, results as they were on the wire."""

import contextlib
import warnings

import anyio
import mcp_types as types
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPDeprecationWarning, MCPError

warnings.simplefilter("ignore", MCPDeprecationWarning)


class CallError(Exception):
    """The server answered with a JSON-RPC error."""

    def __init__(self, code, message):
        super().__init__(f"{code} {message}")
        self.code, self.message = code, message


class Session:
    def __init__(self, client):
        self.client, self.version = client, client.protocol_version

    async def tools(self):
        found, cursor = [], None
        while True:
            page = await self.client.list_tools(cursor=cursor, cache_mode="refresh")
            found += [tool.model_dump(by_alias=True, mode="json", exclude_none=True)
                      for tool in page.tools]
            cursor = page.next_cursor
            if not cursor:
                return found

    async def call(self, name, arguments, progress=None):
        try:
            result = await self.client.call_tool(name, arguments, progress_callback=progress)
        except MCPError as error:
            raise CallError(error.error.code, error.error.message) from error
        return result.model_dump(by_alias=True, mode="json", exclude_none=True)

    async def call_and_cancel(self, name, arguments, started):
        """Begins a call, waits for `started`, then takes the call back."""
        # This SDK sends the notification itself when the caller gives up.
        async with anyio.create_task_group() as group:
            group.start_soon(self.client.call_tool, name, arguments)
            await started()
            group.cancel_scope.cancel()

    async def ask_for_logs(self):
        handshake = self.version < "2026"
        if handshake and self.client.server_capabilities.logging is not None:
            await self.client.set_logging_level("info")

    async def ping(self):
        if self.version < "2026":
            await self.client.send_ping()


@contextlib.asynccontextmanager
async def connect(command, env, errors, heard):
    async def sample(context, params):
        text = params.messages[-1].content.text
        content = types.TextContent(type="text", text=f"about {text}")
        return types.CreateMessageResult(role="assistant", content=content, model="model-1")

    async def ask(context, params):
        return types.ElicitResult(action="accept", content={"answer": f"re {params.message}"})

    async def roots(context):
        return types.ListRootsResult(roots=[types.Root(uri="file:///interop/root", name="root")])

    async def log(params):
        heard.append((params.level, params.data))

    parameters = StdioServerParameters(command=command[0], args=command[1:], env=env)
    transport = stdio_client(parameters, errlog=errors)
    async with Client(
        transport, sampling_callback=sample, elicitation_callback=ask,
        list_roots_callback=roots, logging_callback=log, log_level="info",
    ) as client:
        yield Session(client)
