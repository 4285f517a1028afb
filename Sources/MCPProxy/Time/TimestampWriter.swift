import MCPProtocol

/// Appends timestamps; the part up to the second is made once a second.
struct TimestampWriter: Sendable {
  private var second = Int64.min
  private var text: [UInt8] = []

  /// The longest text of a time.
  static let room = 40

  /// Appends a time, given in nanoseconds since 1970, UTC.
  mutating func append(_ nanoseconds: Int64, to line: inout ByteWriter) {
    let now = nanoseconds / 1_000_000_000
    if now != second {
      second = now
      text = Array(Timestamp(nanoseconds: now * 1_000_000_000).text.utf8.dropLast(7))
    }
    line.append(text)
    // A clock that was never set may stand before 1970.
    line.append(UInt(max(0, nanoseconds % 1_000_000_000)) / 1000, digits: 6)
    line.append(UInt8(ascii: "Z"))
  }
}
