import MCPProtocol
import Testing

@Suite struct ExcerptTests {
  @Test(arguments: [
    ("", ""), ("short", "short"), ("1234567890", "1234567890"), ("12345678901", "1234567890…"),
    // Never half a character.
    ("123456789\u{E9}", "123456789…"), ("1234567\u{20AC}", "1234567\u{20AC}"),
    ("12345678\u{20AC}", "12345678…"), ("1234567\u{1F600}", "1234567…"),
    ("a\nb\r\u{0}\u{1B}[\u{7F}\u{85}", "a b   [  "), ("a\u{2028}b\u{2029}", "a b "),
  ])
  func `it is short and one line`(text: String, excerpt: String) {
    #expect(text.excerpt(10) == excerpt)
  }
}
