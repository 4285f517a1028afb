#if !MUTANTS
import MCPProxy
#endif

/// A token bucket beside a vessel: it holds time, fills with time, and each call takes one interval
/// out of it.
///
/// Rates are powers of two and time passes in eighths of the shortest interval, so that both count
/// without rounding and agree to the nanosecond.
struct BucketMachine: Machine {
  enum Step {
    case take
    /// So many units.
    case advance(Int)
    /// Lets nothing through for so many units, as a server's Retry-After asks.
    case pause(Int)
    /// So many calls in a second, so many at once.
    case update(calls: Int, burst: Int)
  }

  /// An eighth of the shortest interval.
  static let unit = TimeSpan(nanoseconds: 15_625_000)

  private var bucket: TokenBucket
  private var now = Instant(nanoseconds: 1_000_000_000_000)
  private var interval: Int64
  private var burst: Int64
  /// How full the vessel is, in nanoseconds.
  private var level: Int64
  private var pausedUntil = Instant.zero
  /// When a call was let through, since the last change of limits.
  private var taken: [Instant] = []

  init(calls: Int, burst: Int) {
    let policy = RateLimitPolicy(calls: Double(calls), burst: burst)
    bucket = TokenBucket(policy: policy, at: now)
    interval = 1_000_000_000 / Int64(calls)
    self.burst = Int64(burst)
    level = interval * self.burst
  }

  mutating func apply(_ step: Step) throws(Discrepancy) -> Bool {
    switch step {
    case .take: try take()
    case .advance(let units):
      let span = Self.unit * Double(units)
      now = now + span
      level = min(interval * burst, level + span.nanoseconds)
    case .pause(let units):
      bucket.pause(until: now + Self.unit * Double(units))
      pausedUntil = max(pausedUntil, now + Self.unit * Double(units))
    case .update(let calls, let burst):
      let limit = 1_000_000_000 / Int64(calls)
      bucket.update(policy: RateLimitPolicy(calls: Double(calls), burst: burst), at: now)
      // As many tokens as before, as far as they fit; each of them lasts another interval.
      level = min(limit * Int64(burst), level * limit / interval)
      (interval, self.burst) = (limit, Int64(burst))
      taken = []
    }
    try compare()
    return true
  }

  private var wait: TimeSpan {
    max(max(.zero, pausedUntil - now), TimeSpan(nanoseconds: interval - level))
  }

  private mutating func take() throws(Discrepancy) {
    let announced = wait
    let told = bucket.take(at: now)
    try require((told ?? .zero) == announced, "wait \(told ?? .zero), model \(announced)")
    guard told == nil else { return }
    level -= interval
    // In any span t no more than burst + rate · t.
    if taken.count >= Int(burst) {
      let earlier = taken[taken.count - Int(burst)]
      try require((now - earlier).nanoseconds >= interval, "more than burst + rate · t")
    }
    taken.append(now)
  }

  private func compare() throws(Discrepancy) {
    let tokens = bucket.tokens(at: now)
    try require(tokens >= 0 && tokens <= Double(burst), "\(tokens) tokens of \(burst)")
    try require(tokens == Double(level) / Double(interval), "\(tokens) tokens, model \(level) ns")
    let wait = bucket.retryAfter(at: now)
    try require(wait == self.wait, "retry after \(wait), model \(self.wait)")
  }
}

extension BucketMachine {
  init(_ random: inout SeededRandom) {
    self.init(calls: 1 << random.below(4), burst: 1 + random.below(4))
  }

  static func draw(_ random: inout SeededRandom) -> Step {
    switch random.below(20) {
    case 0..<9: .take
    case 9..<15: .advance(random.below(20))
    case 15..<17: .advance(random.below(1000))
    case 17..<18: .pause(random.below(300))
    default: .update(calls: 1 << random.below(4), burst: 1 + random.below(4))
    }
  }
}
