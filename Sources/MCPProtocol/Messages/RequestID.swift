/// A request id or progress token, told apart exactly as its sender wrote it.
///
/// `1` and `"1"` are different ids; integers of any size are kept digit for digit.
package enum RequestID: Hashable, Sendable {
  case integer(Int)
  /// A string, or an integer too big for `integer`: the token as it was written.
  case token([UInt8])

  package init(_ text: borrowing Span<UInt8>, _ range: Range<Int>) {
    if let integer = Self.integer(text, range) {
      self = .integer(integer)
    } else {
      var token: [UInt8] = []
      for index in range { token.append(text[index]) }
      self = .token(token)
    }
  }

  /// The token as JSON.
  package var json: [UInt8] {
    switch self {
    case .integer(let value): Array(String(value).utf8)
    case .token(let bytes): bytes
    }
  }

  /// Whether the token is a string or an integer: null, fractions and the rest are no ids.
  package static func isValid(_ text: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard let first = range.first else { return false }
    if text[first] == UInt8(ascii: "\"") { return true }
    for index in range {
      let isSign = index == first && text[index] == UInt8(ascii: "-")
      guard isSign || text[index] &- UInt8(ascii: "0") <= 9 else { return false }
    }
    return true
  }

  /// The token's value, if it is an integer of at most 18 digits.
  ///
  /// `-0` is left a token: it would not come back as it was.
  @inline(__always)
  package static func integer(_ text: borrowing Span<UInt8>, _ range: Range<Int>) -> Int? {
    guard let first = range.first else { return nil }
    let isNegative = text[first] == UInt8(ascii: "-")
    let digits = isNegative ? first + 1..<range.upperBound : range
    guard !digits.isEmpty, digits.count <= 18 else { return nil }
    var value = 0
    for index in digits {
      let digit = text[index] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      value = value &* 10 &+ Int(digit)
    }
    if isNegative { return value == 0 ? nil : -value }
    return value
  }
}
