import MCPProtocol
import Testing

struct JSONWriterTests {
  private func written(_ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    body(&writer)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  @Test func `commas stand between values and nowhere else`() {
    let text = written { writer in
      writer.beginObject()
      writer.key("a")
      writer.beginArray()
      writer.int(1)
      writer.beginArray()
      writer.endArray()
      writer.beginObject()
      writer.endObject()
      writer.bool(true)
      writer.bool(false)
      writer.null()
      writer.raw(Array(#"{"x":  1}"#.utf8)[...])
      writer.endArray()
      writer.key("b\"" as String)
      writer.string("c")
      writer.key("d")
      writer.string(utf8: Array("e\n".utf8)[...])
      writer.endObject()
    }
    #expect(text == #"{"a":[1,[],{},true,false,null,{"x":  1}],"b\"":"c","d":"e\n"}"#)
  }

  @Test func `lines are texts of their own`() {
    var writer = JSONWriter(capacity: 64)
    writer.int(1)
    writer.endLine()
    writer.int(2)
    #expect(writer.bytes == Array("1\n2".utf8))
    writer.reset()
    writer.int(3)
    #expect(writer.bytes == Array("3".utf8))
  }

  @Test(arguments: [
    ("", ""), ("plain", "plain"), ("\"\\/", "\\\"\\\\/"),
    ("\u{8}\t\n\u{C}\r", "\\b\\t\\n\\f\\r"), ("\0\u{1F}\u{7F}", "\\u0000\\u001f\u{7F}"),
    ("é€😀", "é€😀"), ("\u{2028}\u{2029}", "\u{2028}\u{2029}"), ("é\u{10}", "é\\u0010"),
  ])
  func `strings are escaped as little as JSON allows`(value: String, expected: String) {
    #expect(written { $0.string(value) } == "\"\(expected)\"")
    #expect(written { $0.string(utf8: Array(value.utf8)[...]) } == "\"\(expected)\"")
    #expect(written { $0.key(value) } == "\"\(expected)\":")
  }

  @Test func `every control character reads back`() throws {
    for byte in UInt8(0)...0x7F {
      let text = "ab" + String(UnicodeScalar(byte)) + "é"
      var writer = JSONWriter()
      writer.string(text)
      #expect(try JSONDocument.parse(writer.bytes).root.string == text)
    }
  }

  @Test(arguments: [
    (0, "0"), (9, "9"), (10, "10"), (-1, "-1"), (1_000_000, "1000000"),
    (.max, "9223372036854775807"), (.min, "-9223372036854775808"),
  ])
  func `integers have all their digits`(value: Int, expected: String) {
    #expect(written { $0.int(value) } == expected)
  }

  @Test(arguments: [
    (0.1, "0.1"), (1, "1"), (-0.0, "-0.0"), (1e21, "1e+21"), (.leastNonzeroMagnitude, "5e-324"),
    (0.3, "0.3"),
    (1 / 3, "0.3333333333333333"), (-2.5, "-2.5"), (.infinity, "null"), (.nan, "null"),
  ])
  func `doubles are as short as they can be`(value: Double, expected: String) {
    #expect(written { $0.double(value) } == expected)
  }

  @Test func `doubles read back as they were`() throws {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<2000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      var writer = JSONWriter()
      writer.double(value)
      let document = try JSONDocument.parse(writer.bytes)
      #expect(document.root.double(in: document.bytes) == value)
    }
  }

  @Test(arguments: [
    (1_234_567, 3, "1234.567"), (5, 3, "0.005"), (1000, 3, "1"), (1500, 3, "1.5"),
    (-1, 3, "-0.001"), (0, 3, "0"), (7, 0, "7"), (.max, 18, "9.223372036854775807"),
    (.min, 18, "-9.223372036854775808"),
  ])
  func `a scaled integer is written as a decimal fraction`(
    value: Int,
    places: Int,
    expected: String
  ) {
    #expect(written { $0.decimal(value, places: places) } == expected)
  }
}
