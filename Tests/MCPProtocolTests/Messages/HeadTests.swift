import MCPProtocol
import Testing

/// What the head of a message tells of the whole.
@Suite struct HeadTests {
  private static func id(_ head: some Sequence<UInt8>) -> String? {
    let bytes = Array(head)
    return MessageHead(bytes.span).id.map { bytes.text($0) }
  }

  @Test(arguments: Vector.messages)
  func `a head gives the id of its message or none`(vector: Vector) throws {
    let envelope = try EnvelopeParser.parse(vector.line.span)
    let whole = envelope.id.isEmpty ? nil : vector.line.text(envelope.id)
    var isKnown = false
    for length in 0...vector.line.count {
      let id = Self.id(vector.line.prefix(length))
      // Never a part of an id, and once it came to light it stays.
      if id == nil { #expect(!isKnown, "\(vector) at \(length)") } else { #expect(id == whole) }
      isKnown = id != nil
    }
    #expect(isKnown == (whole != nil && whole != "null"))
  }

  @Test(
    arguments: [
      (#"{"id":12"#, nil), (#"{"id":12,"#, "12"), (#"{"id":12}"#, "12"), (#"{"id":12 "#, "12"),
      (#"{"id":"a""#, nil), (#"{"id":"a","#, #""a""#), (#"{"id":-"#, nil), (#"{"id":1.5,"#, nil),
      (#"{"id":null,"#, nil), (#"{"id":"a\"#, nil), (#"{"id""#, nil), (#"{"id":"#, nil),
      (#" { "x" : [ {"id":1} ] , "id" : 7 , "#, "7"), (#"{"params":{"id":1},"#, nil),
      (#"{"params":{"id":1"#, nil), (#"{,"id":1,"#, nil), (#"{"a":1 "id":1,"#, nil),
      (#"{"a":tru,"id":1,"#, nil), (#"[{"id":1},"#, nil), (#""id":1,"#, nil), ("", nil),
      ("  ", nil),
      (#"{"Id":1,"ID":2,"id ":3,"i":4,"#, nil), (#"{"id":{"id":1},"id":2,"#, nil),
      ("{\"a\":\"\u{1}\",\"id\":1,", nil), (#"{}"#, nil), (#"{"id":1]"#, "1"),
    ] as [(String, String?)]
  )
  func `only an id of the message itself that is whole counts`(head: String, id: String?) {
    #expect(Self.id(head.utf8) == id)
  }

  @Test func `a head that is cut inside a character or is no JSON gives no id`() {
    #expect(Self.id([0xFF, 0xFE]) == nil)
    #expect(Self.id(#"{"x":""#.bytes + [0xF0, 0x9F]) == nil)
    let deep = #"{"x":"# + String(repeating: "[", count: 4000)
    #expect(Self.id(deep.utf8) == nil)
  }

  @Test(
    arguments: [
      (#"{"id":1,"method":"#, "request"), (#"{"method":"x","result":{"#, "request"),
      (#"{"id":1,"params":{"a"#, "request"), (#"{"params":{},"result":1}"#, "answer"),
      (#"{"id":1,"result":{"a"#, "answer"), (#"{"error":"#, "answer"),
      (#"{"id":1,"resul"#, "neither"), (#"{"id":1,"x":"result"}"#, "neither"),
      (#"{"x":{"method":1},"#, "neither"), (#"[{"method":1}]"#, "neither"), ("", "neither"),
    ]
  )
  func `the names of its members tell a request from an answer`(head: String, kind: String) {
    let head = MessageHead(head.bytes.span)
    #expect(head.isRequest == (kind == "request"))
    #expect(head.isAnswer == (kind == "answer"))
  }

  @Test(
    arguments: [
      (#"{"method":"tools/call","x":[1"#, .callTool), (#"{"method":"tools\/call""#, .callTool),
      (#"{"id":1,"method":"x","#, .other), (#"{"method":"tools/cal"#, nil), (#"{"method":7}"#, nil),
      (#"{"params":{"method":"tools/call"}}"#, nil), (#"{"method":"","id":1}"#, .other), ("", nil),
    ] as [(String, MCPProtocol.Method?)]
  )
  func `a method counts if it is whole`(head: String, method: MCPProtocol.Method?) {
    #expect(MessageHead(head.bytes.span).method == method)
  }

  @Test(
    arguments: [
      ("[]", nil), (" [ ] ", nil), ("[1]", ["1"]),
      (#" [ {"a":[1,2]} , "x,]" ]"#, [#"{"a":[1,2]}"#, #""x,]""#]),
      ("[1,2,3]", ["1", "2", "3"]), ("[1,2,3,4]", nil),
    ] as [(String, [String]?)]
  )
  func `the elements of an array are found up to a number`(line: String, elements: [String]?) {
    let bytes = line.bytes
    let found = EnvelopeParser.elements(bytes.span, most: 3)
    #expect(found?.map { bytes.text($0) } == elements)
  }
}
