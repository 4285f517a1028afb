/// A rate limit: so many calls in a span on average, a few of them at once.
///
/// The generic cell rate algorithm: the bucket is one instant, the one at which it will be full
/// again. Each call moves it on by the time one token takes to come back. In integer nanoseconds,
/// rounded up, so that no more than `burst + rate · t` calls pass in any span t.
package struct TokenBucket: Sendable {
  private var policy: RateLimitPolicy
  /// The time one token takes to come back; nil if none ever does.
  private var interval: Int64?
  private var burst: Int64
  /// When the bucket is full; in the past if it is.
  private var fullAt: Instant
  private var pausedUntil: Instant

  /// Starts full.
  package init(policy: RateLimitPolicy, at now: Instant) {
    self.policy = policy
    burst = TokenBucket.burst(of: policy)
    interval = TokenBucket.interval(of: policy, burst: burst)
    fullAt = now
    pausedUntil = now
  }

  /// Takes a token; if there is none, nothing changes and the result says when there will be one.
  package mutating func take(at now: Instant) -> TimeSpan? {
    let wait = retryAfter(at: now)
    guard wait == .zero, let interval else { return wait }
    fullAt = max(fullAt, now) + TimeSpan(nanoseconds: interval)
    return nil
  }

  /// How long until a token can be taken; zero if one can now, the largest span if never.
  package func retryAfter(at now: Instant) -> TimeSpan {
    guard let interval else { return TimeSpan(nanoseconds: .max) }
    #if MUTANTS
    let burst = Mutant.isActive(.oneTokenTooMany) ? burst + 1 : burst
    #endif
    let tolerance = TimeSpan(nanoseconds: (burst - 1) * interval)
    let wait = max(fullAt, now) - now - tolerance
    return max(.zero, max(wait, pausedUntil - now))
  }

  /// The tokens there are, between 0 and the burst; a pause does not change them.
  package func tokens(at now: Instant) -> Double {
    guard let interval else { return 0 }
    let missing = (max(fullAt, now) - now).nanoseconds
    return max(0, Double(burst) - Double(missing) / Double(interval))
  }

  /// Takes other limits from now on; the tokens there are stay, as far as they fit.
  package mutating func update(policy: RateLimitPolicy, at now: Instant) {
    guard policy != self.policy else { return }
    let tokens = tokens(at: now)
    self.policy = policy
    burst = TokenBucket.burst(of: policy)
    interval = TokenBucket.interval(of: policy, burst: burst)
    let missing = max(0, Double(burst) - tokens) * Double(interval ?? 0)
    fullAt = now + TimeSpan(nanoseconds: TokenBucket.roundedUp(missing))
  }

  /// Lets nothing through until then, as a server asks with Retry-After; never shortens a pause.
  package mutating func pause(until instant: Instant) {
    pausedUntil = max(pausedUntil, instant)
  }

  /// At least 1, and small enough for its square not to matter.
  private static func burst(of policy: RateLimitPolicy) -> Int64 {
    min(max(1, Int64(policy.burst)), 1 << 31)
  }

  private static func interval(of policy: RateLimitPolicy, burst: Int64) -> Int64? {
    guard policy.calls > 0 else { return nil }
    // A full bucket must come back within half of the clock's range, or sums would overflow.
    let longest = Double(Int64.max / 4 / (burst + 1))
    let exact = Double(policy.per.nanoseconds) / policy.calls
    return roundedUp(min(max(exact, 1), longest))
  }

  /// Not `rounded(.up)`, which needs a C library that pure code does not import.
  private static func roundedUp(_ value: Double) -> Int64 {
    let whole = Int64(value)
    return Double(whole) < value ? whole + 1 : whole
  }
}
