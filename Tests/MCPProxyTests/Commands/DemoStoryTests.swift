import MCPProxy
import Testing

/// Facts in, text out; no process is involved.
struct DemoStoryTests {
  private static let story = DemoStory(TextPage(isColoured: false))

  /// A call of the story with a made-up answer and usage line.
  private static func call(
    _ id: Int,
    status: String = "ok",
    certainty: String = "answered",
    _ attempts: String,
    _ rest: String = "",
    answer: String = #""isError":false,"content":[{"type":"text","text":"said"}]"#
  ) throws -> DemoCall {
    let request = try #require(DemoRequest.session.first { $0.id == "\(id)" })
    let tool = try #require(request.tool).dropFirst("notes__".count)
    let line =
      #"{"type":"call","server":"notes","tool":"\#(tool)","id":"\#(id)","status":"\#(status)","#
      + #""certainty":"\#(certainty)","dur_ms":1.234,"overhead_ms":\#(id),"#
      + #""attempts":[\#(attempts)]\#(rest)}"#
    return DemoCall(
      step: try #require(DemoStep.all.first { $0.id == "\(id)" }),
      request: request,
      answer: try #require(ProxyAnswer(Array(#"{"id":\#(id),"result":{\#(answer)}}"#.utf8))),
      usage: try #require(CallUsage(Array(line.utf8)))
    )
  }

  private static let notes = #"{"endpoint":"notes","certainty":"answered"}"#
  private static let backup = #"{"endpoint":"notes-backup","certainty":"answered"}"#
  private static func failed(_ reason: String, _ certainty: String) -> String {
    #"{"endpoint":"notes","certainty":"\#(certainty)","reason":"\#(reason)"}"#
  }
  private static let refusal = #""isError":true,"content":[{"type":"text","text":"Not now."}]"#

  private static func refused() throws -> DemoCall {
    try call(
      5,
      status: "rejected_rate",
      certainty: "not_sent",
      failed("rate_limited", "not_sent"),
      answer: refusal
    )
  }

  private static func lost() throws -> DemoCall {
    try call(
      13,
      status: "unavailable",
      certainty: "unknown",
      failed("server_died", "unknown"),
      answer: refusal
    )
  }

  @Test func `a plain call tells what was asked, who answered, how long and the cost`() throws {
    let price = #","via":"notes","cost_usd":0.0025,"cost_source":"provider""#
    let text = Self.story.step(try Self.call(4, Self.notes, price))
    #expect(
      text == """

        4. A call whose price the server reports
          asked        notes__price {}
          answer       said
          answered by  notes, in 1.23 ms, cost 0.0025 USD (reported by the server)

        """
    )
  }

  @Test func `a refusal is told in the words the model reads`() throws {
    #expect(
      Self.story.step(try Self.refused()) == """

        5. Over the limit of one an hour: refused, never sent
          asked        notes__price {}
          broke        the limit of price is used up; the call was not sent
          model reads  Not now.
          answered by  nobody, in 1.23 ms, no cost as it was not sent

        """
    )
    #expect(Self.story.step(try Self.lost()).contains("nobody, in 1.23 ms, cost unknown\n"))
  }

  @Test(arguments: [
    (6, notes, "notes answered with an internal error"),
    (
      9, failed("tool_open", "not_sent"),
      "the breaker of add at notes is open; the call was not sent there"
    ),
    (11, failed("server_died", "unknown"), "notes died during the call"),
    (
      14, failed("server_died", "not_sent"),
      "notes is being restarted; the call was not sent there"
    ),
  ])
  func `what broke comes before the fallback that answered`(
    id: Int,
    first: String,
    sentence: String
  ) throws {
    let call = try Self.call(id, "\(first),\(Self.backup)", #","via":"notes-backup""#)
    let text = Self.story.step(call)
    #expect(text.contains("  broke        \(sentence)\n"))
    #expect(text.contains("  answered by  notes-backup, the fallback, in 1.23 ms"))
    #expect(call.difference == nil)
  }

  @Test func `an answer after a failed attempt at the same server is a retry`() throws {
    let attempts = Self.failed("server_died", "unknown") + "," + Self.notes
    let text = Self.story.step(try Self.call(2, attempts, #","via":"notes""#))
    #expect(text.contains("  answered by  notes, by retry, in 1.23 ms"))
  }

  @Test func `a call that goes another way is a difference and said in its step`() throws {
    let call = try Self.call(2, "\(Self.notes),\(Self.backup)", #","via":"notes-backup""#)
    let difference = #"call 2: expected "notes", it went "internal_error, notes-backup""#
    #expect(call.difference == difference)
    let text = Self.story.step(call).split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    #expect(text.hasSuffix("differs \(difference)"))
  }

  @Test func `an answer that contradicts the log is a difference`() throws {
    let call = try Self.call(2, Self.notes, #","via":"notes""#, answer: Self.refusal)
    #expect(call.difference == "call 2: the client got an error, the usage log says ok")
  }

  @Test func `the totals count who answered and what did not come back`() throws {
    let calls = [
      try Self.call(2, Self.notes, #","via":"notes""#),
      try Self.call(4, Self.notes, #","via":"notes","cost_usd":0.5"#),
      try Self.refused(),
      try Self.call(6, "\(Self.notes),\(Self.backup)", #","via":"notes-backup""#),
      try Self.lost(),
    ]
    let closing = Self.story.closing(calls)
    #expect(
      closing.hasPrefix(
        """

        In all
          calls        5
          answered     2 by notes, 1 by notes-backup
          refused      1, not sent anywhere
          lost         1, which may have run
          cost         0.5 USD, reported for 1 of them
          overhead     5.0 ms a call is the proxy's own (p50)

        """
      )
    )
    for command in ["mcp-proxy check", "claude mcp add proxy --", "mcp-proxy run --"] {
      #expect(closing.contains("  \(command)"))
    }
  }

  @Test func `the handshake and the list are told without a usage line`() throws {
    let requests = DemoRequest.session
    let hello =
      #"{"id":0,"result":{"protocolVersion":"V","serverInfo":{"name":"p","version":"1"}}}"#
    let greeting = try #require(ProxyAnswer(Array(hello.utf8)))
    #expect(Self.story.handshake(requests[0], greeting, ms: 12.6).contains("p 1 speaks MCP V\n"))
    let list = #"{"id":1,"result":{"tools":[{"name":"a"},{"name":"b"}]}}"#
    let tools = try #require(ProxyAnswer(Array(list.utf8)))
    let text = Self.story.handshake(requests[2], tools, ms: 12.6)
    #expect(text.contains("  answer       2 tools, the first is a\n  took         13 ms\n"))
  }

  @Test(arguments: [
    #"{"jsonrpc":"2.0","method":"notifications/message","params":{}}"#,
    #"{"jsonrpc":"2.0","id":2,"method":"ping"}"#, "no JSON",
  ])
  func `only a response is an answer`(line: String) {
    #expect(ProxyAnswer(Array(line.utf8)) == nil)
  }

  @Test func `the line of a call is found among others`() throws {
    let line =
      #"{"type":"call","server":"s","tool":"t","id":"ID","status":"ok","#
      + #""certainty":"answered","dur_ms":1,"overhead_ms":1}"#
    let lines = [line.replacing("ID", with: "1"), "torn", line.replacing("ID", with: "2")]
    let bytes = Array(lines.joined(separator: "\n").utf8)
    #expect(CallUsage.find("2", in: bytes)?.id == "2")
    #expect(CallUsage.find("3", in: bytes) == nil)
  }
}
