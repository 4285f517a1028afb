/// How long to wait before repeating an attempt: exponential, capped, then fully jittered.
///
/// The cap comes before the jitter: the other way round, most late waits would be the cap itself,
/// and callers that failed together would come back together.
package struct Backoff: Sendable, Equatable {
  private let base: TimeSpan
  private let cap: TimeSpan

  package init(base: TimeSpan, cap: TimeSpan) {
    self.base = base
    self.cap = cap
  }

  package init(policy: RetryPolicy) {
    self.init(base: policy.base, cap: policy.cap)
  }

  /// The wait after the given failed attempt (the first is 1), between zero and the ceiling.
  package func delay(attempt: Int, random: UInt64) -> TimeSpan {
    #if MUTANTS
    if Mutant.isActive(.jitterBeforeCap), cap < .seconds(3600) {
      let uncapped = Backoff(base: base, cap: .seconds(3600))
      return min(cap, uncapped.delay(attempt: attempt, random: random))
    }
    #endif
    let ceiling = Backoff.ceiling(base: base, doublings: attempt - 1, cap: cap)
    let choices = UInt64(clamping: ceiling.nanoseconds) + 1
    return TimeSpan(nanoseconds: Int64(choices.multipliedFullWidth(by: random).high))
  }

  /// The base doubled so often, never more than the cap and never negative.
  package static func ceiling(base: TimeSpan, doublings: Int, cap: TimeSpan) -> TimeSpan {
    guard base > .zero, cap > .zero else { return .zero }
    #if MUTANTS
    let cap = Mutant.isActive(.maxBackoffIgnored) ? TimeSpan(nanoseconds: .max / 4) : cap
    #endif
    let room = base.nanoseconds.leadingZeroBitCount - 1
    guard doublings <= room else { return cap }
    return min(cap, TimeSpan(nanoseconds: base.nanoseconds << max(0, doublings)))
  }
}
