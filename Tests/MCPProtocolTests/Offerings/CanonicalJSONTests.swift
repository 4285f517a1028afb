import MCPProtocol
import Testing

@Suite struct CanonicalJSONTests {
  private static func hash(_ text: String) throws -> UInt64 {
    let document = try JSONDocument.parse(text.bytes)
    return CanonicalJSON.hash(document.root, document.bytes)
  }

  @Test(arguments: [
    (#"{"a":1,"b":[true,null]}"#, #" { "b" : [ true , null ] , "a" : 1 } "#),
    (#""aé/""#, #""\u0061\u00e9\/""#), (#"{"a":1}"#, #"{"\u0061":1}"#),
    (#"{"x":{"c":1,"b":2,"a":3}}"#, #"{"x":{"a":3,"b":2,"c":1}}"#),
    ("{\"\u{E9}\":1,\"e\u{301}\":2}", "{\"e\u{301}\":2,\"\u{E9}\":1}"), ("[]", "[ ]"),
    (#""\ud83d\ude00""#, "\"\u{1F600}\""),
  ])
  func `the same JSON hashes the same however it is written`(one: String, other: String) throws {
    #expect(try Self.hash(one) == Self.hash(other))
  }

  /// No two of these are the same JSON.
  private static let different = [
    "null", "true", "false", "0", "1", "-1", "1.0", "10", #""""#, #""1""#, #""null""#, #""n""#,
    #""true""#, "[]", "{}", "[[]]", "[{}]", "[null]", "[[],[]]", "[[[]]]", "[1,2]", "[2,1]", "[12]",
    "[1,[2]]", "[[1],2]", "[[1,2]]", #"["ab","c"]"#, #"["a","bc"]"#, #"["abc"]"#, #"["a","b","c"]"#,
    #"{"a":1}"#, #"{"a":"1"}"#, #"{"a":1,"b":1}"#, #"{"a":{"b":1}}"#, #"{"b":{"a":1}}"#,
    #"["a",1]"#, #"{"a":null}"#, #"{"":{}}"#, #"[{"a":1},{"b":2}]"#, #"[{"a":1,"b":2}]"#,
    #"{"a":[{}]}"#, #"{"a":[],"b":[]}"#, #"{"a":["b",[]]}"#, #"{"type":"object"}"#,
    #"{"a":{"b":1},"c":1}"#, #"{"a":{"b":1,"c":1}}"#,
    "\"\u{E9}\"", "\"e\u{301}\"", "\"A\"", "\"a\"",
  ]

  @Test func `different JSON hashes differently`() throws {
    let hashes = try Self.different.map(Self.hash)
    for (index, hash) in hashes.enumerated() {
      let same = hashes[..<index].firstIndex(of: hash)
      #expect(same == nil, "\(Self.different[index])")
    }
  }

  @Test func `any document hashes as it does with its blanks and order changed`() throws {
    var generator = JSONGenerator(seed: 11)
    for _ in 0..<300 {
      let bytes = generator.document()
      let root = try JSONDocument.parse(bytes).root
      var writer = JSONWriter()
      Self.rewrite(root, bytes, to: &writer)
      let other = try JSONDocument.parse(writer.bytes)
      let hash = CanonicalJSON.hash(other.root, other.bytes)
      #expect(hash == CanonicalJSON.hash(root, bytes), "\(bytes.text)")
    }
  }

  /// The same without blanks, other escapes, members last to first.
  private static func rewrite(_ node: JSONNode, _ bytes: [UInt8], to writer: inout JSONWriter) {
    switch node.kind {
    case .null: writer.null()
    case .bool(let value): writer.bool(value)
    case .number: writer.raw(node.text(in: bytes))
    case .string(let text): writer.string(text)
    case .array(let elements):
      writer.beginArray()
      for element in elements { rewrite(element, bytes, to: &writer) }
      writer.endArray()
    case .object(let members):
      writer.beginObject()
      for member in members.reversed() {
        writer.key(member.name)
        rewrite(member.value, bytes, to: &writer)
      }
      writer.endObject()
    }
  }
}
