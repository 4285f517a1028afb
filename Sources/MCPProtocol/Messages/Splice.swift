/// Copies a message while replacing a few of its tokens: ids, names, progress tokens.
///
/// All other bytes go through as they came; that is what keeps JSON exact end to end.
package struct Splice: Sendable {
  /// What stands in a token's place.
  package enum Replacement: Sendable {
    case integer(Int)
    case bytes([UInt8])
    /// A part of another message.
    case slice([UInt8], Range<Int>)
  }

  private var first: (range: Range<Int>, replacement: Replacement)?
  private var second: (range: Range<Int>, replacement: Replacement)?
  private var third: (range: Range<Int>, replacement: Replacement)?

  package init() {}

  /// Replaces the token at `range`; at most three, in any order, never overlapping.
  package mutating func replace(_ range: Range<Int>, with replacement: Replacement) {
    var new = (range: range, replacement: replacement)
    if let present = first {
      if new.range.lowerBound < present.range.lowerBound {
        first = new
        new = present
      }
      if let present = second {
        precondition(third == nil, "a splice replaces three tokens at most")
        if new.range.lowerBound < present.range.lowerBound {
          second = new
          new = present
        }
        third = new
      } else {
        second = new
      }
    } else {
      first = new
    }
  }

  /// Appends the message at `line` of `source`, spliced, and a line end.
  package func append(_ source: [UInt8], _ line: Range<Int>, to output: inout [UInt8]) {
    var copied = line.lowerBound
    append(first, source, &copied, to: &output)
    append(second, source, &copied, to: &output)
    append(third, source, &copied, to: &output)
    output.append(contentsOf: source[copied..<line.upperBound])
    output.append(UInt8(ascii: "\n"))
  }

  @inline(__always)
  private func append(
    _ edit: (range: Range<Int>, replacement: Replacement)?,
    _ source: [UInt8],
    _ copied: inout Int,
    to output: inout [UInt8]
  ) {
    guard let edit else { return }
    output.append(contentsOf: source[copied..<edit.range.lowerBound])
    switch edit.replacement {
    case .integer(let value): output.append(integer: value)
    case .bytes(let bytes): output.append(contentsOf: bytes)
    case .slice(let bytes, let range): output.append(contentsOf: bytes[range])
    }
    copied = edit.range.upperBound
  }
}

extension [UInt8] {
  /// Appends a number's decimal digits.
  package mutating func append(integer value: Int) {
    if value < 0 { append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    var divisor: UInt = 1
    while rest / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / divisor))
      rest %= divisor
      divisor /= 10
    }
  }
}
