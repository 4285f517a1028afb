/// The last of what a process wrote to standard error, for messages that say why it failed.
package struct ErrorTail: Sendable {
  private var bytes: [UInt8] = []
  private static let limit = 4096

  package init() {}

  package mutating func append(_ new: ArraySlice<UInt8>) {
    bytes.append(contentsOf: new.suffix(Self.limit))
    if bytes.count > 2 * Self.limit { bytes.removeFirst(bytes.count - Self.limit) }
  }

  package mutating func clear() { bytes.removeAll() }

  /// The last line that says something, at most 200 characters, control characters removed.
  package var lastLine: String? {
    let lines = bytes.suffix(Self.limit).split(separator: UInt8(ascii: "\n"))
    for line in lines.reversed() {
      let text = String(decoding: line, as: UTF8.self).filter { !$0.isASCII || $0 >= " " }
      let trimmed = text.drop { $0 == " " }
      if !trimmed.isEmpty { return String(trimmed.prefix(200)) }
    }
    return nil
  }
}
