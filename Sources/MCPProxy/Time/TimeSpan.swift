/// A length of time in nanoseconds; may be negative.
package struct TimeSpan: Comparable, Hashable, Sendable {
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  package static let zero = TimeSpan(nanoseconds: 0)
  package static func seconds(_ count: Int64) -> TimeSpan { .milliseconds(count * 1000) }
  package static func minutes(_ count: Int64) -> TimeSpan { .seconds(count * 60) }
  package static func milliseconds(_ count: Int64) -> TimeSpan {
    TimeSpan(nanoseconds: count * 1_000_000)
  }

  package var milliseconds: Double { Double(nanoseconds) / 1_000_000 }
  package var seconds: Double { Double(nanoseconds) / 1_000_000_000 }

  package static func < (left: TimeSpan, right: TimeSpan) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
  package static func + (left: TimeSpan, right: TimeSpan) -> TimeSpan {
    TimeSpan(nanoseconds: left.nanoseconds + right.nanoseconds)
  }
  package static func - (left: TimeSpan, right: TimeSpan) -> TimeSpan {
    TimeSpan(nanoseconds: left.nanoseconds - right.nanoseconds)
  }
  /// Scales and rounds towards zero, saturating at the largest span.
  package static func * (span: TimeSpan, factor: Double) -> TimeSpan {
    let product = Double(span.nanoseconds) * factor
    if product >= Double(Int64.max) { return TimeSpan(nanoseconds: .max) }
    return TimeSpan(nanoseconds: Int64(product))
  }
}
