import MCPProtocol
import Testing

@Suite struct JSONLexerTests {
  /// Bytes that may stand in a string, among them all ends of the ranges of UTF-8.
  private static let legal: [[UInt8]] = [
    [0x20], [0x7F], [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xE1, 0x80, 0x80],
    [0xEC, 0xBF, 0xBF], [0xED, 0x80, 0x80], [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80],
    [0xEF, 0xBF, 0xBF], [0xF0, 0x90, 0x80, 0x80], [0xF1, 0x80, 0x80, 0x80],
    [0xF3, 0xBF, 0xBF, 0xBF], [0xF4, 0x8F, 0xBF, 0xBF],
    #"\""#.bytes, #"\\"#.bytes, #"\/"#.bytes, #"\b"#.bytes, #"\f"#.bytes, #"\n"#.bytes,
    #"\r"#.bytes, #"\t"#.bytes, #"\u0000"#.bytes, #"\uD83D\uDE00"#.bytes, #"\udead"#.bytes,
    #"\uaBcF"#.bytes,
  ]

  /// Bytes that may not, and why: each class of malformed UTF-8 (Unicode 15, table 3-7) is here.
  private static let illegal: [([UInt8], JSONError.Reason)] =
    (0..<0x20).map { ([UInt8($0)], .controlCharacter) }
    + [
      ([0x80], .badUTF8), ([0xBF], .badUTF8),  // a continuation that continues nothing
      ([0xC0, 0x80], .badUTF8), ([0xC1, 0xBF], .badUTF8),  // two bytes for ASCII
      ([0xE0, 0x80, 0x80], .badUTF8), ([0xE0, 0x9F, 0xBF], .badUTF8),  // overlong
      ([0xF0, 0x80, 0x80, 0x80], .badUTF8), ([0xF0, 0x8F, 0xBF, 0xBF], .badUTF8),
      ([0xED, 0xA0, 0x80], .badUTF8), ([0xED, 0xBF, 0xBF], .badUTF8),  // surrogates
      ([0xF4, 0x90, 0x80, 0x80], .badUTF8), ([0xF5, 0x80, 0x80, 0x80], .badUTF8),  // too big
      ([0xF8, 0x88, 0x80, 0x80, 0x80], .badUTF8), ([0xFE], .badUTF8), ([0xFF], .badUTF8),
      ([0xC2], .badUTF8), ([0xC2, 0x41], .badUTF8), ([0xC2, 0xC2], .badUTF8),  // cut short
      ([0xE1, 0x80], .badUTF8), ([0xE1, 0x80, 0x41], .badUTF8), ([0xE1, 0x41], .badUTF8),
      ([0xF1, 0x80, 0x80], .badUTF8), ([0xF1, 0x80, 0x80, 0x41], .badUTF8),
      ([0xF1, 0x80, 0x41, 0x80], .badUTF8), ([0xF1, 0x41], .badUTF8),
      (#"\x"#.bytes, .badEscape), (#"\U0041"#.bytes, .badEscape), (#"\'"#.bytes, .badEscape),
      (#"\u00G0"#.bytes, .badEscape), (#"\u 000"#.bytes, .badEscape), (#"\u004"#.bytes, .badEscape),
    ]

  private static func string(_ special: [UInt8], at offset: Int) -> [UInt8] {
    let quote: [UInt8] = [0x22]
    let before = [UInt8](repeating: UInt8(ascii: "a"), count: offset)
    return quote + before + special + after + quote
  }

  /// Enough for the blocks that long strings are looked at in.
  private static let after = [UInt8](repeating: UInt8(ascii: "z"), count: 300)

  /// All of the words, of the first block after them, and the edges of the second.
  private static let offsets = Array(0...400) + [638, 639, 640, 641]

  @Test(arguments: offsets)
  func `a string is passed whole with a special character at any offset`(offset: Int) throws {
    for special in Self.legal {
      let text = Self.string(special, at: offset)
      let end = try JSONLexer.skipString(text.span, from: 0)
      #expect(end == text.count, "\(special)")
      #expect(treeError(text) == nil, "\(special)")
    }
  }

  @Test(arguments: offsets)
  func `a byte that no string may hold is found at any offset`(offset: Int) {
    for (special, reason) in Self.illegal {
      let text = Self.string(special, at: offset)
      let error = lexerError(text)
      #expect(error?.reason == reason, "\(special)")
      let place = error?.offset ?? 0
      #expect((offset + 1..<offset + 1 + special.count + 1).contains(place), "\(special)")
      #expect(treeError(text) == error, "\(special)")
    }
  }

  @Test(arguments: offsets)
  func `a quote ends a string at any offset`(length: Int) throws {
    let text = "\"" + String(repeating: "x", count: length) + "\""
    let padded = (text + String(repeating: "y\"", count: 20)).bytes
    let end = try JSONLexer.skipString(padded.span, from: 0)
    #expect(end == length + 2)
  }

  @Test(arguments: offsets)
  func `a string without its end is refused at any length`(length: Int) {
    let text = ("\"" + String(repeating: "x", count: length)).bytes
    #expect(lexerError(text) == JSONError(.unexpectedEnd, at: text.count))
    #expect(lexerError(text + [0x5C]) == JSONError(.unexpectedEnd, at: text.count + 1))
    #expect(lexerError(text + [0x5C, 0x22]) == JSONError(.unexpectedEnd, at: text.count + 2))
    #expect(lexerError(text + #"\u00"#.bytes)?.reason == .unexpectedEnd)
    #expect(lexerError(text + [0xF0, 0x9F])?.reason == .badUTF8)
  }

  @Test func `every pair of bytes in a string is judged as the standard library judges it`() {
    for first in UInt8(0x80)...0xFF {
      for second in UInt8(0x20)...0xFF where second != 0x22 && second != 0x5C {
        let isUTF8 = String(validating: [first, second, 0x41], as: UTF8.self) != nil
        let error = lexerError([0x22, first, second, 0x41, 0x22])
        #expect((error == nil) == isUTF8, "\(first) \(second)")
      }
    }
  }

  @Test func `longer characters are judged as the standard library judges them`() {
    let borders: [UInt8] = [0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF]
    for first in UInt8(0xC0)...0xFF {
      for second in borders {
        for third in borders {
          for fourth in borders {
            let bytes = [first, second, third, fourth]
            let isUTF8 = String(validating: bytes, as: UTF8.self) != nil
            #expect((lexerError([0x22] + bytes + [0x22]) == nil) == isUTF8, "\(bytes)")
          }
        }
      }
    }
  }

  @Test(arguments: [
    "0", "-0", "1", "-1", "10", "1.0", "-0.0", "0.10", "1e3", "1E3", "1e+3", "1e-3", "0e0",
    "1.5E-07", "123456789012345678901234567890", "1e999999", "9007199254740993",
  ])
  func `a number is passed whole and no further`(number: String) throws {
    for end in ["", ",", "]", " ", "}"] {
      let text = (number + end).bytes
      let stop = try JSONLexer.skipNumber(text.span, from: 0)
      #expect(stop == number.utf8.count)
    }
    let node = try JSONDocument.parse("[\(number)]".bytes).root
    #expect(node.array?.first?.range == 1..<1 + number.utf8.count)
  }

  @Test(arguments: [
    "-", "+1", "01", "-01", ".5", "1.", "1.e1", "1e", "1e+", "1e-", "0x1", "1_0", "- 1", "--1",
    "1.2.3", "1e1e1", "1e1.5", "Infinity", "-Infinity", "NaN", "\u{661}", "1\u{0}",
  ])
  func `what only looks like a number is refused`(text: String) {
    #expect(lexerError(text.bytes) != nil)
    #expect(lexerError("[\(text)]".bytes) != nil)
    #expect(treeError("[\(text)]".bytes) == lexerError("[\(text)]".bytes))
  }

  @Test(arguments: ["true", "false", "null"])
  func `a literal is spelled out and nothing else`(literal: String) {
    #expect(lexerError(literal.bytes) == nil)
    for length in 1..<literal.utf8.count {
      let cut = Array(literal.bytes.prefix(length))
      #expect(lexerError(cut)?.reason == .unexpectedEnd)
      #expect(lexerError([0x5B] + cut + [0x5D]) != nil)
    }
    #expect(lexerError(literal.uppercased().bytes) != nil)
    #expect(lexerError((literal + "e").bytes)?.reason == .trailingBytes)
  }

  @Test(arguments: [("[", "]"), ("{\"a\":", "}")], ["", "0", "{}", "[]", "\"\""])
  func `128 brackets may be open and no more`(brackets: (String, String), core: String) {
    func nested(_ depth: Int) -> [UInt8] {
      let inner = core.isEmpty ? brackets.0 == "[" ? "" : "0" : core
      return
        (String(repeating: brackets.0, count: depth) + inner
        + String(repeating: brackets.1, count: depth)).bytes
    }
    let own = core == "{}" || core == "[]" ? 1 : 0
    #expect(lexerError(nested(128 - own)) == nil)
    #expect(treeError(nested(128 - own)) == nil)
    #expect(lexerError(nested(129 - own))?.reason == .tooDeep)
    #expect(treeError(nested(129 - own)) == lexerError(nested(129 - own)))
    #expect(lexerError(nested(100_000))?.reason == .tooDeep)
    #expect(treeError(nested(100_000))?.reason == .tooDeep)
  }

  @Test func `brackets are matched at every depth`() {
    // The kind of bracket at each depth, down to the deepest, has to be remembered.
    var random = SeededRandom(seed: 7)
    for _ in 0..<200 {
      let depth = 1 + random.below(128)
      let isObject = (0..<depth).map { _ in random.chance(50) }
      let opening = isObject.map { $0 ? "{\"a\":" : "[" }.joined()
      var closing = isObject.reversed().map { $0 ? "}" : "]" }
      #expect(lexerError((opening + "1" + closing.joined()).bytes) == nil)
      let wrong = random.below(depth)
      closing[wrong] = closing[wrong] == "}" ? "]" : "}"
      let text = (opening + "1" + closing.joined()).bytes
      #expect(lexerError(text)?.reason == .unexpectedByte)
      #expect(treeError(text) == lexerError(text))
    }
  }

  @Test(arguments: [
    "", " ", "[", "]", "{", "}", "[1", "[1,", "[,1]", "[1,]", "[1 2]", "{1:2}", "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}", "{,}", "{\"a\":1 \"b\":2}", "{\"a\" 1}", "{\"a\"::1}", "[1}", "{\"a\":1]", "1 2",
    "[]]", "{}{}", "'a'", "a", "[a]", "\u{B}1", "\u{A0}1", "/**/1", "1//", "\u{FEFF}1", "1\u{0}",
  ])
  func `broken structure is refused by both parsers at the same byte`(text: String) {
    let error = lexerError(text.bytes)
    #expect(error != nil)
    #expect(treeError(text.bytes) == error)
  }
}
