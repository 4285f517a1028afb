import MCPProtocol
import Testing

/// The id of a message of which only the beginning and the end were kept.
@Suite struct LongMessageTests {
  private static func id(_ head: String, _ tail: String) -> String? {
    LongMessage(head.bytes, tail: tail.bytes).id.map { $0.text($0.indices) }
  }

  @Test(
    arguments: [
      (#"x"}]},"jsonrpc":"2.0","id":3}"#, "3"), (#"x"},"id":-3,"jsonrpc":"2.0"}"#, "-3"),
      (#"x" } , "jsonrpc" : "2.0" , "id" : 3 } "#, "3"), (#"},"id":"a b"}"#, #""a b""#),
      (#","id":3,"x":null,"y":1.5e+3,"z":true}"#, "3"), (#"}},"id":3}"#, "3"),
      (#"],"id":12345678901234567890}"#, "12345678901234567890"),
      // Not of the message itself, or nobody can tell.
      (#","id":3}}"#, nil), (#","id":3}]}"#, nil), (#","id":3},"x":1}"#, nil),
      (#"{"id":3,"x":{"y":1}}"#, nil), (#","id":3"#, nil), (#","id":3}x"#, nil),
      (#",\"id\":3}"}"#, nil), (#",\"id":3}"#, nil), (#""id":3}"#, nil), (#"\"id":3}"#, nil),
      (#"x,"id":3}"}"#, nil), (#","i\u0064":3}"#, nil), (#","id":"a\"b"}"#, nil),
      (#","id":1.5}"#, nil), (#","id":null}"#, nil), (#","id":}"#, nil), (#","Id":3}"#, nil),
      (#","id":3,}"#, nil), (#","id"3}"#, nil), (#":3}"#, nil), ("3}", nil), ("}", nil), ("", nil),
      (#"""#, nil), (#""}"#, nil), (#"a"}"#, nil), (#"":"a"}"#, nil),
    ] as [(String, String?)]
  )
  func `an id that stands last is found if it is surely the message's own`(
    tail: String,
    id: String?
  ) {
    #expect(Self.id(#"{"result":{"x":""#, tail) == id)
    #expect(Self.id(#"{"method":"x","params":{"x":""#, tail) == id)
    // What is neither an answer nor a request has none.
    #expect(Self.id(#"{"x":""#, tail) == nil)
  }

  @Test func `an id in the head counts before one in the tail`() {
    #expect(Self.id(#"{"id":3,"result":{"x":""#, #","id":4}"#) == "3")
  }

  @Test(arguments: Vector.messages)
  func `of a whole message the tail finds the id or nothing`(vector: Vector) throws {
    let envelope = try EnvelopeParser.parse(vector.line.span)
    guard !envelope.id.isEmpty else { return }
    let id = vector.line.text(envelope.id)
    for length in 0...vector.line.count {
      for head in [#"{"result":{"#, #"{"method":"#] {
        let tail = Array(vector.line.suffix(length))
        let found = LongMessage(head.bytes, tail: tail).id
        #expect(found == nil || found.map { $0.text($0.indices) } == id, "\(vector) at \(length)")
      }
    }
  }
}
