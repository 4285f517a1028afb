/// Appends timestamps; the part up to the second is made once a second.
struct TimestampWriter: Sendable {
  private var second = Int64.min
  private var text: [UInt8] = []

  /// Appends a time, given in nanoseconds since 1970, UTC.
  mutating func append(_ nanoseconds: Int64, to line: inout [UInt8]) {
    let now = nanoseconds / 1_000_000_000
    if now != second {
      second = now
      text = Array(Timestamp(nanoseconds: now * 1_000_000_000).text.utf8.dropLast(7))
    }
    line += text
    var rest = Int(nanoseconds % 1_000_000_000) / 1000
    var place = 100_000
    while place > 0 {
      line.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / place))
      rest %= place
      place /= 10
    }
    line.append(UInt8(ascii: "Z"))
  }
}
