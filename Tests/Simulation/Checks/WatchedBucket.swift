/// The endpoint's bucket with a plain account beside it: burst, rate, and what was spent.
struct WatchedBucket: Sendable {
  private var real: TokenBucket
  private let policy: RateLimitPolicy
  private var tokens: Double
  private var countedAt: Instant
  private var wasEmpty = false

  init(policy: RateLimitPolicy, at now: Instant) {
    self.policy = policy
    real = TokenBucket(policy: policy, at: now)
    tokens = Double(policy.burst)
    countedAt = now
  }

  func retryAfter(at now: Instant) -> TimeSpan { real.retryAfter(at: now) }

  mutating func take(at now: Instant) -> TimeSpan? {
    let wait = real.take(at: now)
    guard wait == nil else { return wait }
    let time = Witness.now
    let earned = (time - countedAt).seconds * policy.calls / policy.per.seconds
    tokens = min(Double(policy.burst), tokens + earned) - 1
    countedAt = time
    if tokens < -0.0001 {
      Witness.fail("P17", "more than \(policy.burst) + \(policy.calls) per \(policy.per.seconds) s")
    }
    if tokens < 1 {
      Witness.saw(.bucketEmpty)
      wasEmpty = true
    } else if wasEmpty, tokens >= Double(policy.burst) - 1.0001 {
      Witness.saw(.bucketFullAgain)
      wasEmpty = false
    }
    if !Witness.tokenSpent() { Witness.fail("P19", "a token was spent without a permit") }
    // The product counts in whole nanoseconds, rounded against the caller.
    let spare = real.tokens(at: time)
    if abs(spare - max(0, tokens)) > 0.01 {
      Witness.fail("P17", "\(spare) tokens in the bucket, \(tokens) by the account")
    }
    return nil
  }
}
