import MCPProxy
import Testing

/// What each guard says to an attempt, which of them is heard first, and that a refusal costs
/// nothing.
struct GuardsTests {
  /// A reason to refuse, in the order in which they are told.
  enum Reason: Int, CaseIterable {
    case shut, effectDiffers, noPlace, noToken, probing, toolOpen, noRepeat
  }

  private static let limit = RateLimitPolicy(calls: 1, per: .seconds(9), burst: 4)

  private static func policy(_ reasons: Set<Reason>) -> EndpointPolicy {
    var policy = EndpointPolicy()
    policy.concurrency.max = reasons.contains(.noPlace) ? 1 : 9
    policy.breaker.consecutive = 2
    policy.breaker.halfOpenCalls = 1
    policy.rateLimit = reasons.contains(.noToken) ? limit : nil
    policy.retry.budget = reasons.contains(.noRepeat) ? 0 : 5
    policy.retry.perSecond = 0
    return policy
  }

  /// Guards that have all these reasons to refuse tool 1 at this instant, and the attempt.
  private static func stage(
    _ reasons: Set<Reason>
  ) -> (limits: Limits, health: Health, request: AdmissionRequest) {
    let policy = policy(reasons)
    var limits = Limits(policy, at: at(29))
    var health = Health(policy)
    let isTried = reasons.contains(.probing)
    // Who tries the server out holds a place, too.
    if reasons.contains(.noPlace), !isTried { _ = health.commit(0, at: at(0)) }
    if reasons.contains(.toolOpen) {
      let time = reasons.contains(.shut) ? 9.0 : 29
      for _ in 0..<2 { fail(.error(code: -32603), tool: 1, &health, at: at(time)) }
    }
    if isTried || reasons.contains(.shut) {
      let time = isTried ? 0.0 : 10
      for _ in 0..<2 { fail(.processEnded(isFirst: true), tool: 0, &health, at: at(time)) }
    }
    if isTried {
      health.pass(to: at(30))
      _ = health.commit(0, at: at(30))
    }
    if reasons.contains(.noToken) {
      for _ in 0..<4 { limits.commit(2, isRepeat: false, at: at(30)) }
    }
    let request = AdmissionRequest(
      tool: 1,
      isRepeat: reasons.contains(.noRepeat),
      effectDiffers: reasons.contains(.effectDiffers),
      patience: at(60)
    )
    return (limits, health, request)
  }

  private static func fail(
    _ observation: OutcomeTable.Observation,
    tool: Int,
    _ health: inout Health,
    at now: Instant
  ) {
    let permits = health.commit(tool, at: now)
    health.settle(permits, of: tool, observation, Health.Ending(), at: now)
  }

  private static func admission(_ reason: Reason?) -> Admission? {
    switch reason {
    case .shut: .refused(.breaker(.open(retryAfter: .seconds(10))))
    case .effectDiffers: .refused(.effectDiffers)
    case .noPlace: .noPlace
    case .noToken: .noToken(until: at(39), isOwn: false)
    case .probing: .refused(.breaker(.probing(retryAfter: .seconds(15))))
    case .toolOpen: .refused(.tool(.open(retryAfter: .seconds(29))))
    case .noRepeat: .refused(.retryBudget)
    case nil: nil
    }
  }

  /// Sets of reasons that can be at once: a breaker is open, or tried out.
  private static let sets: [Set<Reason>] = (0..<128).map { bits in
    Set(Reason.allCases.filter { bits & 1 << $0.rawValue != 0 })
  }
  .filter { reasons in
    // A tool is found to be bad by calls, and there are none to a server that is tried out.
    !reasons.isSuperset(of: [.shut, .probing]) && !reasons.isSuperset(of: [.probing, .toolOpen])
  }

  @Test(arguments: sets)
  func `the first reason is told, whatever the others are, and nothing changes`(
    reasons: Set<Reason>
  ) {
    var (limits, health, request) = Self.stage(reasons)
    let first = Reason.allCases.first { reasons.contains($0) }
    let expected = Self.admission(first)
    let waits = [0, 1, nil].map { limits.wait(for: $0, at: at(30)) }
    let (inFlight, permits) = (health.inFlight, health.view.permits)
    let admission = Guards.admit(request, &limits, &health, at: at(30))
    guard let expected else {
      guard case .admitted = admission else {
        Issue.record("\(admission)")
        return
      }
      #expect(health.inFlight == inFlight + 1)
      return
    }
    #expect(admission == expected)
    #expect([0, 1, nil].map { limits.wait(for: $0, at: at(30)) } == waits)
    #expect(health.inFlight == inFlight && health.view.permits == permits)
    let again = Guards.admit(request, &limits, &health, at: at(30))
    #expect(again == expected)
  }

  @Test(
    arguments: [
      (.wait, 39, .noToken(until: at(39), isOwn: true)),
      (.wait, 38.9, nil), (.reject, 60, nil),
    ] as [(RateLimitPolicy.OnLimit, Double, Admission?)]
  )
  func `a token is waited for only where that is wanted, and only so long`(
    onLimit: RateLimitPolicy.OnLimit,
    patience: Double,
    expected: Admission?
  ) {
    var limits = Limits(EndpointPolicy(), at: at(30))
    var health = Health(EndpointPolicy())
    let policy = RateLimitPolicy(calls: 1, per: .seconds(9), burst: 1, onLimit: onLimit)
    limits.limit(1, to: policy, at: at(30))
    let request = AdmissionRequest(tool: 1, patience: at(patience))
    let first = Guards.admit(request, &limits, &health, at: at(30))
    guard case .admitted = first else {
      Issue.record("\(first)")
      return
    }
    let shortage = Limits.Shortage(wait: .seconds(9), policy: policy, isOwn: true)
    let second = Guards.admit(request, &limits, &health, at: at(30))
    #expect(second == expected ?? .refused(.rateLimited(shortage)))
  }

  @Test func `an admitted attempt takes a place, a token of both buckets, and a repeat`() {
    var policy = EndpointPolicy()
    policy.rateLimit = Self.limit
    policy.retry.budget = 1
    policy.retry.perSecond = 0
    var limits = Limits(policy, at: at(0))
    var health = Health(policy)
    limits.limit(1, to: RateLimitPolicy(calls: 1, burst: 1), at: at(0))
    let request = AdmissionRequest(tool: 1, isRepeat: true, patience: at(0))
    let admission = Guards.admit(request, &limits, &health, at: at(0))
    guard case .admitted(let permits) = admission else {
      Issue.record("\(admission)")
      return
    }
    #expect(permits.server.start == at(0) && !permits.server.isProbe)
    #expect(health.inFlight == 1 && limits.wait(for: 1, at: at(0)) == .seconds(1))
    #expect(!limits.bearsRepeat(at: at(0)))
  }

  @Test func `what time alone has changed is applied before anybody is asked`() {
    var policy = EndpointPolicy()
    policy.breaker.consecutive = 1
    policy.breaker.halfOpenCalls = 1
    policy.breaker.perTool = false
    var limits = Limits(policy, at: at(0))
    var health = Health(policy)
    Self.fail(.streamBroken, tool: 0, &health, at: at(0))
    let request = AdmissionRequest(tool: 0, patience: at(99))
    let probe = Guards.admit(request, &limits, &health, at: at(30))
    guard case .admitted(let permits) = probe else {
      Issue.record("\(probe)")
      return
    }
    #expect(permits.server.isProbe)
    // The probe is given up, and the breaker has opened again by itself, at its deadline.
    let later = Guards.admit(request, &limits, &health, at: at(46))
    #expect(later == .refused(.breaker(.open(retryAfter: .seconds(59)))))
  }

  @Test(
    arguments: [
      (.open(retryAfter: .seconds(1)), true), (.forcedOpen, true),
      (.probing(retryAfter: .seconds(1)), false),
    ] as [(CircuitBreaker.Refusal, Bool)]
  )
  func `only who is tried out is not shut`(refusal: CircuitBreaker.Refusal, isShut: Bool) {
    #expect(refusal.isShut == isShut)
  }
}
