import MCPProtocol
import Testing

@Suite struct RequestIDTests {
  private static func id(_ token: String) -> RequestID {
    RequestID(token.bytes.span, 0..<token.utf8.count)
  }

  @Test(arguments: [
    "0", "1", "-1", "42", "999999999999999999", "-999999999999999999", "1000000000000000000",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-0",
    "123456789012345678901234567890", #""""#, #""1""#, #""a b""#, #""\u0031""#, #""a\"b""#,
    "\"\u{E9}\u{1F600}\"", #""\ud800""#,
  ])
  func `an id comes back as it was written`(token: String) {
    #expect(Self.id(token).json.text == token)
  }

  @Test func `ids that are written differently are different`() {
    let tokens = [
      "1", #""1""#, #""\u0031""#, "0", "-0", #""""#, "10", "1000000000000000000",
      "10000000000000000000", #""a""#, #""A""#,
    ]
    #expect(Set(tokens.map(Self.id)).count == tokens.count)
    #expect(Self.id("1") == Self.id("1"))
    #expect(Self.id(#""x""#) == Self.id(#""x""#))
  }

  @Test(
    arguments: [
      ("0", 0), ("7", 7), ("-7", -7), ("999999999999999999", 999_999_999_999_999_999),
      ("-999999999999999999", -999_999_999_999_999_999), ("1000000000000000000", nil),
      ("-0", nil), ("-", nil), ("", nil), ("1.0", nil), ("1e3", nil), (#""1""#, nil), ("null", nil),
      ("true", nil), ("[1]", nil),
    ] as [(String, Int?)]
  )
  func `an integer has at most 18 digits`(token: String, value: Int?) {
    let integer = RequestID.integer(token.bytes.span, 0..<token.utf8.count)
    #expect(integer == value)
  }

  @Test func `only the bytes of the range are read`() {
    let line = #"{"id":123,"other":"x"}"#.bytes
    #expect(RequestID(line.span, 6..<9) == .integer(123))
    #expect(RequestID(line.span, 6..<8) == .integer(12))
    #expect(RequestID(line.span, 18..<21) == .token(#""x""#.bytes))
  }
}
