import MCPProtocol
import Testing

/// Strings are looked at in blocks; what is found must not depend on where in a block it stands.
@Suite struct StringBlockTests {
  /// Where a string ends, or why it is none: byte by byte, as RFC 8259, section 7 reads.
  private static func reference(_ text: [UInt8]) -> Result<Int, JSONError> {
    var index = 1
    while index < text.count {
      switch text[index] {
      case UInt8(ascii: "\""): return .success(index + 1)
      case 0..<0x20: return .failure(JSONError(.controlCharacter, at: index))
      case UInt8(ascii: "\\"):
        guard index + 1 < text.count else { break }
        switch text[index + 1] {
        case UInt8(ascii: "u"):
          guard index + 6 <= text.count else { return unended(text) }
          let bad = (index + 2..<index + 6).first {
            Character(Unicode.Scalar(text[$0])).hexDigitValue == nil
          }
          if let bad { return .failure(JSONError(.badEscape, at: bad)) }
          index += 6
        case let letter where "\"\\/bfnrt".utf8.contains(letter): index += 2
        default: return .failure(JSONError(.badEscape, at: index + 1))
        }
        continue
      case 0x80...:
        let length = (2...4).first { length in
          index + length <= text.count
            && String(validating: text[index..<index + length], as: UTF8.self)?
              .unicodeScalars.count == 1
        }
        guard let length else { return .failure(JSONError(.badUTF8, at: index)) }
        index += length
        continue
      default:
        index += 1
        continue
      }
      break
    }
    return unended(text)
  }

  private static func unended(_ text: [UInt8]) -> Result<Int, JSONError> {
    .failure(JSONError(.unexpectedEnd, at: text.count))
  }

  private static func lexed(_ text: [UInt8]) -> Result<Int, JSONError> {
    Result { () throws(JSONError) in try JSONLexer.skipString(text.span, from: 0) }
  }

  private static let specials: [[UInt8]] = [
    #"""#.bytes, #"\n"#.bytes, #"\""#.bytes, #"\\"#.bytes, #"\/"#.bytes, #"\u00e9"#.bytes,
    #"\x"#.bytes, #"\B"#.bytes, [0x0A], [0x1F], [0x7F], "é".bytes, "€".bytes, "😀".bytes, [0x80],
    [0xED, 0xA0, 0x80], [0x5C, 0xC3, 0xA9],
  ]

  private static func plain(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(ascii: "a") + UInt8($0 % 26) }
  }

  @Test(arguments: 0...70)
  func `two special places are read as byte by byte, wherever they stand`(offset: Int) {
    for first in Self.specials {
      for second in Self.specials {
        for gap in [0, 1, 6, 14, 15, 47, 63] {
          for rest in [1, 130] {
            let text =
              [0x22] + Self.plain(offset) + first + Self.plain(gap) + second + Self.plain(rest)
              + [0x22]
            #expect(Self.lexed(text) == Self.reference(text), "\(first) \(gap) \(second) \(rest)")
          }
        }
      }
    }
  }

  @Test(arguments: 0...70)
  func `a line in each row of a text is passed, wherever the rows break`(length: Int) {
    for escape in [#"\n"#, #"\\"#, #"\""#, #"\\\n"#, #"\t\""#, "é"] {
      let rows = (0..<8).flatMap { _ in Self.plain(length) + escape.bytes }
      let text = [0x22] + rows + [0x22] + Self.plain(200)
      #expect(Self.lexed(text) == .success(rows.count + 2), "\(escape)")
      #expect(Self.reference(text) == .success(rows.count + 2), "\(escape)")
    }
  }

  @Test(arguments: [#"\n"#, #"\""#, #"\\"#, #"\u0041"#, "é", "😀"])
  func `a string that is cut anywhere is refused as byte by byte`(special: String) {
    let text = [0x22] + (0..<12).flatMap { Self.plain($0 * 3) + special.bytes } + Self.plain(70)
    for length in 1...text.count {
      let cut = Array(text.prefix(length))
      #expect(Self.lexed(cut) == Self.reference(cut), "\(length)")
    }
  }

  @Test(arguments: 0...70)
  func `long clean text is searched to its end`(offset: Int) {
    for special in Self.specials {
      let text = [0x22] + Self.plain(300 + 2 * offset) + special + Self.plain(200) + [0x22]
      #expect(Self.lexed(text) == Self.reference(text), "\(special)")
    }
  }

  @Test(arguments: UInt8.min...UInt8.max)
  func `a backslash begins an escape with the bytes that the reference names`(letter: UInt8) {
    for offset in [3, 40, 300] {
      let text = [0x22] + Self.plain(offset) + [0x5C, letter] + Self.plain(150) + [0x22]
      #expect(Self.lexed(text) == Self.reference(text), "\(offset)")
    }
  }
}
