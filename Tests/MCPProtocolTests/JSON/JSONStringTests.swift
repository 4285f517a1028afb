import MCPProtocol
import Testing

@Suite struct JSONStringTests {
  private static func decode(_ token: String) -> String {
    JSONDocument.decodeString(token.bytes, 0..<token.utf8.count)
  }

  @Test(arguments: [
    (#""""#, ""), (#""abc""#, "abc"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
    (#""\u0041\u00e9\u20AC""#, "A\u{E9}\u{20AC}"), (#""a\u0000b""#, "a\u{0}b"),
    (#""\ud83d\ude00""#, "\u{1F600}"), (#""\uD800\uDC00""#, "\u{10000}"),
    (#""\uDBFF\uDFFF""#, "\u{10FFFF}"), (#""\uffff""#, "\u{FFFF}"), (#""\\u0041""#, #"\u0041"#),
    ("\"\u{1F600}\\n\u{E9}\"", "\u{1F600}\n\u{E9}"),
  ])
  func `escapes stand for their characters`(token: String, text: String) {
    #expect(Self.decode(token).utf8.elementsEqual(text.utf8))
  }

  @Test(arguments: [
    (#""\ud800""#, "\u{FFFD}"), (#""\udc00""#, "\u{FFFD}"), (#""\ud800x""#, "\u{FFFD}x"),
    (#""\udc00\ud800""#, "\u{FFFD}\u{FFFD}"), (#""\ud800\ud800\udc00""#, "\u{FFFD}\u{10000}"),
    (#""\ud800\u0041""#, "\u{FFFD}A"), (#""\ud800\n""#, "\u{FFFD}\n"),
    (#""\ud83d\\ude00""#, "\u{FFFD}\\ude00"),
    (#""\uD8001234""#, "\u{FFFD}1234"),
  ])
  func `a surrogate without its other half is a replacement character`(
    token: String,
    text: String
  ) {
    #expect(Self.decode(token).utf8.elementsEqual(text.utf8))
  }

  @Test func `every character survives being escaped`() {
    for value in stride(from: UInt32(0), through: 0x10FFFF, by: 61) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let units = String(scalar).utf16.map { unit in
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
      #expect(Self.decode("\"" + units.joined() + "\"").unicodeScalars.elementsEqual([scalar]))
    }
  }

  @Test func `only the bytes of the token are read`() {
    let bytes = #"{"a\n":"b\u0063","d":1}"#.bytes
    #expect(JSONDocument.decodeString(bytes, 1..<6) == "a\n")
    #expect(JSONDocument.decodeString(bytes, 7..<16) == "bc")
  }
}
