import MCPProtocol
import Testing

@Suite struct JSONWriterTests {
  private static func written(_ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    body(&writer)
    return writer.bytes.text
  }

  @Test func `commas stand between values and nowhere else`() {
    let text = Self.written { writer in
      writer.beginObject()
      writer.key("a")
      writer.beginArray()
      writer.int(1)
      writer.beginArray()
      writer.endArray()
      writer.beginObject()
      writer.endObject()
      writer.null()
      writer.endArray()
      writer.key("b" as String)
      writer.bool(true)
      writer.key("c")
      writer.raw("[1, 2]".bytes[...])
      writer.key("d")
      writer.bool(false)
      writer.endObject()
    }
    #expect(text == #"{"a":[1,[],{},null],"b":true,"c":[1, 2],"d":false}"#)
    #expect(treeError(text.bytes) == nil)
  }

  @Test func `lines are texts of their own and a reset forgets them`() {
    var writer = JSONWriter(capacity: 100)
    writer.int(1)
    writer.endLine()
    writer.int(2)
    writer.endLine()
    #expect(writer.bytes.text == "1\n2\n")
    writer.int(3)
    writer.reset()
    #expect(writer.bytes.isEmpty)
    writer.int(4)
    #expect(writer.bytes.text == "4")
  }

  @Test(arguments: 0..<0x80)
  func `every ASCII character reads back, in names too`(code: Int) throws {
    let value = "a" + String(UnicodeScalar(UInt8(code))) + "z"
    let text = Self.written { writer in
      writer.beginObject()
      writer.key(value)
      writer.string(value)
      writer.key("u")
      writer.string(utf8: value.bytes[...])
      writer.endObject()
    }
    let root = try JSONDocument.parse(text.bytes).root
    #expect(root.members?.first?.name == value)
    #expect(root.members?.map(\.value.string) == [value, value])
  }

  @Test(arguments: [
    ("", #""""#), ("\u{0}", #""\u0000""#), ("\u{1F}", #""\u001f""#),
    ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#),
    ("\"\\/", #""\"\\/""#), ("\u{7F}\u{E9}\u{2028}\u{1F600}", "\"\u{7F}\u{E9}\u{2028}\u{1F600}\""),
  ])
  func `escapes are the short ones and only where they must be`(value: String, token: String) {
    #expect(Self.written { $0.string(value) } == token)
  }

  @Test(arguments: 0...40)
  func `a character that needs an escape is seen at any offset`(offset: Int) throws {
    for special in ["\"", "\\", "\n", "\u{1}"] {
      let value = String(repeating: "x", count: offset) + special + "tail"
      let text = Self.written { $0.string(value) }
      #expect(try JSONDocument.parse(text.bytes).root.string == value)
    }
  }

  @Test(arguments: [0, 1, -1, 9, 10, 99, 100, -100, 1_000_000_007, .max, .min])
  func `integers are written in full`(value: Int) {
    #expect(Self.written { $0.int(value) } == String(value))
  }

  @Test(
    arguments: [
      (0.0, "0"), (-0.0, "-0.0"), (1.0, "1"), (-3.0, "-3"), (0.1, "0.1"), (1e300, "1e+300"),
      (9_007_199_254_740_991, "9007199254740991"), (2.5e-300, "2.5e-300"), (.infinity, "null"),
      (-.infinity, "null"), (.nan, "null"),
    ] as [(Double, String)]
  )
  func `doubles are written short`(value: Double, text: String) {
    #expect(Self.written { $0.double(value) } == text)
  }

  @Test func `doubles read back as they were`() throws {
    var random = SeededRandom(seed: 3)
    for _ in 0..<2000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      let text = Self.written { $0.double(value) }.bytes
      let back = try JSONDocument.parse(text).root.double(in: text)
      #expect(back?.bitPattern == value.bitPattern, "\(text.text)")
    }
  }

  @Test(arguments: [
    (0, 3, "0"), (1, 3, "0.001"), (1000, 3, "1"), (1500, 3, "1.5"), (-1500, 3, "-1.5"),
    (-1, 3, "-0.001"), (123_456, 3, "123.456"), (100, 0, "100"), (10, 1, "1"),
    (.max, 3, "9223372036854775.807"),
    (.min, 3, "-9223372036854775.808"), (.max, 18, "9.223372036854775807"),
    (5, 18, "0.000000000000000005"),
  ])
  func `decimals are exact`(value: Int, places: Int, text: String) {
    #expect(Self.written { $0.decimal(value, places: places) } == text)
  }
}
