/// What is known of a message of which only the beginning and the end were kept.
package struct LongMessage: Sendable {
  package let head: MessageHead
  /// The token of its id; `nil` if it does not come to light.
  package let id: [UInt8]?

  package init(_ head: [UInt8], tail: [UInt8]) {
    let message = MessageHead(head.span)
    self.head = message
    if let id = message.id {
      self.id = Array(head[id])
    } else if message.isAnswer || message.isRequest {
      id = Self.lastID(tail.span).map { Array(tail[$0]) }
    } else {
      id = nil
    }
  }

  /// The id, if it is among the last members of a message that ends here.
  ///
  /// Read backwards from the brace that closes the message. What stands before that brace stands in
  /// no string, and so, token by token, does what stands before it: as long as these are strings
  /// without escapes, other scalars, colons and commas, they are members of the message itself.
  private static func lastID(_ text: borrowing Span<UInt8>) -> Range<Int>? {
    var end = skipBlanks(text, text.count)
    guard end > 0, text[end - 1] == UInt8(ascii: "}") else { return nil }
    end -= 1
    while true {
      guard let value = scalar(text, endingAt: skipBlanks(text, end)) else { return nil }
      let colon = skipBlanks(text, value.lowerBound)
      guard colon > 0, text[colon - 1] == UInt8(ascii: ":"),
        let name = string(text, endingAt: skipBlanks(text, colon - 1))
      else { return nil }
      // Also tells that the quote before the name is no escaped one.
      let comma = skipBlanks(text, name.lowerBound)
      guard comma > 0, text[comma - 1] == UInt8(ascii: ",") else { return nil }
      if JSONLexer.matches(text, name, "\"id\"") {
        return RequestID.isValid(text, value) ? value : nil
      }
      end = comma - 1
    }
  }

  /// Where the blanks that end at `end` begin.
  private static func skipBlanks(_ text: borrowing Span<UInt8>, _ end: Int) -> Int {
    var start = end
    while start > 0, [0x20, 0x09, 0x0D].contains(text[start - 1]) { start -= 1 }
    return start
  }

  private static func scalar(_ text: borrowing Span<UInt8>, endingAt end: Int) -> Range<Int>? {
    guard end > 0, text[end - 1] != UInt8(ascii: "\"") else { return string(text, endingAt: end) }
    var start = end
    while start > 0, isPlain(text[start - 1]) { start -= 1 }
    return start < end ? start..<end : nil
  }

  /// Whether numbers, `true`, `false` and `null` are written with it.
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "E"), UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// A string without escapes, with its quotes.
  private static func string(_ text: borrowing Span<UInt8>, endingAt end: Int) -> Range<Int>? {
    guard end > 1, text[end - 1] == UInt8(ascii: "\"") else { return nil }
    var start = end - 2
    while text[start] != UInt8(ascii: "\"") {
      guard start > 0, text[start] != UInt8(ascii: "\\") else { return nil }
      start -= 1
    }
    return start..<end
  }
}
