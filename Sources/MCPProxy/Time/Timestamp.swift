/// A time of day as RFC 3339 in UTC, with microseconds.
package struct Timestamp: Sendable {
  package let year: Int
  package let month: Int
  package let day: Int
  private let microseconds: Int64

  /// - Parameter nanoseconds: Since 1970, UTC; a clock before that counts as its beginning.
  package init(nanoseconds: Int64) {
    let total = max(0, nanoseconds) / 1000
    let dayNumber = total.quotientAndRemainder(dividingBy: 86_400_000_000)
    microseconds = dayNumber.remainder
    // Howard Hinnant's civil-from-days: years begin in March, so the leap day comes last.
    let shifted = Int(dayNumber.quotient) + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// The day, as in `2026-11-21`.
  package var date: String {
    String(
      decoding: digits(year, 4) + [dash] + digits(month, 2) + [dash] + digits(day, 2),
      as: UTF8.self
    )
  }

  /// The whole, as in `2026-11-21T02:54:15.123456Z`.
  package var text: String {
    let seconds = Int(microseconds / 1_000_000)
    var bytes = digits(year, 4) + [dash] + digits(month, 2) + [dash] + digits(day, 2)
    bytes.append(UInt8(ascii: "T"))
    bytes += digits(seconds / 3600, 2) + [colon] + digits(seconds / 60 % 60, 2) + [colon]
    bytes += digits(seconds % 60, 2) + [UInt8(ascii: ".")]
    bytes += digits(Int(microseconds % 1_000_000), 6) + [UInt8(ascii: "Z")]
    return String(decoding: bytes, as: UTF8.self)
  }

  private var dash: UInt8 { UInt8(ascii: "-") }
  private var colon: UInt8 { UInt8(ascii: ":") }

  private func digits(_ value: Int, _ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: UInt8(ascii: "0"), count: count)
    var rest = value
    for index in bytes.indices.reversed() {
      bytes[index] += UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    return bytes
  }
}
