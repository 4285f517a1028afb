import MCPProtocol
import Testing

struct JSONDocumentTests {
  private func parse(_ text: String, _ dialect: JSONDocument.Dialect = .strict) throws
    -> JSONDocument
  {
    try JSONDocument.parse(Array(text.utf8), dialect: dialect)
  }

  private func error(_ bytes: [UInt8], _ dialect: JSONDocument.Dialect = .strict) -> JSONError? {
    do throws(JSONError) {
      _ = try JSONDocument.parse(bytes, dialect: dialect)
      return nil
    } catch {
      return error
    }
  }

  @Test func `the suite's valid texts are read and its invalid ones are not`() throws {
    guard let cases = try JSONSuite.cases() else { return }
    for (name, bytes) in cases {
      switch name.prefix(2) {
      case "y_": #expect(error(bytes) == nil, "\(name)")
      case "n_": #expect(error(bytes) != nil, "\(name)")
      default: #expect((error(bytes) == nil) == acceptedByChoice.contains(name), "\(name)")
      }
    }
  }

  @Test func `values are read with their ranges`() throws {
    let text = #" {"a": [1, true, null], "b" : "x\n", "a":-0.50e+1} "#
    let document = try parse(text)
    let members = try #require(document.root.members)
    #expect(members.map(\.name) == ["a", "b", "a"])
    #expect(members[1].nameRange == 24..<27)
    #expect(document.root["b"]?.string == "x\n")
    // The last of two members of one name is the one that counts.
    let number = try #require(document.root["a"])
    #expect(String(decoding: number.text(in: document.bytes), as: UTF8.self) == "-0.50e+1")
    #expect(number.int(in: document.bytes) == -5)
    let elements = try #require(members[0].value.array)
    #expect(elements.map(\.range) == [8..<9, 11..<15, 17..<21])
    #expect(elements[1].bool == true)
    #expect(elements[2].isNull)
    #expect(document.root.range == 1..<text.utf8.count - 1)
  }

  @Test func `an accessor of another kind answers nothing`() throws {
    let root = try parse("{}").root
    #expect(root.string == nil && root.bool == nil && root.array == nil && !root.isNull)
    #expect(root.int(in: []) == nil && root.double(in: []) == nil && root["x"] == nil)
    #expect(try parse("1").root.members == nil)
  }

  @Test func `a part of a buffer is read with offsets of the buffer`() throws {
    let bytes = Array("xx [1,\"é\"] yy".utf8)
    let document = try JSONDocument(bytes, range: 3..<11)
    #expect(document.root.range == 3..<11)
    #expect(document.root.array?[1].string == "é")
    // What follows the range does not complete a value.
    #expect(throws: JSONError(.unexpectedEnd, at: 6)) { try JSONDocument(bytes, range: 3..<6) }
    #expect(throws: JSONError(.trailingBytes, at: 12)) { try JSONDocument(bytes, range: 3..<13) }
  }

  @Test(arguments: [
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
    (#""\u00e9\u20AC\uD83D\uDE00""#, "é€😀"),
    (#""a\u0000b""#, "a\0b"),
    (#""\uD800""#, "\u{FFFD}"),
    (#""\uDC00\uD800""#, "\u{FFFD}\u{FFFD}"),
    (#""\uD83Dx""#, "\u{FFFD}x"),
    (#""\uD83D\uD83D\uDE00""#, "\u{FFFD}😀"),
    (#""plain é""#, "plain é"),
    (#""é\n""#, "é\n"),
  ])
  func `strings are decoded`(text: String, expected: String) throws {
    #expect(try parse(text).root.string == expected)
    #expect(try parse("{\(text):1}").root.members?[0].name == expected)
  }

  @Test func `digits are kept and converted only when asked`() throws {
    let digits = "123456789012345678901234567890.12345678901234567890e-5"
    let document = try parse("[\(digits), 9223372036854775807, 9223372036854775808, 1e400]")
    let numbers = try #require(document.root.array)
    #expect(String(decoding: numbers[0].text(in: document.bytes), as: UTF8.self) == digits)
    #expect(numbers[0].double(in: document.bytes) == 1.2345678901234567890123456789e24)
    #expect(numbers[1].int(in: document.bytes) == .max)
    #expect(numbers[2].int(in: document.bytes) == nil)
    #expect(numbers[3].double(in: document.bytes) == nil)
  }

  @Test(
    arguments: [
      ("1.0", 1), ("1e3", 1000), ("-0", 0), ("-2.50e1", -25), ("1.5", nil),
      ("9007199254740993.0", nil), ("1e30", nil),
    ] as [(String, Int?)]
  )
  func `an integer may be written with a fraction or an exponent`(text: String, expected: Int?)
    throws
  {
    let document = try parse(text)
    #expect(document.root.int(in: document.bytes) == expected)
  }

  @Test func `128 brackets are read and 129 are not`() {
    func nested(_ depth: Int) -> [UInt8] {
      [UInt8](repeating: UInt8(ascii: "["), count: depth)
        + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
    }
    #expect(error(nested(128)) == nil)
    #expect(error(nested(129)) == JSONError(.tooDeep, at: 128))
    let objects = String(repeating: "{\"a\":", count: 129)
    #expect(error(Array(objects.utf8)) == JSONError(.tooDeep, at: 128 * 5))
  }

  @Test(
    arguments: [
      ("\u{FEFF}{}", nil),
      ("// c\n[1, // d\r\n 2,] /* e */ // f", nil),
      ("{/**/\"a\"/*:*/:/*1*/1/**/,/**/}", nil),
      ("[\"// no comment\", \"/* nor this */\"]", nil),
      ("[/* a", JSONError(.unterminatedComment, at: 1)),
      ("[/*/]", JSONError(.unterminatedComment, at: 1)),
      ("[1,,]", JSONError(.unexpectedByte, at: 3)),
      ("[,]", JSONError(.unexpectedByte, at: 1)),
      ("[1 / 2]", JSONError(.unexpectedByte, at: 3)),
      ("{} x", JSONError(.trailingBytes, at: 3)),
      ("// only", JSONError(.unexpectedEnd, at: 7)),
    ] as [(String, JSONError?)]
  )
  func `comments, trailing commas and a byte order mark are read when asked`(
    text: String,
    expected: JSONError?
  ) {
    #expect(error(Array(text.utf8), .commented) == expected)
    if expected == nil, !text.hasPrefix("[\"") { #expect(error(Array(text.utf8)) != nil) }
  }

  /// RFC 6901 §5, and what is no pointer.
  @Test(
    arguments: [
      ("", "{"), ("/foo", "["), ("/foo/0", "\"bar\""), ("/", "0"), ("/a~1b", "1"), ("/c%d", "2"),
      ("/e^f", "3"), ("/i\\j", "5"), ("/k\"l", "6"), ("/ ", "7"), ("/m~0n", "8"), ("/~01", "9"),
      ("/foo/00", nil), ("/foo/2", nil), ("/foo/-", nil), ("/foo/+1", nil), ("/foo/", nil),
      ("/none", nil), ("foo", nil), ("/m~n", nil), ("/m~", nil), ("/ /x", nil),
    ] as [(String, String?)]
  )
  func `a JSON pointer finds its value`(pointer: String, expected: String?) throws {
    let document = try parse(
      #"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"i\\j":5,"k\"l":6," ":7,"m~n":8,"#
        + #""~1":9}"#
    )
    let found = document.root.at(pointer: pointer)?.text(in: document.bytes)
    let text = found.map { String(decoding: $0, as: UTF8.self) }
    #expect(text?.prefix(expected?.count ?? 0) == expected?.prefix(9))
    #expect((text == nil) == (expected == nil))
  }
}
