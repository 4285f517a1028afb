extension JSONDocument {
  /// The text of a string whose bytes, quotes included, are `range`.
  ///
  /// They must have passed the lexer. A surrogate without its other half reads as U+FFFD.
  package static func decodeString(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    let content = bytes[range.lowerBound + 1..<range.upperBound - 1]
    guard let firstEscape = content.firstIndex(of: UInt8(ascii: "\\")) else {
      return String(decoding: content, as: UTF8.self)
    }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(content.count)
    decoded.append(contentsOf: content[..<firstEscape])
    var index = firstEscape
    while index < content.endIndex {
      if content[index] == UInt8(ascii: "\\") {
        index = appendEscape(content, at: index, to: &decoded)
      } else {
        decoded.append(content[index])
        index += 1
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }

  /// Appends what the escape at `start` stands for.
  ///
  /// Returns the offset behind it.
  private static func appendEscape(
    _ content: ArraySlice<UInt8>,
    at start: Int,
    to decoded: inout [UInt8]
  ) -> Int {
    switch content[start + 1] {
    case UInt8(ascii: "b"): decoded.append(0x08)
    case UInt8(ascii: "f"): decoded.append(0x0C)
    case UInt8(ascii: "n"): decoded.append(0x0A)
    case UInt8(ascii: "r"): decoded.append(0x0D)
    case UInt8(ascii: "t"): decoded.append(0x09)
    case UInt8(ascii: "u"):
      let high = codeUnit(content, at: start + 2)
      if high & 0xFC00 == 0xD800, let low = lowSurrogate(content, at: start + 6) {
        appendScalar(0x10000 + (high & 0x3FF) << 10 + low & 0x3FF, to: &decoded)
        return start + 12
      }
      appendScalar(high, to: &decoded)
      return start + 6
    default: decoded.append(content[start + 1])
    }
    return start + 2
  }

  private static func codeUnit(_ content: ArraySlice<UInt8>, at start: Int) -> UInt32 {
    content[start..<start + 4].reduce(0) { $0 << 4 | UInt32(JSONLexer.hexDigit($1) ?? 0) }
  }

  private static func lowSurrogate(_ content: ArraySlice<UInt8>, at start: Int) -> UInt32? {
    guard start + 6 <= content.endIndex, content[start] == UInt8(ascii: "\\"),
      content[start + 1] == UInt8(ascii: "u")
    else { return nil }
    let unit = codeUnit(content, at: start + 2)
    return unit & 0xFC00 == 0xDC00 ? unit : nil
  }

  private static func appendScalar(_ value: UInt32, to decoded: inout [UInt8]) {
    decoded.append(contentsOf: String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8)
  }
}
