import MCPProtocol
import Testing

@Suite struct StableHashTests {
  /// FNV-1a, 64 bits, of the bytes and of the 0xFF that ends a text, reckoned apart.
  private static func reference(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(14_695_981_039_346_656_037) {
      ($0 ^ UInt64($1)).multipliedReportingOverflow(by: 1_099_511_628_211).partialValue
    }
  }

  @Test(
    arguments: [
      ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
    ] as [(String, UInt64)]
  )
  func `bytes hash to the published values`(text: String, value: UInt64) {
    var hash = StableHash()
    for byte in text.utf8 { hash.add(byte) }
    #expect(hash.value == value)
  }

  @Test(arguments: ["", "a", "tools/call", "\u{E9}\u{1F600}"])
  func `a text is its bytes and an end`(text: String) {
    var one = StableHash()
    one.add(text)
    var other = StableHash()
    other.add(bytes: text.bytes[...])
    #expect(one.value == Self.reference(text.bytes + [0xFF]))
    #expect(other.value == one.value)
  }

  @Test func `texts do not run into each other`() {
    var one = StableHash()
    one.add("ab")
    one.add("c")
    var other = StableHash()
    other.add("a")
    other.add("bc")
    #expect(one.value != other.value)
  }

  @Test func `the last digits are written in hexadecimal`() {
    var hash = StableHash()
    #expect(hash.hexadecimal(16) == "cbf29ce484222325")
    #expect(hash.hexadecimal(4) == "2325")
    #expect(hash.hexadecimal(0) == "")
    // A value with leading zeros keeps its width.
    while hash.value >> 60 != 0 { hash.add(0x31) }
    #expect(hash.hexadecimal(16).utf8.count == 16)
    #expect(hash.hexadecimal(16).hasPrefix("0"))
    #expect(UInt64(hash.hexadecimal(16), radix: 16) == hash.value)
  }
}
