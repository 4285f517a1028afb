import MCPProtocol
import Testing

struct JSONLexerTests {
  /// Skips one whole value and wants it to fill the bytes.
  private func check(_ bytes: [UInt8]) throws(JSONError) {
    let span = bytes.span
    let end = try JSONLexer.skipValue(span, from: JSONLexer.skipBlanks(span, from: 0), depth: 0)
    let rest = JSONLexer.skipBlanks(span, from: end)
    guard rest == bytes.count else { throw JSONError(.trailingBytes, at: rest) }
  }

  private func error(_ bytes: [UInt8]) -> JSONError? {
    do throws(JSONError) {
      try check(bytes)
      return nil
    } catch {
      return error
    }
  }

  private func quoted(_ content: [UInt8]) -> [UInt8] { [0x22] + content + [0x22] }

  @Test func `the suite's valid texts pass and its invalid ones do not`() throws {
    guard let cases = try JSONSuite.cases() else { return }
    #expect(cases.count == 318)
    for (name, bytes) in cases {
      switch name.prefix(2) {
      case "y_": #expect(error(bytes) == nil, "\(name)")
      case "n_": #expect(error(bytes) != nil, "\(name)")
      default: #expect((error(bytes) == nil) == acceptedByChoice.contains(name), "\(name)")
      }
    }
  }

  @Test(arguments: 0...40)
  func `a special byte is found at every offset of a block`(offset: Int) {
    let plain = [UInt8](repeating: UInt8(ascii: "x"), count: offset)
    let tail = [UInt8](repeating: UInt8(ascii: "y"), count: 40)
    // Offsets of errors count the opening quote.
    #expect(error(quoted(plain + tail)) == nil)
    #expect(error(quoted(plain + [0x1F] + tail)) == JSONError(.controlCharacter, at: offset + 1))
    #expect(error(quoted(plain + [0x00] + tail)) == JSONError(.controlCharacter, at: offset + 1))
    #expect(error(quoted(plain + [0x7F] + tail)) == nil)
    #expect(error(quoted(plain + [0x20] + tail)) == nil)
    #expect(error(quoted(plain + Array("\\n".utf8) + tail)) == nil)
    #expect(
      error(quoted(plain + Array("\\x".utf8) + tail)) == JSONError(.badEscape, at: offset + 2)
    )
    #expect(error(quoted(plain + Array("é€😀".utf8) + tail)) == nil)
    #expect(error(quoted(plain + [0xFF] + tail)) == JSONError(.badUTF8, at: offset + 1))
    let early = quoted(plain + [0x22] + tail)
    #expect(error(early) == JSONError(.trailingBytes, at: offset + 2))
    #expect(error([0x22] + plain) == JSONError(.unexpectedEnd, at: offset + 1))
  }

  /// One of each class of Unicode 15 table 3-7 that is not well-formed.
  static let malformed: [[UInt8]] = [
    [0x80], [0xBF],  // a continuation without a start
    [0xC0, 0x80], [0xC1, 0xBF],  // two bytes for one
    [0xC2], [0xC2, 0x7F], [0xC2, 0xC0],  // two bytes, the second missing or wrong
    [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],  // three bytes for two
    [0xE1, 0x80], [0xE1, 0x80, 0x41], [0xE1, 0x41, 0x80], [0xEF, 0xBF],
    [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],  // surrogates
    [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],  // four bytes for three
    [0xF1, 0x80, 0x80], [0xF1, 0x80, 0x80, 0x41], [0xF1, 0x80, 0x41, 0x80], [0xF1, 0x41],
    [0xF4, 0x90, 0x80, 0x80],  // above U+10FFFF
    [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
  ]

  @Test(arguments: malformed)
  func `malformed UTF-8 is refused wherever it meets a block border`(sequence: [UInt8]) {
    for offset in 11...18 {
      let plain = [UInt8](repeating: UInt8(ascii: "x"), count: offset)
      #expect(error(quoted(plain + sequence)) == JSONError(.badUTF8, at: offset + 1))
      let long = quoted(plain + sequence + [UInt8](repeating: 0x79, count: 20))
      #expect(error(long) == JSONError(.badUTF8, at: offset + 1))
      let cut = [0x22] + plain + sequence
      #expect(error(cut) == JSONError(.badUTF8, at: offset + 1))
    }
  }

  @Test(arguments: [
    "\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}",
    "\u{10000}", "\u{40000}", "\u{10FFFF}",
  ])
  func `the border characters of UTF-8 pass`(character: String) {
    for offset in 11...18 {
      let plain = [UInt8](repeating: UInt8(ascii: "x"), count: offset)
      #expect(error(quoted(plain + Array(character.utf8) + plain)) == nil)
    }
  }

  @Test func `128 open brackets pass and 129 do not`() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
      let last = open == "[" ? "" : "1"
      func nested(_ depth: Int) -> [UInt8] {
        Array(
          (String(repeating: open, count: depth) + last
            + String(repeating: close, count: depth)).utf8
        )
      }
      #expect(error(nested(128)) == nil)
      #expect(error(nested(129))?.reason == .tooDeep)
      #expect(error(nested(129))?.offset == open.utf8.count * 128)
    }
  }

  @Test func `brackets that are open around a value count`() throws {
    let bytes = Array("[[1]]".utf8)
    #expect(throws: Never.self) { try JSONLexer.skipValue(bytes.span, from: 0, depth: 126) }
    #expect(throws: JSONError(.tooDeep, at: 1)) {
      try JSONLexer.skipValue(bytes.span, from: 0, depth: 127)
    }
  }

  @Test(arguments: [
    ("", JSONError(.unexpectedEnd, at: 0)),
    ("[1,2", JSONError(.unexpectedEnd, at: 4)),
    ("[1 2]", JSONError(.unexpectedByte, at: 3)),
    ("[1}", JSONError(.unexpectedByte, at: 2)),
    ("{\"a\" 1}", JSONError(.unexpectedByte, at: 5)),
    ("{\"a\":1,}", JSONError(.unexpectedByte, at: 7)),
    ("[1,]", JSONError(.unexpectedByte, at: 3)),
    ("{a:1}", JSONError(.unexpectedByte, at: 1)),
    ("tru", JSONError(.unexpectedEnd, at: 3)),
    ("trux", JSONError(.unexpectedByte, at: 0)),
    ("-", JSONError(.unexpectedEnd, at: 1)),
    ("-x", JSONError(.badNumber, at: 1)),
    ("1.e3", JSONError(.badNumber, at: 2)),
    ("1e", JSONError(.unexpectedEnd, at: 2)),
    ("01", JSONError(.trailingBytes, at: 1)),
    ("\"\\u12g4\"", JSONError(.badEscape, at: 5)),
    ("\"\\u12", JSONError(.unexpectedEnd, at: 5)),
    ("\"\\", JSONError(.unexpectedEnd, at: 2)),
    ("1 1", JSONError(.trailingBytes, at: 2)),
  ])
  func `an error names its reason and its byte`(text: String, expected: JSONError) {
    #expect(error(Array(text.utf8)) == expected)
  }
}

/// The cases the suite leaves to the parser that pass here.
///
/// We keep numbers as digits and lone surrogate escapes as
/// text, so both pass; bytes that are not UTF-8, a byte order mark and deep nesting do not.
let acceptedByChoice: Set<String> = [
  "i_number_double_huge_neg_exp.json", "i_number_huge_exp.json",
  "i_number_neg_int_huge_exp.json", "i_number_pos_double_huge_exp.json",
  "i_number_real_neg_overflow.json", "i_number_real_pos_overflow.json",
  "i_number_real_underflow.json", "i_number_too_big_neg_int.json",
  "i_number_too_big_pos_int.json", "i_number_very_big_negative_int.json",
  "i_object_key_lone_2nd_surrogate.json", "i_string_1st_surrogate_but_2nd_missing.json",
  "i_string_1st_valid_surrogate_2nd_invalid.json",
  "i_string_incomplete_surrogate_and_escape_valid.json",
  "i_string_incomplete_surrogate_pair.json", "i_string_incomplete_surrogates_escape_valid.json",
  "i_string_invalid_lonely_surrogate.json", "i_string_invalid_surrogate.json",
  "i_string_inverted_surrogates_U+1D11E.json", "i_string_lone_second_surrogate.json",
]
