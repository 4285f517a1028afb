import MCPProtocol
import Testing

@Suite struct EnvelopeRefusalTests {
  private static func error(_ line: String) -> EnvelopeError? {
    #expect(throws: EnvelopeError.self) { try EnvelopeParser.parse(line.bytes.span) }
  }

  /// The id under which a refusal is answered, and that the line is JSON.
  private static func refusedID(_ line: String) -> String? {
    guard case .invalid(_, let id)? = error(line) else {
      Issue.record("not refused as a message: \(line)")
      return nil
    }
    return id.map { line.bytes.text($0) }
  }

  @Test(arguments: ["", " ", "{bad", "{", "nonsense", "{}}", "\u{FEFF}{}", "{\"a\":1}{\"a\":1}"])
  func `what is no JSON is a syntax error`(line: String) {
    #expect(Self.error(line) == treeError(line.bytes).map { .syntax($0) })
  }

  @Test(
    arguments: [
      ("1", nil), ("null", nil), ("\"{}\"", nil), ("{}", nil),
      (#"{"jsonrpc":"2.0","id":null,"method":"tools/list"}"#, nil),
      (#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, nil),
      (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, "1"),
      (#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[1]}"#, "1"),
      (#"{"jsonrpc":2.0,"id":1,"method":"ping"}"#, "1"),
      (#"{"jsonrpc":"2.00","id":1,"method":"ping"}"#, "1"),
      (#"{"id":1,"method":"ping"}"#, "1"), (#"{"jsonrpc":"2.0","id":1}"#, "1"),
      (#"{"jsonrpc":"2.0"}"#, nil), (#"{"jsonrpc":"2.0","params":{}}"#, nil),
      (#"{"jsonrpc":"2.0","id":1,"method":1}"#, "1"),
      (#"{"jsonrpc":"2.0","id":1,"method":null}"#, "1"),
      (#"{"jsonrpc":"2.0","id":1,"method":"a","params":{"_meta":[]}}"#, "1"),
      (#"{"jsonrpc":"2.0","id":1,"method":"a","params":{"_meta":{"progressToken":1.5}}}"#, "1"),
      (#"{"jsonrpc":"2.0","id":1,"method":"a","params":{"_meta":{"progressToken":{}}}}"#, "1"),
    ] as [(String, String?)]
  )
  func `what is no request is refused under its id`(line: String, id: String?) {
    #expect(Self.refusedID(line) == id)
  }

  @Test(arguments: [
    #"{"jsonrpc":"2.0","id":1,"method":"a","params":null}"#,
    #"{"jsonrpc":"2.0","id":1,"method":"a","params":{"_meta":null,"progressToken":null}}"#,
    #"{"jsonrpc":"2.0","id":1,"method":"a","params":{"_meta":{"progressToken":null}}}"#,
  ])
  func `what is null is absent`(line: String) throws {
    let envelope = try EnvelopeParser.parse(line.bytes.span)
    #expect(envelope.progressToken.isEmpty)
    #expect(envelope.body.isEmpty == line.contains(#""params":null"#))
    #expect(envelope.meta.isEmpty == !line.contains(#""_meta":{"#))
  }

  @Test(arguments: ["id", "token"])
  func `an id or token that is absurdly long is refused`(place: String) {
    func line(_ length: Int) -> String {
      let long = "\"\(String(repeating: "x", count: length - 2))\""
      return #"{"jsonrpc":"2.0","id":\#(place == "id" ? long : "1"),"method":"a","#
        + #""params":{"_meta":{"progressToken":\#(place == "id" ? "1" : long)}}}"#
    }
    #expect((try? EnvelopeParser.parse(line(64 << 10).bytes.span)) != nil)
    let error = Self.error(line((64 << 10) + 1))
    guard case .invalid(let problem, let id) = error else {
      Issue.record("not refused as a message")
      return
    }
    #expect(problem.contains("longer than 65536 bytes"))
    #expect((id == nil) == (place == "id"))
  }

  @Test(
    arguments: [
      (#"{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}"#, "1"),
      (#"{"jsonrpc":"2.0","id":1,"method":"a","result":{}}"#, "1"),
      (#"{"jsonrpc":"2.0","id":1,"method":"a","error":{"code":1}}"#, "1"),
      (#"{"jsonrpc":"2.0","id":1,"result":{},"params":{"name":"x"}}"#, "1"),
      (#"{"jsonrpc":"2.0","id":1,"params":{},"error":{"code":1}}"#, "1"),
      (#"{"jsonrpc":"2.0","result":{}}"#, nil), (#"{"jsonrpc":"2.0","id":null,"result":{}}"#, nil),
      (#"{"jsonrpc":"2.0","id":1,"result":null}"#, "1"),
      (#"{"jsonrpc":"2.0","id":1,"result":[]}"#, "1"),
      (#"{"jsonrpc":"2.0","id":1,"error":"no"}"#, "1"),
      (#"{"jsonrpc":"2.0","id":1,"error":{}}"#, "1"),
      (#"{"jsonrpc":"2.0","id":1,"error":{"code":"-1"}}"#, "1"),
      (#"{"jsonrpc":"2.0","id":1,"error":{"code":1.0}}"#, "1"),
      (#"{"jsonrpc":"2.0","id":1,"error":{"code":null}}"#, "1"),
      (#"{"jsonrpc":"2.0","id":1,"error":{"code":12345678901234567890}}"#, "1"),
      (#"{"jsonrpc":"2.0","id":true,"error":{"code":1}}"#, nil),
    ] as [(String, String?)]
  )
  func `what is no response is refused under its id`(line: String, id: String?) {
    #expect(Self.refusedID(line) == id)
  }

  @Test(arguments: [
    (#""jsonrpc":"2.0","result":{},"error":{"code":1}"#, #"both "result" and "error""#),
    (#""jsonrpc":"2.0""#, #""result", "error" and "method" are missing"#),
    (#""jsonrpc":"2.0","params":{}"#, #""method" is missing"#),
    // Of several faults the first is told.
    (#""jsonrpc":"1.0","params":3"#, #""jsonrpc" must be "2.0""#),
  ])
  func `a refusal says what is wrong`(members: String, problem: String) {
    guard case .invalid(let text, _)? = Self.error(#"{"id":1,\#(members)}"#) else {
      Issue.record("not refused as a message")
      return
    }
    #expect(text == problem)
  }

  @Test(arguments: [
    ("1", true), ("0", true), ("-1", true), ("-0", true), (#""1""#, true), (#""""#, true),
    ("123456789012345678901234567890", true), ("null", false), ("true", false), ("1.0", false),
    ("1e3", false), ("1E0", false), ("-0.0", false), ("[]", false), ("{}", false), ("[1]", false),
  ])
  func `an id is a string or an integer`(token: String, isID: Bool) throws {
    let line = #"{"jsonrpc":"2.0","method":"ping","id":\#(token)}"#
    if isID {
      let envelope = try EnvelopeParser.parse(line.bytes.span)
      #expect(line.bytes.text(envelope.id) == token)
      #expect(envelope.kind == .request)
    } else {
      #expect(Self.refusedID(line) == nil)
    }
  }

  @Test(arguments: ["", #""id":null,"#])
  func `an error may be unable to name its request`(id: String) throws {
    let line = #"{"jsonrpc":"2.0",\#(id)"error":{"code":-32700,"message":"?"}}"#
    let envelope = try EnvelopeParser.parse(line.bytes.span)
    #expect(envelope.kind == .error)
    #expect(envelope.errorCode == -32700)
    let isID = RequestID.isValid(line.bytes.span, envelope.id)
    #expect(!isID)
  }

  /// Members that count, each in a message that is legal with one of them; `@` is where the
  /// second goes.
  private static let counting: [(String, String)] = [
    (#"{"jsonrpc":"2.0"@,"id":1,"method":"a"}"#, #""jsonrpc":"2.0""#),
    (#"{"jsonrpc":"2.0","id":1,"method":"a"@}"#, #""id":1"#),
    (#"{"jsonrpc":"2.0","id":1,"method":"a"@}"#, #""method":"b""#),
    (#"{"jsonrpc":"2.0","id":1,"method":"a","params":{}@}"#, #""params":{}"#),
    (#"{"jsonrpc":"2.0","id":1,"result":{}@}"#, #""result":{}"#),
    (#"{"jsonrpc":"2.0","id":1,"error":{"code":1}@}"#, #""error":{}"#),
    (#"{"jsonrpc":"2.0","id":1,"method":"a","params":{"name":"x"@}}"#, #""name":"x""#),
    (#"{"jsonrpc":"2.0","id":1,"method":"a","params":{"arguments":{}@}}"#, #""arguments":{}"#),
    (#"{"jsonrpc":"2.0","id":1,"method":"a","params":{"_meta":{}@}}"#, #""_meta":{}"#),
    (#"{"jsonrpc":"2.0","method":"a","params":{"requestId":1@}}"#, #""requestId":2"#),
    (#"{"jsonrpc":"2.0","method":"a","params":{"progressToken":1@}}"#, #""progressToken":2"#),
    (#"{"jsonrpc":"2.0","method":"a","params":{"progress":1@}}"#, #""progress":2"#),
    (#"{"jsonrpc":"2.0","method":"a","params":{"level":"x"@}}"#, #""level":"y""#),
    (#"{"jsonrpc":"2.0","method":"a","params":{"logger":"x"@}}"#, #""logger":"y""#),
    (#"{"jsonrpc":"2.0","method":"a","params":{"message":"x"@}}"#, #""message":"y""#),
    (
      #"{"jsonrpc":"2.0","id":1,"method":"a","params":{"_meta":{"progressToken":1@}}}"#,
      #""progressToken":2"#
    ),
    (#"{"jsonrpc":"2.0","id":1,"result":{"isError":true@}}"#, #""isError":false"#),
    (#"{"jsonrpc":"2.0","id":1,"result":{"content":[]@}}"#, #""content":[]"#),
    (#"{"jsonrpc":"2.0","id":1,"result":{"_meta":{}@}}"#, #""_meta":{}"#),
    (#"{"jsonrpc":"2.0","id":1,"error":{"code":1@}}"#, #""code":2"#),
  ]

  @Test(arguments: counting)
  func `a member that counts stands once`(line: String, member: String) {
    #expect(throws: Never.self) {
      try EnvelopeParser.parse(line.replacing("@", with: "").bytes.span)
    }
    guard case .invalid(let reason, _) = Self.error(line.replacing("@", with: ", " + member)) else {
      Issue.record("not refused: \(line)")
      return
    }
    // The reason says what the sender wrote.
    let name = member.split(separator: ":").first ?? ""
    #expect(reason == "duplicate member \(name)")
  }

  @Test(arguments: counting)
  func `a member that counts is not written with escapes`(line: String, member: String) {
    // The first letter of the name, behind its quote.
    let letter = member.utf8.dropFirst().first ?? 0
    let escaped = "\"\\u00" + String(letter, radix: 16) + member.dropFirst(2)
    let whole = line.replacing("@", with: "," + escaped)
    guard case .invalid(let reason, _) = Self.error(whole) else {
      Issue.record("not refused: \(whole)")
      return
    }
    #expect(reason == "a member name must not be written with escapes")
  }

  @Test(arguments: [
    #"{"jsonrpc":"2.0","gr\u00f6\u00dfe":1,"id":1,"method":"a"}"#,
    #"{"jsonrpc":"2.0","id":1,"method":"a","params":{"gr\u00f6\u00dfe":1,"a\/b":2,"\ud800":3}}"#,
    #"{"jsonrpc":"2.0","id":1,"method":"a","params":{"_meta":{"com.example\/key":1}}}"#,
    #"{"jsonrpc":"2.0","id":1,"method":"a","params":{"arguments":{"n\u0061me":1}}}"#,
    #"{"jsonrpc":"2.0","id":1,"result":{"gr\u00f6\u00dfe":1,"_meta":{"com.example\/key":1}}}"#,
    #"{"jsonrpc":"2.0","id":1,"error":{"code":1,"d\u0061ta":1}}"#,
  ])
  func `other names may be written with escapes`(line: String) throws {
    // Writers of JSON that escape slashes or all that is not ASCII are many.
    #expect(throws: Never.self) { try EnvelopeParser.parse(line.bytes.span) }
  }

  @Test func `a version named with an escaped slash is a version`() throws {
    let line =
      #"{"jsonrpc":"2.0","id":1,"method":"tools\/list","params":{"_meta":"#
      + #"{"io.modelcontextprotocol\/protocolVersion":"2026-07-28","progressToken":7}}}"#
    let envelope = try EnvelopeParser.parse(line.bytes.span)
    #expect(envelope.namesVersion)
    #expect(envelope.method == .listTools)
    #expect(line.bytes.text(envelope.progressToken) == "7")
  }

  @Test func `members that do not count may stand twice`() {
    let line =
      #"{"jsonrpc":"2.0","x":1,"x":2,"id":1,"method":"a","params":{"y":1,"y":2,"#
      + #""arguments":{"name":1,"name":2},"_meta":{"z":1,"z":2}}}"#
    #expect(throws: Never.self) { try EnvelopeParser.parse(line.bytes.span) }
  }

  @Test func `a syntax error counts more than a fault of the message before it`() {
    let line = #"{"jsonrpc":"1.0","id":null,"id":1,"params":3,}"#
    #expect(Self.error(line) == .syntax(JSONError(.unexpectedByte, at: 45)))
  }

  @Test(arguments: ["params", "result", "error", "other"], [0, 1, 2])
  func `128 brackets may be open in a message`(member: String, layers: Int) {
    // Every layer is read by code of its own; the limit is that of the whole line.
    let wrap = [("", ""), (#"{"x":"#, "}"), (#"{"_meta":{"x":"#, "}}")][layers]
    for (depth, isLegal) in [(127 - layers, true), (128 - layers, false)] {
      let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      let line = #"{"jsonrpc":"2.0","id":1,"\#(member)":\#(wrap.0)\#(nested)\#(wrap.1)}"#.bytes
      #expect((treeError(line) == nil) == isLegal)
      do throws(EnvelopeError) {
        _ = try EnvelopeParser.parse(line.span)
        #expect(isLegal)
      } catch {
        if case .syntax(let fault) = error { #expect(fault == treeError(line)) }
        if case .invalid = error { #expect(isLegal) }
      }
    }
  }
}
