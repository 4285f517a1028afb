/// Reads the short texts in which people write quantities.
enum Units {
  /// `250ms`, `30s`, `5m`, `1h`, `2d`; a bare number is milliseconds.
  static func span(_ text: String) -> TimeSpan? {
    guard let (count, unit) = split(text), let scale = milliseconds(unit) else { return nil }
    return span(milliseconds: count * scale)
  }

  /// Rounded to the nearest nanosecond; `nil` if no span holds it.
  static func span(milliseconds: Double) -> TimeSpan? {
    Int64(exactly: (milliseconds * 1_000_000).rounded()).map { TimeSpan(nanoseconds: $0) }
  }

  /// `64KB`, `16MB`, `1GB` (powers of 1024); a bare number is bytes.
  static func size(_ text: String) -> Int? {
    guard let (count, unit) = split(text) else { return nil }
    let scale: Double
    switch unit.lowercased() {
    case "", "b": scale = 1
    case "kb", "k", "kib": scale = 1024
    case "mb", "m", "mib": scale = 1_048_576
    case "gb", "g", "gib": scale = 1_073_741_824
    default: return nil
    }
    return Int(exactly: count * scale)
  }

  /// `60/min`, `5/s`, `100/h`, `10/30s`; within the limits the same values have in an object.
  static func rate(_ text: String) -> (calls: Double, per: TimeSpan)? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let calls = Double(trim(parts[0])), (0...1e9).contains(calls)
    else { return nil }
    let unit = trim(parts[1])
    guard let per = milliseconds(unit).map({ span(milliseconds: $0) }) ?? span(unit),
      ConfigurationTable.span.contains(per.milliseconds), unit.isEmpty == false, Double(unit) == nil
    else { return nil }
    return (calls, per)
  }

  private static func milliseconds(_ unit: String) -> Double? {
    switch unit {
    case "", "ms": 1
    case "s", "sec", "second", "seconds": 1000
    case "m", "min", "minute", "minutes": 60_000
    case "h", "hour", "hours": 3_600_000
    case "d", "day", "days": 86_400_000
    default: nil
    }
  }

  /// A non-negative decimal number and the letters behind it.
  private static func split(_ text: String) -> (count: Double, unit: String)? {
    let text = trim(text[...])
    let end = text.firstIndex { !($0.isASCII && ($0.isNumber || $0 == ".")) } ?? text.endIndex
    guard let count = Double(text[..<end]), count.isFinite else { return nil }
    return (count, trim(text[end...]))
  }

  private static func trim(_ text: Substring) -> String {
    let text = text.drop { $0 == " " }
    let end = text.lastIndex { $0 != " " }.map { text.index(after: $0) } ?? text.startIndex
    return String(text[..<end])
  }
}
