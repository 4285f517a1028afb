/// Walks over the tokens of JSON (RFC 8259) and says where each ends; builds nothing.
///
/// Every function takes the offset of a token's first byte and returns the offset behind its last,
/// or throws where the bytes stop being JSON.
package enum JSONLexer {
  /// Brackets that may be open at once.
  ///
  /// Deeper text is refused: a peer must not choose how much
  /// state we keep.
  package static let maxDepth = 128

  @inline(__always)
  package static func skipBlanks(_ text: borrowing Span<UInt8>, from start: Int) -> Int {
    var index = start
    while index < text.count {
      let byte = text[index]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
      index += 1
    }
    return index
  }

  /// Skips a string; `start` is its opening quote.
  package static func skipString(
    _ text: borrowing Span<UInt8>,
    from start: Int
  ) throws(JSONError) -> Int {
    var index = start + 1
    while true {
      index = ByteBlocks.firstSpecial(text, from: index)
      guard index < text.count else { throw JSONError(.unexpectedEnd, at: text.count) }
      switch text[index] {
      case UInt8(ascii: "\""): return index + 1
      case UInt8(ascii: "\\"): index = try skipEscape(text, from: index)
      case 0x80...:
        // Where one is, most often another follows.
        repeat {
          index = try skipMultibyteCharacter(text, from: index)
        } while index < text.count && text[index] >= 0x80
      default: throw JSONError(.controlCharacter, at: index)
      }
    }
  }

  private static func skipEscape(
    _ text: borrowing Span<UInt8>,
    from start: Int
  ) throws(JSONError) -> Int {
    guard start + 1 < text.count else { throw JSONError(.unexpectedEnd, at: text.count) }
    switch text[start + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return start + 2
    case UInt8(ascii: "u"):
      guard start + 6 <= text.count else { throw JSONError(.unexpectedEnd, at: text.count) }
      for index in start + 2..<start + 6 where hexDigit(text[index]) == nil {
        throw JSONError(.badEscape, at: index)
      }
      return start + 6
    default:
      throw JSONError(.badEscape, at: start + 1)
    }
  }

  /// The value of a hexadecimal digit.
  package static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// Skips one character of two to four bytes: Unicode 15, table 3-7, well-formed sequences only.
  private static func skipMultibyteCharacter(
    _ text: borrowing Span<UInt8>,
    from start: Int
  ) throws(JSONError) -> Int {
    let second: ClosedRange<UInt8>
    let length: Int
    switch text[start] {
    case 0xC2...0xDF: (second, length) = (0x80...0xBF, 2)
    case 0xE0: (second, length) = (0xA0...0xBF, 3)
    case 0xED: (second, length) = (0x80...0x9F, 3)
    case 0xE1...0xEF: (second, length) = (0x80...0xBF, 3)
    case 0xF0: (second, length) = (0x90...0xBF, 4)
    case 0xF1...0xF3: (second, length) = (0x80...0xBF, 4)
    case 0xF4: (second, length) = (0x80...0x8F, 4)
    default: throw JSONError(.badUTF8, at: start)
    }
    guard start + length <= text.count, second.contains(text[start + 1]) else {
      throw JSONError(.badUTF8, at: start)
    }
    for index in start + 2..<start + length where text[index] & 0xC0 != 0x80 {
      throw JSONError(.badUTF8, at: start)
    }
    return start + length
  }

  package static func skipNumber(
    _ text: borrowing Span<UInt8>,
    from start: Int
  ) throws(JSONError) -> Int {
    var index = start
    if index < text.count, text[index] == UInt8(ascii: "-") { index += 1 }
    if index < text.count, text[index] == UInt8(ascii: "0") {
      index += 1
    } else {
      index = try skipDigits(text, from: index)
    }
    if index < text.count, text[index] == UInt8(ascii: ".") {
      index = try skipDigits(text, from: index + 1)
    }
    if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      if index < text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") {
        index += 1
      }
      index = try skipDigits(text, from: index)
    }
    return index
  }

  /// Skips one digit or more.
  private static func skipDigits(
    _ text: borrowing Span<UInt8>,
    from start: Int
  ) throws(JSONError) -> Int {
    var index = start
    while index < text.count, text[index] &- UInt8(ascii: "0") <= 9 { index += 1 }
    guard index > start else {
      throw JSONError(index < text.count ? .badNumber : .unexpectedEnd, at: index)
    }
    return index
  }

  package static func skipLiteral(
    _ text: borrowing Span<UInt8>,
    from start: Int,
    _ literal: StaticString
  ) throws(JSONError) -> Int {
    let end = start + literal.utf8CodeUnitCount
    guard end <= text.count else { throw JSONError(.unexpectedEnd, at: text.count) }
    guard matches(text, start..<end, literal) else { throw JSONError(.unexpectedByte, at: start) }
    return end
  }

  /// Whether the bytes of `range` are those of `literal`.
  @inline(__always)
  package static func matches(
    _ text: borrowing Span<UInt8>,
    _ range: Range<Int>,
    _ literal: StaticString
  ) -> Bool {
    range.count == literal.utf8CodeUnitCount
      && ByteBlocks.begins(text, range.lowerBound, with: literal)
  }

  /// Skips a value that is neither an object nor an array.
  @inline(__always)
  package static func skipScalar(
    _ text: borrowing Span<UInt8>,
    from start: Int
  ) throws(JSONError) -> Int {
    guard start < text.count else { throw JSONError(.unexpectedEnd, at: start) }
    switch text[start] {
    case UInt8(ascii: "\""): return try skipString(text, from: start)
    case UInt8(ascii: "t"): return try skipLiteral(text, from: start, "true")
    case UInt8(ascii: "f"): return try skipLiteral(text, from: start, "false")
    case UInt8(ascii: "n"): return try skipLiteral(text, from: start, "null")
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return try skipNumber(text, from: start)
    default: throw JSONError(.unexpectedByte, at: start)
    }
  }

  /// Skips any value; `depth` brackets are open around it already.
  package static func skipValue(
    _ text: borrowing Span<UInt8>,
    from start: Int,
    depth: Int
  ) throws(JSONError) -> Int {
    guard start < text.count else { throw JSONError(.unexpectedEnd, at: start) }
    let byte = text[start]
    guard byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") else {
      return try skipScalar(text, from: start)
    }
    return try skipContainer(text, from: start, depth: depth)
  }

  /// Skips an object or an array without recursion: one bit an open bracket, 1 for an object.
  private static func skipContainer(
    _ text: borrowing Span<UInt8>,
    from start: Int,
    depth: Int
  ) throws(JSONError) -> Int {
    var open: UInt128 = 0
    var level = 0
    var index = start
    while true {
      // Here a value begins at `index`.
      let byte = index < text.count ? text[index] : 0
      if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
        level += 1
        guard depth + level <= maxDepth else { throw JSONError(.tooDeep, at: index) }
        let isObject = byte == UInt8(ascii: "{")
        open = open << 1 | (isObject ? 1 : 0)
        index = skipBlanks(text, from: index + 1)
        let next = index < text.count ? text[index] : 0
        if next == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
          index = try closeBrackets(text, from: index, &open, &level)
        } else if isObject {
          index = try skipName(text, from: index)
          continue
        } else {
          continue
        }
      } else {
        index = try skipScalar(text, from: index)
        index = try closeBrackets(text, from: index, &open, &level)
      }
      if level == 0 { return index }
      // A comma was passed; the next member or element begins.
      if open & 1 == 1 { index = try skipName(text, from: index) }
    }
  }

  /// After a value: closes what ends here, passes the comma, returns where the next begins.
  @inline(__always)
  private static func closeBrackets(
    _ text: borrowing Span<UInt8>,
    from start: Int,
    _ open: inout UInt128,
    _ level: inout Int
  ) throws(JSONError) -> Int {
    var index = start
    while true {
      index = skipBlanks(text, from: index)
      guard index < text.count else { throw JSONError(.unexpectedEnd, at: index) }
      let byte = text[index]
      if byte == UInt8(ascii: ",") { return skipBlanks(text, from: index + 1) }
      let closing = open & 1 == 1 ? UInt8(ascii: "}") : UInt8(ascii: "]")
      guard byte == closing else { throw JSONError(.unexpectedByte, at: index) }
      open >>= 1
      level -= 1
      index += 1
      if level == 0 { return index }
    }
  }

  /// Skips a member's name and colon, up to where its value begins.
  package static func skipName(
    _ text: borrowing Span<UInt8>,
    from start: Int
  ) throws(JSONError) -> Int {
    guard start < text.count else { throw JSONError(.unexpectedEnd, at: start) }
    guard text[start] == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: start) }
    let colon = skipBlanks(text, from: try skipString(text, from: start))
    guard colon < text.count else { throw JSONError(.unexpectedEnd, at: colon) }
    guard text[colon] == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: colon) }
    return skipBlanks(text, from: colon + 1)
  }
}
