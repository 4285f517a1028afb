#if !MUTANTS
import MCPProxy
#endif

/// The guards as one would write them first: each is asked and taken from in turn, on copies of all
/// of them, and the copies are kept only if none refuses.
struct GuardsModel {
  private(set) var breaker: CircuitBreaker
  private(set) var inFlight = 0
  private var tools: ToolBreakers
  private var bucket: TokenBucket?
  private var toolBuckets: [Int: TokenBucket] = [:]
  private var repeats: RetryBudget
  private let policy: EndpointPolicy
  private let toolPolicies: [Int: RateLimitPolicy]

  init(_ policy: EndpointPolicy, _ toolPolicies: [Int: RateLimitPolicy], at now: Instant) {
    self.policy = policy
    self.toolPolicies = toolPolicies
    breaker = CircuitBreaker(policy: policy.breaker)
    tools = ToolBreakers(policy: policy.breaker)
    bucket = policy.rateLimit.map { TokenBucket(policy: $0, at: now) }
    toolBuckets = toolPolicies.mapValues { TokenBucket(policy: $0, at: now) }
    repeats = RetryBudget(policy: policy.retry, at: now)
  }

  mutating func admit(_ request: AdmissionRequest, at now: Instant) -> Admission {
    breaker.expire(at: now)
    var copy = self
    let admission = copy.tryToAdmit(request, at: now)
    if case .admitted = admission { self = copy }
    return admission
  }

  private mutating func tryToAdmit(_ request: AdmissionRequest, at now: Instant) -> Admission {
    switch breaker.state {
    case .open(let until) where now < until:
      return .refused(.breaker(.open(retryAfter: until - now)))
    case .forcedOpen: return .refused(.breaker(.forcedOpen))
    default: break
    }
    if request.effectDiffers { return .refused(.effectDiffers) }
    if inFlight >= policy.concurrency.max { return .noPlace }
    inFlight += 1
    if let lack = lack(request, at: now) { return lack }
    guard case .admitted(let server) = breaker.admit(at: now) else {
      // It was asked on a copy and may be asked once more for its words.
      return .refused(.breaker(breaker.refusal(at: now) ?? .forcedOpen))
    }
    let tool: Permit
    switch tools.admit(request.tool, at: now) {
    case .admitted(let permit): tool = permit
    case .refused(let refusal): return .refused(.tool(refusal))
    }
    if request.isRepeat, !repeats.withdraw(at: now) { return .refused(.retryBudget) }
    return .admitted(Permits(server: server, tool: tool))
  }

  /// Takes a token out of both buckets; what is said if one has none.
  private mutating func lack(_ request: AdmissionRequest, at now: Instant) -> Admission? {
    let shared = bucket?.take(at: now) ?? .zero
    let own = toolBuckets[request.tool]?.take(at: now) ?? .zero
    guard max(own, shared) > .zero else { return nil }
    let isOwn = own >= shared
    guard let limit = isOwn ? toolPolicies[request.tool] : policy.rateLimit else { return nil }
    let due = now + max(own, shared)
    if limit.onLimit == .wait, due <= request.patience {
      return .noToken(until: due, isOwn: isOwn)
    }
    let shortage = Limits.Shortage(wait: max(own, shared), policy: limit, isOwn: isOwn)
    return .refused(.rateLimited(shortage))
  }

  /// How long a bucket is without a token; the endpoint's own for nil.
  func wait(for tool: Int?, at now: Instant) -> TimeSpan {
    (tool.map { toolBuckets[$0] } ?? bucket)?.retryAfter(at: now) ?? .zero
  }

  func bearsRepeat(at now: Instant) -> Bool { repeats.tokens(at: now) >= 1 }

  mutating func settle(
    _ permits: Permits,
    of tool: Int,
    server: Verdict,
    tool verdict: Verdict,
    at now: Instant
  ) {
    inFlight -= 1
    breaker.settle(permits.server, server, at: now)
    tools.settle(tool, permits.tool, verdict, at: now)
  }

  /// Only the tool is known to have failed.
  mutating func settleSilence(_ permits: Permits, of tool: Int, at now: Instant) {
    inFlight -= 1
    tools.settle(tool, permits.tool, .failure, at: now)
  }

  mutating func pass(to now: Instant) { breaker.expire(at: now) }

  mutating func excuse(_ permits: Permits, of tool: Int) {
    breaker.excuse(permits.server)
    tools.excuse(tool, permits.tool)
  }

  mutating func succeeded(at now: Instant) { repeats.deposit(at: now) }

  mutating func beginOwnProbe(at now: Instant) -> Permit? { breaker.beginOwnProbe(at: now) }

  mutating func settleServer(_ permit: Permit, _ verdict: Verdict, at now: Instant) {
    breaker.settle(permit, verdict, at: now)
  }

  mutating func reset() {
    breaker.reset()
    tools.reset()
  }
}
