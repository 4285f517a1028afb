import MCPProtocol
import Testing

@Suite struct HandshakeTests {
  private static func outcome(_ answer: String) throws -> HandshakeEra.Outcome {
    let line = #"{"jsonrpc":"2.0","id":1,\#(answer)}"#.bytes
    return HandshakeEra.read(line, try EnvelopeParser.parse(line.span))
  }

  private static func server(_ answer: String) throws -> HandshakeEra.Server? {
    guard case .opened(let server) = try outcome(answer) else { return nil }
    return server
  }

  @Test func `the request offers the latest revision and says who asks`() throws {
    let bytes = HandshakeEra.request(capabilities: #"{"roots":{}}"#.bytes)
    #expect(
      bytes.text
        == #"{"protocolVersion":"2025-11-25","capabilities":{"roots":{}},"clientInfo":"#
        + #"{"name":"mcp-proxy","version":"\#(Version.number)"}}"#
    )
    #expect(treeError(bytes) == nil)
  }

  @Test(arguments: ProtocolVersion.handshakeVersions)
  func `every revision of the handshake era is taken`(version: ProtocolVersion) throws {
    let server = try Self.server(
      #""result":{"protocolVersion":"\#(version.rawValue)","capabilities":{},"#
        + #""serverInfo":{"name":"s"}}"#
    )
    #expect(server?.version == version)
    #expect(server?.supportsLogging == false)
    #expect(server?.instructions == nil)
  }

  @Test func `logging and instructions are read`() throws {
    let server = try Self.server(
      #""result":{"protocolVersion":"2025-06-18","capabilities":{"logging":{}},"#
        + #""instructions":"a\nb"}"#
    )
    #expect(server?.version == .june2025)
    #expect(server?.supportsLogging == true)
    #expect(server?.instructions == "a\nb")
  }

  @Test(arguments: ["null", "true", "[]"])
  func `a capability that is no object is none`(value: String) throws {
    let server = try Self.server(
      #""result":{"protocolVersion":"2025-06-18","capabilities":{"logging":\#(value)},"#
        + #""instructions":1}"#
    )
    #expect(server?.version == .june2025)
    #expect(server?.supportsLogging == false)
    #expect(server?.instructions == nil)
  }

  @Test(arguments: [
    (#""result":{}"#, "answered initialize without a protocol version"),
    (#""result":{"protocolVersion":20251125}"#, "answered initialize without a protocol version"),
    (
      #""result":{"protocolVersion":"2099-01-01"}"#,
      #"speaks protocol version "2099-01-01", which this proxy does not"#
    ),
    (
      #""result":{"protocolVersion":"2026-07-28"}"#,
      #"speaks protocol version "2026-07-28", which this proxy does not"#
    ),
    (#""error":{"code":-32602,"message":"Bad \"x\""}"#, #"refused initialize: Bad "x""#),
    (#""error":{"code":1}"#, "refused initialize: no reason given"),
    (#""error":{"code":1,"message":null}"#, "refused initialize: no reason given"),
  ])
  func `an answer that opens nothing says why`(answer: String, reason: String) throws {
    #expect(try Self.outcome(answer) == .failed(reason))
  }

  @Test(arguments: [
    #""error":{"code":1,"message":"LONG"}"#, #""result":{"protocolVersion":"LONG"}"#,
  ])
  func `a reason is quoted in part and on one line`(answer: String) throws {
    // A character of three bytes, so that a cut at any other place would show.
    let long = "first\\nsecond\\u001b[2J" + String(repeating: "\u{20AC}", count: 1_000_000)
    let outcome = try Self.outcome(answer.replacing("LONG", with: long))
    guard case .failed(let reason) = outcome else {
      Issue.record("opened")
      return
    }
    #expect(reason.utf8.count < 400)
    #expect(reason.contains("first second [2J\u{20AC}"))
    #expect(!reason.contains("\u{FFFD}"))
  }

  @Test func `what is no answer opens nothing`() throws {
    let line = #"[{"jsonrpc":"2.0","id":1,"result":{}}]"#.bytes
    let envelope = try EnvelopeParser.parse(line.span)
    #expect(
      HandshakeEra.read(line, envelope) == .failed("answered initialize with something unreadable")
    )
  }

  @Test(
    arguments: [
      (nil, "{}"), ("{}", "{}"), ("null", "{}"), ("[]", "{}"),
      (
        #"{"roots":{ "listChanged" : true },"sampling":{},"elicitation":{"form":{}}}"#,
        #"{"roots":{ "listChanged" : true },"sampling":{},"elicitation":{"form":{}}}"#
      ),
      (
        #"{"experimental":{},"roots":null,"sampling":true,"tasks":{},"elicitation":{}}"#,
        #"{"elicitation":{}}"#
      ),
    ] as [(String?, String)]
  )
  func `only what can be passed through is declared`(capabilities: String?, passedOn: String) throws
  {
    let bytes = (capabilities ?? "").bytes
    let node = capabilities == nil ? nil : try JSONDocument.parse(bytes).root
    #expect(HandshakeEra.passedOn(node, bytes).text == passedOn)
  }

  @Test(arguments: Vector.messages.filter { ["L-init-ok", "L-init-2024-ok"].contains($0.name) })
  func `the vectors open a session`(vector: Vector) throws {
    let envelope = try EnvelopeParser.parse(vector.line.span)
    guard case .opened = HandshakeEra.read(vector.line, envelope) else {
      Issue.record("\(vector) opens nothing")
      return
    }
  }
}
