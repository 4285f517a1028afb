#if !MUTANTS
import MCPProxy
#endif

/// A breaker beside `BreakerModel`.
///
/// Beside the comparison it checks the promises of the breaker from its own records, so that a
/// mistake made twice is found as well.
struct BreakerMachine: Machine {
  /// One kind of event.
  enum Rule: CaseIterable {
    case admit, askAndCommit, succeed, fail, cancel, repeatResult, excuse, advance
    case expire, toDeadline, beginOwnProbe, mode, update, reset
  }

  struct Step {
    var rule: Rule
    /// Which of the calls or modes.
    var pick = 0
    /// How far to advance.
    var span = TimeSpan.zero
    var slowExempt = false
    var pausedFor = TimeSpan.zero
    /// For `update`.
    var policy: BreakerPolicy?
  }

  private struct Call {
    let id: Int
    let permit: Permit
  }

  private(set) var breaker: CircuitBreaker
  /// What was seen at least once: proof that the sequences go everywhere.
  private(set) var seen: Set<CircuitBreaker.Transition> = []
  private var now = Instant(nanoseconds: 1_000_000_000_000)
  private var model: BreakerModel
  private var policy: BreakerPolicy
  private var live: [Call] = []
  /// The last calls that ended, to be settled once more.
  private var settled: [Call] = []
  private var nextID = 0
  private var wasUpdated = false
  /// Probes of the present generation that are live or have a result.
  private var probes = 0
  /// Results of the present generation: successes, failures, and when each came.
  private var successes = 0
  private var failures = 0
  private var results: [Instant] = []

  init(policy: BreakerPolicy) {
    self.policy = policy
    breaker = CircuitBreaker(policy: policy)
    model = BreakerModel(policy: policy)
  }

  mutating func apply(_ step: Step) throws(Discrepancy) -> Bool {
    try passTime(step)
    let (before, limit) = (breaker, model.probeLimit)
    switch step.rule {
    case .advance, .expire, .toDeadline: break
    case .admit: try admit(inTwoSteps: false)
    case .askAndCommit: try admit(inTwoSteps: true)
    case .succeed, .fail, .cancel:
      guard !live.isEmpty else { return false }
      try settle(step)
    case .repeatResult:
      guard !settled.isEmpty else { return false }
      let call = settled[step.pick % settled.count]
      settle(call, .failure, Step(rule: step.rule))
      try require(before.state == breaker.state, "settling twice changed the state")
    case .excuse:
      guard !live.isEmpty else { return false }
      let call = live[step.pick % live.count]
      breaker.excuse(call.permit)
      model.excuse(call.id, generation: call.permit.generation)
    case .beginOwnProbe:
      nextID += 1
      let permit = breaker.beginOwnProbe(at: now)
      try require((permit != nil) == model.beginOwnProbe(nextID, at: now), "own probe")
      guard let permit else { return false }
      live.append(Call(id: nextID, permit: permit))
    case .mode:
      let mode = BreakerPolicy.Mode.allCases[step.pick % 4]
      breaker.setMode(mode, at: now)
      model.setMode(mode)
    case .update:
      guard let other = step.policy else { return false }
      policy = other
      wasUpdated = true
      breaker.update(policy: other)
      model.update(other)
      try require(breaker.generation == before.generation, "an update began a generation")
    case .reset:
      breaker.reset()
      model.reset()
    }
    try check(since: before, limit: limit, wasReset: step.rule == .reset)
    return true
  }

  private mutating func passTime(_ step: Step) throws(Discrepancy) {
    if step.rule == .advance { now = now + step.span }
    // What a timer does: to the nanosecond.
    if step.rule == .toDeadline, let deadline = breaker.nextDeadline { now = max(now, deadline) }
    let (before, limit) = (breaker, model.probeLimit)
    breaker.expire(at: now)
    model.expire(at: now)
    try check(since: before, limit: limit)
  }

  private mutating func askAndCommit() -> CircuitBreaker.Admission {
    if let refusal = breaker.refusal(at: now) { return .refused(refusal) }
    return .admitted(breaker.commit(at: now))
  }

  private mutating func admit(inTwoSteps: Bool) throws(Discrepancy) {
    nextID += 1
    let before = breaker.state
    let isFull = probes >= model.probeLimit
    let admission = inTwoSteps ? askAndCommit() : breaker.admit(at: now)
    let refusal = model.admit(nextID, at: now)
    switch admission {
    case .refused(let actual):
      try require(actual == refusal, "refused \(actual), model \(String(describing: refusal))")
      try require(before != .halfOpen || isFull, "a free probe place was refused")
      let mayRefuse = before != .disabled && before != .metricsOnly && before != .closed
      try require(mayRefuse, "\(before) refused")
    case .admitted(let permit):
      try require(refusal == nil, "admitted, model \(String(describing: refusal))")
      try require(before != .forcedOpen, "forced open admitted")
      if case .open(let until) = before {
        try require(now >= until, "admitted before the wait is over")
      }
      try require(before != .halfOpen || !isFull, "too many probes")
      try require(permit.isProbe == (breaker.state == .halfOpen), "wrong kind of permit")
      live.append(Call(id: nextID, permit: permit))
      if permit.isProbe { probes = before == .halfOpen ? probes + 1 : 1 }
    }
  }

  private mutating func settle(_ step: Step) throws(Discrepancy) {
    let before = breaker
    let call = live.remove(at: step.pick % live.count)
    let verdict: Verdict =
      step.rule == .succeed ? .success : step.rule == .fail ? .failure : .ignored
    settle(call, verdict, step)
    if settled.count == 8 { settled.removeFirst() }
    settled.append(call)
    let isCurrent = call.permit.generation == before.generation
    if isCurrent, verdict != .ignored {
      results.append(now)
      if verdict == .success { successes += 1 } else { failures += 1 }
      return
    }
    try require(breaker.state == before.state, "a late or cancelled call changed the state")
    if isCurrent, call.permit.isProbe, before.state == .halfOpen { probes -= 1 }
  }

  private mutating func settle(_ call: Call, _ verdict: Verdict, _ step: Step) {
    breaker.settle(
      call.permit,
      verdict,
      at: now,
      pausedFor: step.pausedFor,
      slowExempt: step.slowExempt
    )
    model.settle(
      call.id,
      generation: call.permit.generation,
      start: call.permit.start,
      verdict,
      at: now,
      pausedFor: step.pausedFor,
      slowExempt: step.slowExempt
    )
  }

  // MARK: Promises

  private mutating func check(
    since before: CircuitBreaker,
    limit: Int,
    wasReset: Bool = false
  ) throws(Discrepancy) {
    let steps = breaker.generation &- before.generation
    if breaker.state.kind != before.state.kind || steps > 0 {
      let transition = CircuitBreaker.Transition(from: before.state.kind, to: breaker.state.kind)
      seen.insert(transition)
      try require(steps == 1, "\(transition) raised the generation by \(steps)")
      if transition == .init(from: .halfOpen, to: .closed), !wasReset {
        try require(successes * 2 > limit, "closed by \(successes) good probes")
      }
      try require(transition.isAllowed, "forbidden \(transition)")
      let isExplained = breaker.counters.trips > before.counters.trips
      try require(breaker.state.kind != .open || isExplained, "opened without a cause")
      try checkEvidence(transition, limit)
      if breaker.state.kind != .halfOpen { probes = 0 }
      successes = 0
      failures = 0
      results = []
    }
    try compare()
  }

  private func checkEvidence(
    _ transition: CircuitBreaker.Transition,
    _ limit: Int
  ) throws(Discrepancy) {
    switch (transition.from, transition.to, breaker.lastTrip) {
    case (.halfOpen, .open, let trip?) where trip.cause != .probeTimeout:
      // A slow success is bad, too; what is slow may have changed.
      let bad = failures + (policy.slow == nil && !wasUpdated ? 0 : successes)
      try require(bad * 2 >= limit, "re-opened by \(bad) bad probes")
    case (.closed, .open, let trip?) where trip.cause == .failureRate:
      let recent = results.filter { now - $0 <= policy.windowAge }.count
      try require(trip.calls <= recent, "tripped by outcomes that are too old")
      try require(trip.calls >= policy.minCalls, "tripped by \(trip.calls) calls")
    default: break
    }
  }

  private func compare() throws(Discrepancy) {
    let counters = breaker.counters
    try require(breaker.state == model.state, "state \(breaker.state), model \(model.state)")
    try require(breaker.generation == model.generation, "generation")
    try require(breaker.nextDeadline == model.nextDeadline, "next deadline")
    try require(breaker.lastTrip?.cause == model.cause, "cause")
    try require(counters.inFlight == model.inFlight, "in flight")
    try require(counters.lateResults == model.lateResults, "late results")
    try require(counters.trips == model.trips, "trips")
  }
}

extension BreakerMachine {
  init(_ random: inout SeededRandom) { self.init(policy: Self.policy(&random)) }

  private static func policy(_ random: inout SeededRandom) -> BreakerPolicy {
    var policy = BreakerPolicy()
    policy.minCalls = 1 + random.below(5)
    policy.window = policy.minCalls + random.below(6)
    policy.failureRate = [nil, 0.3, 0.5, 1.1][random.below(4)]
    policy.consecutive = [nil, 2, 3, 5, 12][random.below(5)]
    policy.slow = [nil, .seconds(1), .seconds(5)][random.below(3)]
    policy.slowRate = [nil, 0.5, 1, 1.5][random.below(4)]
    policy.halfOpenCalls = 1 + random.below(4)
    return policy
  }

  static func draw(_ random: inout SeededRandom) -> Step {
    var step = Step(rule: rule(&random))
    step.pick = random.below(1000)
    step.slowExempt = random.below(10) == 0
    step.pausedFor = random.below(10) == 0 ? .seconds(3) : .zero
    // Whole seconds often, so that deadlines are met to the nanosecond; sometimes a long jump.
    switch random.below(18) {
    case 0..<5: step.span = .milliseconds(Int64(random.below(90_000)))
    case 5..<12: step.span = .seconds(Int64(random.below(8)))
    default: step.span = .milliseconds(Int64(random.below(4000)))
    }
    if step.rule == .update { step.policy = policy(&random) }
    return step
  }

  private static func rule(_ random: inout SeededRandom) -> Rule {
    switch random.below(100) {
    case 0..<17: .admit
    case 17..<33: .askAndCommit
    case 33..<43: .succeed
    case 43..<63: .fail
    case 63..<68: .cancel
    case 68..<70: .repeatResult
    case 70..<72: .excuse
    case 72..<90: .advance
    case 90..<92: .toDeadline
    case 92..<93: .expire
    case 93..<97: .beginOwnProbe
    case 97..<98: .mode
    case 98..<99: .update
    default: .reset
    }
  }
}
