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

  /// What is replaced, first things first, and by which bytes.
  package var edits: [(range: Range<Int>, bytes: [UInt8])] {
    [first, second, third].compactMap { $0 }.map { edit in
      switch edit.replacement {
      case .integer(let value): (edit.range, Array(String(value).utf8))
      case .bytes(let bytes): (edit.range, bytes)
      case .slice(let bytes, let range): (edit.range, Array(bytes[range]))
      }
    }
  }

  /// Appends the message at `line` of `source`, spliced, and a line end.
  package func append(_ source: [UInt8], _ line: Range<Int>, to output: inout [UInt8]) {
    let room = line.count + room(first) + room(second) + room(third) + 1
    output.append(room: room) { writer in
      var copied = line.lowerBound
      append(first, source, &copied, to: &writer)
      append(second, source, &copied, to: &writer)
      append(third, source, &copied, to: &writer)
      writer.append(source, copied..<line.upperBound)
      writer.append(UInt8(ascii: "\n"))
    }
  }

  /// The whole message, spliced, with a line end.
  package func applied(to source: [UInt8]) -> [UInt8] {
    var frame: [UInt8] = []
    append(source, 0..<source.count, to: &frame)
    return frame
  }

  private func room(_ edit: (range: Range<Int>, replacement: Replacement)?) -> Int {
    switch edit?.replacement {
    case .integer: 20
    case .bytes(let bytes): bytes.count
    case .slice(_, let range): range.count
    case nil: 0
    }
  }

  private func append(
    _ edit: (range: Range<Int>, replacement: Replacement)?,
    _ source: [UInt8],
    _ copied: inout Int,
    to output: inout ByteWriter
  ) {
    guard let edit else { return }
    output.append(source, copied..<edit.range.lowerBound)
    switch edit.replacement {
    case .integer(let value): output.append(integer: value)
    case .bytes(let bytes): output.append(bytes)
    case .slice(let bytes, let range): output.append(bytes, range)
    }
    copied = edit.range.upperBound
  }
}
