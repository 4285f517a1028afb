import MCPProtocol
import Testing

@Suite struct JSONDocumentTests {
  @Test func `nodes know where they stand in their source`() throws {
    let text = #" {"a" : [1, "x\u0041", {}] , "b":null} "#
    let bytes = text.bytes
    let root = try JSONDocument.parse(bytes).root
    #expect(root.text(in: bytes).elementsEqual(text.bytes.dropFirst().dropLast()))
    let members = try #require(root.members)
    #expect(members.map(\.name) == ["a", "b"])
    #expect(members.map { bytes.text($0.nameRange) } == ["\"a\"", "\"b\""])
    #expect(members.map { bytes.text($0.value.range) } == [#"[1, "x\u0041", {}]"#, "null"])
    let elements = try #require(members[0].value.array)
    #expect(elements.map { bytes.text($0.range) } == ["1", #""x\u0041""#, "{}"])
    #expect(elements[1].string == "xA")
  }

  @Test func `a part of a text is read with offsets of the whole`() throws {
    let bytes = #"junk{"a": 12}more"#.bytes
    let document = try JSONDocument(bytes, range: 4..<13)
    #expect(document.root.range == 4..<13)
    #expect(bytes.text(document.root["a"]?.range ?? 0..<0) == "12")
    #expect(throws: JSONError(.unexpectedEnd, at: 12)) { try JSONDocument(bytes, range: 4..<12) }
    #expect(throws: JSONError(.trailingBytes, at: 13)) { try JSONDocument(bytes, range: 4..<14) }
    #expect(throws: JSONError(.unexpectedEnd, at: 4)) { try JSONDocument(bytes, range: 4..<4) }
  }

  @Test func `duplicate members are all kept and the last one counts`() throws {
    let root = try JSONDocument.parse(#"{"a":1,"b":2,"a":3}"#.bytes).root
    #expect(root.members?.count == 3)
    #expect(root["a"]?.int(in: #"{"a":1,"b":2,"a":3}"#.bytes) == 3)
  }

  @Test func `names are compared character by character`() throws {
    // Equal for a reader and for String's ==, but two names in JSON (RFC 8259, section 8.3).
    let bytes = "{\"\u{E9}\":1,\"e\u{301}\":2}".bytes
    let root = try JSONDocument.parse(bytes).root
    #expect(root["\u{E9}"]?.int(in: bytes) == 1)
    #expect(root["e\u{301}"]?.int(in: bytes) == 2)
    #expect(root.at(pointer: "/\u{E9}")?.int(in: bytes) == 1)
  }

  @Test(arguments: [
    "// first\n{\"a\":1}", "{\"a\":1} // last", "{\"a\":1} //",
    "/* x */{/**/\"a\"/***/:/* * */1/*//*/}",
    "{\"a\":1,}", "{\"a\":1, // why\n}", "\u{FEFF}{\"a\":1}", "\u{FEFF} // x\r{\"a\":1}",
    "{\"a\":1 /* [ */,/* ] */}",
  ])
  func `people may comment their files`(text: String) throws {
    let root = try JSONDocument.parse(text.bytes, dialect: .commented).root
    #expect(root["a"]?.int(in: text.bytes) == 1)
    #expect(treeError(text.bytes) != nil)
  }

  @Test(arguments: [
    ("[1,]", 1), ("[1 , /* x */ ]", 1), ("[[],]", 1), ("[]", 0), ("[/**/]", 0), ("[//\n]", 0),
  ])
  func `an array may end with a comma`(text: String, count: Int) throws {
    let root = try JSONDocument.parse(text.bytes, dialect: .commented).root
    #expect(root.array?.count == count)
  }

  @Test(arguments: [
    ("[,]", JSONError(.unexpectedByte, at: 1)), ("{,}", JSONError(.unexpectedByte, at: 1)),
    ("[1,,]", JSONError(.unexpectedByte, at: 3)), ("1,", JSONError(.trailingBytes, at: 1)),
    ("/", JSONError(.unexpectedByte, at: 0)), ("/ / x\n1", JSONError(.unexpectedByte, at: 0)),
    ("1/", JSONError(.trailingBytes, at: 1)), ("# x\n1", JSONError(.unexpectedByte, at: 0)),
    ("/* x", JSONError(.unterminatedComment, at: 0)),
    ("1 /*/", JSONError(.unterminatedComment, at: 2)),
    ("[1/*", JSONError(.unterminatedComment, at: 2)), ("// only", JSONError(.unexpectedEnd, at: 7)),
    ("", JSONError(.unexpectedEnd, at: 0)), ("1\u{FEFF}", JSONError(.trailingBytes, at: 1)),
  ])
  func `comments and commas have their limits`(text: String, error: JSONError) {
    #expect(treeError(text.bytes, dialect: .commented) == error)
  }

  @Test func `an error tells its reason and place`() {
    #expect("\(JSONError(.tooDeep, at: 7))" == "nested too deeply at byte 7")
  }

  @Test(arguments: [
    "1e400", "-0", "-0.0", "1.0", "1E3", "123456789012345678901234567890", "0.1000",
    "3.141592653589793238462643383279", "9007199254740993", "1e-999",
  ])
  func `numbers keep their digits`(number: String) throws {
    let bytes = "{\"n\": \(number) }".bytes
    let node = try #require(try JSONDocument.parse(bytes).root["n"])
    #expect(node.isNumber)
    #expect(Array(node.text(in: bytes)).text == number)
  }
}
