#if !MUTANTS
import MCPProxy
#endif

/// Admission by `Guards`, with its `Limits` and `Health`, beside `GuardsModel`.
struct GuardsMachine: Machine {
  /// How a call ends.
  enum End: CaseIterable {
    case result, toolError, internalError, timeout, cancel, silence
  }

  enum Step {
    case admit(tool: Int, isRepeat: Bool, effectDiffers: Bool, patience: TimeSpan)
    case end(Int, End)
    case excuse(Int)
    case succeed
    /// The breaker's time is up, if it is.
    case expire(mayPing: Bool)
    /// A ping of ours has an answer, or none.
    case ping(isAnswered: Bool)
    case reset
    case advance(TimeSpan)
  }

  private struct Call {
    let tool: Int
    let permits: Permits
  }

  private static let tools = 3

  private var limits: Limits
  private var health: Health
  private var model: GuardsModel
  private var now = Instant(nanoseconds: 1_000_000_000_000)
  private var calls: [Call] = []
  /// Silent calls: whether the server is to blame is not known yet.
  private var suspects: [Permit] = []
  private var probe: Permit?
  private var silentPings = 0

  init(_ policy: EndpointPolicy, tools: [Int: RateLimitPolicy]) {
    limits = Limits(policy, at: now)
    health = Health(policy)
    model = GuardsModel(policy, tools, at: now)
    for (tool, limit) in tools {
      limits.limit(tool, to: limit, at: now)
      // Once is enough.
      limits.limit(tool, to: RateLimitPolicy(calls: 0), at: now)
    }
  }

  mutating func apply(_ step: Step) throws(Discrepancy) -> Bool {
    if case .advance(let span) = step { now = now + span }
    #if MUTANTS
    // What the simulation's own guards go by.
    Witness.now = now
    #endif
    switch step {
    case .admit(let tool, let isRepeat, let effectDiffers, let patience):
      let request = AdmissionRequest(
        tool: tool,
        isRepeat: isRepeat,
        effectDiffers: effectDiffers,
        patience: now + patience
      )
      try admit(request)
    case .end(let pick, let end):
      guard !calls.isEmpty else { return false }
      self.end(calls.remove(at: pick % calls.count), end)
    case .excuse(let pick):
      guard !calls.isEmpty else { return false }
      let call = calls[pick % calls.count]
      health.excuse(call.permits, of: call.tool)
      model.excuse(call.permits, of: call.tool)
    case .succeed:
      limits.succeeded(at: now)
      model.succeeded(at: now)
    case .expire(let mayPing): try expire(mayPing)
    case .ping(let isAnswered): try ping(isAnswered)
    case .reset:
      health.reset()
      model.reset()
      (silentPings, probe) = (0, nil)
    case .advance: break
    }
    try compare()
    return true
  }

  private mutating func admit(_ request: AdmissionRequest) throws(Discrepancy) {
    let expected = model.admit(request, at: now)
    let admission = Guards.admit(request, &limits, &health, at: now)
    try require(admission == expected, "\(request): \(admission), model \(expected)")
    guard case .admitted(let permits) = admission else {
      // Nothing has changed, so the answer is the same.
      let again = Guards.admit(request, &limits, &health, at: now)
      return try require(again == admission, "\(request): \(admission), then \(again)")
    }
    calls.append(Call(tool: request.tool, permits: permits))
  }

  private mutating func end(_ call: Call, _ end: End) {
    let (observation, server, tool): (OutcomeTable.Observation?, Verdict, Verdict) =
      switch end {
      case .result: (.result(isError: false), .success, .success)
      case .toolError: (.result(isError: true), .success, .ignored)
      case .internalError: (.error(code: -32603), .success, .failure)
      case .timeout: (.timedOut(endpointSpoke: false), .failure, .failure)
      case .cancel: (.cancelled, .ignored, .ignored)
      case .silence: (nil, .ignored, .failure)
      }
    guard let observation else {
      health.settleSilence(call.permits, of: call.tool, Health.Ending(), at: now)
      suspects.append(call.permits.server)
      return model.settleSilence(call.permits, of: call.tool, at: now)
    }
    health.settle(call.permits, of: call.tool, observation, Health.Ending(), at: now)
    model.settle(call.permits, of: call.tool, server: server, tool: tool, at: now)
  }

  private mutating func expire(_ mayPing: Bool) throws(Discrepancy) {
    let permit = health.expire(at: now, mayPing: mayPing)
    let expected = mayPing ? model.beginOwnProbe(at: now) : nil
    if expected == nil { model.pass(to: now) }
    try require(permit == expected, "a ping of ours: \(permit != nil)")
    if permit != nil { probe = permit }
  }

  private mutating func ping(_ isAnswered: Bool) throws(Discrepancy) {
    if let permit = probe {
      health.settleOwnProbe(permit, succeeded: isAnswered, at: now)
      model.settleServer(permit, isAnswered ? .success : .failure, at: now)
      probe = nil
    }
    let verdict: Verdict = isAnswered ? .ignored : .failure
    for permit in suspects {
      health.settleServer(permit, verdict, Health.Ending(), at: now)
      model.settleServer(permit, verdict, at: now)
    }
    suspects = []
    silentPings = isAnswered ? 0 : silentPings + 1
    let hangs = health.countPing(answered: isAnswered)
    try require(hangs == (silentPings >= 3), "hangs: \(hangs) after \(silentPings) pings")
  }

  private func compare() throws(Discrepancy) {
    try require(health.state == model.breaker.state, "\(health.state), not \(model.breaker.state)")
    try require(health.inFlight == model.inFlight, "\(health.inFlight) have a place")
    try require(health.inFlight == calls.count, "\(calls.count) have a permit")
    try require(health.nextDeadline == model.breaker.nextDeadline, "next deadline")
    try require(health.view.permits == model.breaker.counters.inFlight, "permits")
    try require(health.unansweredPings == silentPings, "\(health.unansweredPings) silent pings")
    for tool in [nil] + (0..<Self.tools).map(Optional.init) {
      let (wait, expected) = (limits.wait(for: tool, at: now), model.wait(for: tool, at: now))
      try require(wait == expected, "tool \(tool ?? -1) waits \(wait), not \(expected)")
    }
    let bears = limits.bearsRepeat(at: now)
    try require(bears == model.bearsRepeat(at: now), "bears a repeat: \(bears)")
  }
}

extension GuardsMachine {
  init(_ random: inout SeededRandom) {
    var policy = EndpointPolicy()
    policy.concurrency.max = 1 + random.below(4)
    policy.rateLimit = [nil, Self.limit(&random)][random.below(2)]
    policy.retry.budget = Double(random.below(3))
    policy.breaker.minCalls = 2 + random.below(3)
    policy.breaker.window = 5
    policy.breaker.consecutive = [nil, 2, 3][random.below(3)]
    policy.breaker.slow = [nil, .seconds(2)][random.below(2)]
    policy.breaker.halfOpenCalls = 1 + random.below(3)
    policy.breaker.mode = [.normal, .normal, .normal, .forcedOpen][random.below(4)]
    var tools: [Int: RateLimitPolicy] = [:]
    for tool in 0..<Self.tools where random.below(100) < 60 { tools[tool] = Self.limit(&random) }
    self.init(policy, tools: tools)
  }

  private static func limit(_ random: inout SeededRandom) -> RateLimitPolicy {
    RateLimitPolicy(
      calls: [0, 1, 2, 4][random.below(4)],
      burst: 1 + random.below(3),
      onLimit: random.below(100) < 50 ? .wait : .reject
    )
  }

  static func draw(_ random: inout SeededRandom) -> Step {
    switch random.below(40) {
    case 0..<16:
      .admit(
        tool: random.below(tools),
        isRepeat: random.below(100) < 20,
        effectDiffers: random.below(100) < 5,
        patience: .milliseconds(Int64(random.below(3000)))
      )
    case 16..<27: .end(random.below(100), End.allCases[random.below(End.allCases.count)])
    case 27: .excuse(random.below(100))
    case 28..<30: .succeed
    case 30..<32: .expire(mayPing: random.below(100) < 70)
    case 32..<34: .ping(isAnswered: random.below(100) < 40)
    case 34: random.below(100) < 20 ? .reset : .advance(.seconds(30))
    default: .advance(.milliseconds(125 * Int64(random.below(40))))
    }
  }
}
