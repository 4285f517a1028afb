/// Goes from member to member of one object; the caller passes over each value.
struct MemberWalk {
  /// The present member's name, without quotes.
  private(set) var name: Range<Int> = 0..<0
  /// Where the present member's value begins.
  private(set) var value = 0
  /// Behind the closing brace, once `next` has returned false.
  private(set) var end = 0
  private var index: Int
  private var isFirst = true

  /// `start` is the opening brace.
  init(_ start: Int) { index = start + 1 }

  /// Goes to the next member; false at the closing brace.
  @inline(never)
  mutating func next(_ text: borrowing Span<UInt8>) throws(EnvelopeError) -> Bool {
    index = JSONLexer.skipBlanks(text, from: index)
    guard index < text.count else { throw .syntax(JSONError(.unexpectedEnd, at: index)) }
    if text[index] == UInt8(ascii: "}") {
      end = index + 1
      return false
    }
    if !isFirst {
      guard text[index] == UInt8(ascii: ",") else {
        throw .syntax(JSONError(.unexpectedByte, at: index))
      }
      index = JSONLexer.skipBlanks(text, from: index + 1)
    }
    isFirst = false
    if let close = shortName(text) {
      name = index + 1..<close
      value = JSONLexer.skipBlanks(text, from: close + 2)
    } else {
      try nextName(text)
    }
    return true
  }

  /// The closing quote of a name that is plain and has its colon right behind it, as most are.
  @inline(__always)
  private func shortName(_ text: borrowing Span<UInt8>) -> Int? {
    guard index < text.count, text[index] == UInt8(ascii: "\""),
      let close = ByteBlocks.nearQuote(text, from: index + 1) ?? plainEnd(text),
      close + 1 < text.count, text[close + 1] == UInt8(ascii: ":")
    else { return nil }
    return close
  }

  /// Where a name of letters and digits ends, and the underscore among them.
  @inline(never)
  private func plainEnd(_ text: borrowing Span<UInt8>) -> Int? {
    var close = index + 1
    while close < text.count, text[close] >= 0x30, text[close] < 0x7F,
      text[close] != UInt8(ascii: "\\")
    {
      close += 1
    }
    return close < text.count && text[close] == UInt8(ascii: "\"") ? close : nil
  }

  @inline(never)
  private mutating func nextName(_ text: borrowing Span<UInt8>) throws(EnvelopeError) {
    do {
      value = try JSONLexer.skipName(text, from: index)
    } catch {
      throw .syntax(error)
    }
    // The name's closing quote: backwards from the value over blanks and the colon.
    var last = value - 1
    while text[last] != UInt8(ascii: "\"") { last -= 1 }
    name = index + 1..<last
  }

  /// Goes on behind the value that ended at `valueEnd`.
  @inline(__always)
  mutating func pass(_ valueEnd: Int) { index = valueEnd }
}

extension JSONLexer {
  static func containsEscape(_ text: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
    for index in range where text[index] == UInt8(ascii: "\\") { return true }
    return false
  }

  /// The text of a name, given without its quotes.
  static func decodedName(_ text: borrowing Span<UInt8>, _ name: Range<Int>) -> String {
    var token: [UInt8] = []
    for index in name.lowerBound - 1..<name.upperBound + 1 { token.append(text[index]) }
    return JSONDocument.decodeString(token, 0..<token.count)
  }
}
