extension TimeSpan {
  /// A span that has passed, or was set, as people say it: `40 ms`, `0.4 s`, `24 s`, `5 min`.
  package var words: String {
    if self < .milliseconds(100) { return "\(nanoseconds / 1_000_000) ms" }
    return words(.toNearestOrAwayFromZero)
  }

  /// A span to wait, rounded up: who waits so long does not come too early.
  package var waitWords: String { words(.up) }

  private func words(_ rule: FloatingPointRoundingRule) -> String {
    if self > .minutes(59) { return "\(Self.number((seconds / 360).rounded(rule) / 10)) h" }
    if self >= .minutes(3) { return "\(Int((seconds / 60).rounded(rule))) min" }
    if self >= .seconds(10) { return "\(Int(seconds.rounded(rule))) s" }
    return "\(Self.number((seconds * 10).rounded(rule) / 10)) s"
  }

  /// A number without a fraction that says nothing.
  package static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
  }
}
