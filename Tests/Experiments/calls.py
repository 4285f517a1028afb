"""A call as the client sees it."""

import dataclasses
from typing import Any


@dataclasses.dataclass
class Call:
    tag: str
    server: str
    tool: str
    sent: float
    answered: float | None = None
    #: `ok`; `no`, `unknown`, `yes`: a failure of the proxy's, and what it says of the execution;
    #: `tool_error`; `rpc_error`; `none` as long as there is no answer.
    report: str = "none"
    #: The proxy's word for the failure.
    reason: str = ""
    #: What the text of the result says.
    text: str = ""
    #: When the server or the proxy says it may be tried again, in ms.
    retry_after: int | None = None
    #: The process that answered; 0 if the proxy did.
    pid: int = 0
    #: The client stopped waiting because it killed the proxy.
    was_abandoned: bool = False

    @property
    def is_safe(self) -> bool:
        return self.tool == "look"

    def take(self, message: dict[str, Any], now: float) -> None:
        """Notes what the answer says."""
        self.answered = now
        if "error" in message:
            self.report, self.text = "rpc_error", message["error"]["message"]
            return
        result = message["result"]
        self.text = "".join(part.get("text", "")[:500] for part in result["content"])
        meta = result.get("_meta", {})
        own = meta.get("mcp-proxy/error")
        if own:
            self.report, self.reason = own["executed"], own["reason"]
            self.retry_after = own.get("retryAfterMs")
        elif result.get("isError"):
            self.report, self.retry_after = "tool_error", meta.get("retryAfterMs")
        else:
            self.report = "ok"
            words = self.text.split()
            self.pid = int(words[1]) if len(words) > 2 else 0
            if len(words) < 3 or words[2] != self.tag:
                self.report = f"answer of another call: {self.text[:80]}"
