"""A session of the SDK 1.x client: the same face as client_v2, results as they were on the wire."""

import contextlib

import anyio
from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client
from mcp.shared.exceptions import McpError


class CallError(Exception):
    """The server answered with a JSON-RPC error."""

    def __init__(self, code, message):
        super().__init__(f"{code} {message}")
        self.code, self.message = code, message


class Session:
    def __init__(self, session, version):
        self.session, self.version = session, version

    async def tools(self):
        found, cursor = [], None
        while True:
            page = await self.session.list_tools(params=types.PaginatedRequestParams(cursor=cursor))
            found += [tool.model_dump(by_alias=True, mode="json", exclude_none=True)
                      for tool in page.tools]
            cursor = page.nextCursor
            if not cursor:
                return found

    async def call(self, name, arguments, progress=None):
        try:
            result = await self.session.call_tool(name, arguments, progress_callback=progress)
        except McpError as error:
            raise CallError(error.error.code, error.error.message) from error
        return result.model_dump(by_alias=True, mode="json", exclude_none=True)

    async def call_and_cancel(self, name, arguments, started):
        """Begins a call, waits for `started`, then takes the call back."""
        # This SDK sends no notification when the caller gives up: it is the host's to send.
        request = self.session._request_id
        async with anyio.create_task_group() as group:
            group.start_soon(self._call_ignoring_errors, name, arguments)
            await started()
            params = types.CancelledNotificationParams(requestId=request, reason="enough")
            await self.session.send_notification(
                types.ClientNotification(types.CancelledNotification(params=params)))
            group.cancel_scope.cancel()

    async def _call_ignoring_errors(self, name, arguments):
        with contextlib.suppress(McpError):
            await self.session.call_tool(name, arguments)

    async def ask_for_logs(self):
        if self.session.get_server_capabilities().logging is not None:
            await self.session.set_logging_level("info")

    async def ping(self):
        await self.session.send_ping()


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
    async with stdio_client(parameters, errlog=errors) as (read, write):
        async with ClientSession(
            read, write, sampling_callback=sample, elicitation_callback=ask,
            list_roots_callback=roots, logging_callback=log,
        ) as session:
            result = await session.initialize()
            yield Session(session, result.protocolVersion)
