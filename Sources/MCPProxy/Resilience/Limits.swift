/// What an endpoint grants over time, whichever of its servers a call goes to: tokens of its own
/// bucket and of its tools', and repeats.
package struct Limits: Sendable {
  #if MUTANTS
  // The simulation keeps an account beside it.
  typealias Bucket = WatchedBucket
  #else
  typealias Bucket = TokenBucket
  #endif

  /// A bucket that has no token for a call.
  package struct Shortage: Sendable, Equatable {
    /// Until it has one.
    package let wait: TimeSpan
    package let policy: RateLimitPolicy
    /// Whether it is the tool's own.
    package let isOwn: Bool

    package init(wait: TimeSpan, policy: RateLimitPolicy, isOwn: Bool) {
      self.wait = wait
      self.policy = policy
      self.isOwn = isOwn
    }
  }

  private struct ToolLimit: Sendable {
    let policy: RateLimitPolicy
    var bucket: TokenBucket
  }

  private let policy: RateLimitPolicy?
  private var bucket: Bucket?
  /// By the tool's number; most tools have no limit of their own.
  private var tools: [Int: ToolLimit] = [:]
  private var repeats: RetryBudget

  package init(_ policy: EndpointPolicy, at now: Instant) {
    self.policy = policy.rateLimit
    bucket = policy.rateLimit.map { Bucket(policy: $0, at: now) }
    repeats = RetryBudget(policy: policy.retry, at: now)
  }

  /// Gives a tool a bucket of its own, once.
  package mutating func limit(_ tool: Int, to policy: RateLimitPolicy, at now: Instant) {
    guard tools[tool] == nil else { return }
    tools[tool] = ToolLimit(policy: policy, bucket: TokenBucket(policy: policy, at: now))
  }

  // MARK: Asking; nothing changes

  /// The bucket that is longest without a token for a call of the tool; nil if none is.
  @inline(__always)
  package func shortage(_ tool: Int, at now: Instant) -> Shortage? {
    var longest: Shortage?
    if let policy, let wait = bucket?.retryAfter(at: now), wait > .zero {
      longest = Shortage(wait: wait, policy: policy, isOwn: false)
    }
    if !tools.isEmpty, let own = tools[tool] {
      let wait = own.bucket.retryAfter(at: now)
      if wait > .zero, wait >= longest?.wait ?? .zero {
        longest = Shortage(wait: wait, policy: own.policy, isOwn: true)
      }
    }
    return longest
  }

  /// How long the tool's own bucket, or the endpoint's (`nil`), is without a token.
  package func wait(for tool: Int?, at now: Instant) -> TimeSpan {
    guard let tool else { return bucket?.retryAfter(at: now) ?? .zero }
    return tools[tool]?.bucket.retryAfter(at: now) ?? .zero
  }

  /// Whether the endpoint bears one repeat more.
  package func bearsRepeat(at now: Instant) -> Bool { repeats.pays(at: now) }

  // MARK: Taking

  /// Takes what a call needs that was refused nothing at this instant.
  package mutating func commit(_ tool: Int, isRepeat: Bool, at now: Instant) {
    if isRepeat { repeats.withdraw(at: now) }
    _ = bucket?.take(at: now)
    #if MUTANTS
    let tool = Mutant.isActive(.tokenOfAnotherTool) ? tools.keys.min() ?? tool : tool
    #endif
    if !tools.isEmpty { _ = tools[tool]?.bucket.take(at: now) }
  }

  /// A call has succeeded: the endpoint bears more repeats.
  package mutating func succeeded(at now: Instant) { repeats.deposit(at: now) }
}
