import MCPProxy

/// A breaker and its model, driven step by step through the same events and compared after each.
///
/// Beside the comparison it checks the promises of the breaker from its own records, so that a
/// mistake made twice is found as well.
struct BreakerHarness {
  /// One kind of event.
  enum Rule: CaseIterable {
    case admit, succeed, fail, cancel, repeatResult, excuse, advance, jump
    case expire, toDeadline, beginOwnProbe, mode, reset
  }

  private struct Call {
    let id: Int
    let permit: Permit
  }

  private(set) var breaker: CircuitBreaker
  private(set) var now = at(0)
  private var model: BreakerModel
  private let policy: BreakerPolicy
  private var live: [Call] = []
  /// The last calls that ended, to be settled once more.
  private var settled: [Call] = []
  private var nextID = 0
  /// Probes of the present generation that are live or have a result.
  private var probes = 0
  /// Results of the present generation: successes, failures, and when each came.
  private var successes = 0
  private var failures = 0
  private var results: [Instant] = []
  /// What was seen at least once: proof that the sequences go everywhere.
  private(set) var seen: Set<CircuitBreaker.Transition> = []

  init(policy: BreakerPolicy) {
    self.policy = policy
    breaker = CircuitBreaker(policy: policy)
    model = BreakerModel(policy: policy)
  }

  /// What went wrong, if anything; `pick` chooses among the calls, `span` is for `advance`.
  mutating func apply(
    _ rule: Rule,
    pick: Int = 0,
    span: TimeSpan = .zero,
    slowExempt: Bool = false,
    pausedFor: TimeSpan = .zero
  ) -> String? {
    if let problem = applyTime(rule, span: span) { return problem }
    let before = breaker
    switch rule {
    case .advance, .jump, .expire, .toDeadline: break
    case .admit: if let problem = admit() { return problem }
    case .succeed, .fail, .cancel:
      guard !live.isEmpty else { break }
      let call = live.remove(at: pick % live.count)
      let verdict: Verdict = rule == .succeed ? .success : rule == .fail ? .failure : .ignored
      settle(call, verdict, pausedFor: pausedFor, slowExempt: slowExempt)
      if settled.count == 8 { settled.removeFirst() }
      settled.append(call)
      note(call, verdict, before: before)
      if let problem = checkSettle(call, verdict, before: before) { return problem }
    case .repeatResult:
      guard !settled.isEmpty else { break }
      let call = settled[pick % settled.count]
      settle(call, .failure, pausedFor: .zero, slowExempt: false)
      if before.state != breaker.state { return "settling twice changed the state" }
    case .excuse:
      guard !live.isEmpty else { break }
      let call = live[pick % live.count]
      breaker.excuse(call.permit)
      model.excuse(call.id, generation: call.permit.generation)
    case .beginOwnProbe:
      nextID += 1
      let permit = breaker.beginOwnProbe(at: now)
      guard (permit != nil) == model.beginOwnProbe(nextID, at: now) else { return "own probe" }
      if let permit { live.append(Call(id: nextID, permit: permit)) }
    case .mode:
      let mode = BreakerPolicy.Mode.allCases[pick % 4]
      breaker.setMode(mode, at: now)
      model.setMode(mode)
    case .reset:
      breaker.reset()
      model.reset()
    }
    return check(since: before, wasReset: rule == .reset)
  }

  private mutating func applyTime(_ rule: Rule, span: TimeSpan) -> String? {
    if rule == .advance || rule == .jump { now = now + span }
    // What a timer does: to the nanosecond.
    if rule == .toDeadline, let deadline = breaker.nextDeadline { now = max(now, deadline) }
    let before = breaker
    breaker.expire(at: now)
    model.expire(at: now)
    return check(since: before)
  }

  private mutating func admit() -> String? {
    nextID += 1
    let before = breaker.state
    let isFull = probes >= policy.halfOpenCalls
    let admission = breaker.admit(at: now)
    let refusal = model.admit(nextID, at: now)
    switch admission {
    case .refused(let actual):
      if actual != refusal { return "refused \(actual), model \(String(describing: refusal))" }
      if before == .halfOpen && !isFull { return "a free probe place was refused" }
      if before == .disabled || before == .metricsOnly || before == .closed {
        return "\(before) refused"
      }
    case .admitted(let permit):
      if let refusal { return "admitted, model refused \(refusal)" }
      if before == .forcedOpen { return "forced open admitted" }
      if case .open(let until) = before, now < until { return "admitted before the wait is over" }
      if before == .halfOpen && isFull { return "too many probes" }
      if permit.isProbe != (breaker.state == .halfOpen) { return "wrong kind of permit" }
      live.append(Call(id: nextID, permit: permit))
      if permit.isProbe { probes = before == .halfOpen ? probes + 1 : 1 }
    }
    return nil
  }

  private mutating func settle(
    _ call: Call,
    _ verdict: Verdict,
    pausedFor: TimeSpan,
    slowExempt: Bool
  ) {
    breaker.settle(call.permit, verdict, at: now, pausedFor: pausedFor, slowExempt: slowExempt)
    model.settle(
      call.id,
      generation: call.permit.generation,
      start: call.permit.start,
      verdict,
      at: now,
      pausedFor: pausedFor,
      slowExempt: slowExempt
    )
  }

  private mutating func note(_ call: Call, _ verdict: Verdict, before: CircuitBreaker) {
    guard call.permit.generation == before.generation, verdict != .ignored else { return }
    results.append(now)
    if verdict == .success { successes += 1 } else { failures += 1 }
  }

  private mutating func checkSettle(
    _ call: Call,
    _ verdict: Verdict,
    before: CircuitBreaker
  ) -> String? {
    let isCurrent = call.permit.generation == before.generation
    if !isCurrent || verdict == .ignored {
      if breaker.state != before.state { return "a late or cancelled call changed the state" }
      if isCurrent, call.permit.isProbe, before.state == .halfOpen { probes -= 1 }
    }
    return nil
  }

  private mutating func check(since before: CircuitBreaker, wasReset: Bool = false) -> String? {
    let steps = breaker.generation &- before.generation
    if breaker.state.kind != before.state.kind || steps > 0 {
      let transition = CircuitBreaker.Transition(from: before.state.kind, to: breaker.state.kind)
      seen.insert(transition)
      if steps != 1 { return "\(transition) raised the generation by \(steps)" }
      if transition == .init(from: .halfOpen, to: .closed), !wasReset,
        successes * 2 <= policy.halfOpenCalls
      {
        return "closed by \(successes) good probes"
      }
      if !transition.isAllowed { return "forbidden \(transition)" }
      if breaker.state.kind == .open, breaker.counters.trips == before.counters.trips {
        return "opened without a cause"
      }
      if let problem = checkEvidence(transition) { return problem }
      if breaker.state.kind != .halfOpen { probes = 0 }
      successes = 0
      failures = 0
      results = []
    }
    return compare()
  }

  private func checkEvidence(_ transition: CircuitBreaker.Transition) -> String? {
    switch (transition.from, transition.to, breaker.lastTrip) {
    case (.halfOpen, .open, let trip?):
      if trip.cause == .probeTimeout { return nil }
      // A slow success is bad, too.
      let bad = policy.slow == nil ? failures : failures + successes
      return bad * 2 >= policy.halfOpenCalls ? nil : "re-opened by \(bad) bad probes"
    case (.closed, .open, let trip?) where trip.cause == .failureRate:
      let recent = results.filter { now - $0 <= policy.windowAge }.count
      if trip.calls > recent { return "tripped by outcomes that are too old" }
      return trip.calls >= policy.minCalls ? nil : "tripped by \(trip.calls) calls"
    default: return nil
    }
  }

  private func compare() -> String? {
    let counters = breaker.counters
    if breaker.state != model.state { return "state \(breaker.state), model \(model.state)" }
    if breaker.generation != model.generation { return "generation" }
    if breaker.nextDeadline != model.nextDeadline { return "next deadline" }
    if breaker.lastTrip?.cause != model.cause { return "cause" }
    if counters.inFlight != model.inFlight { return "in flight" }
    if counters.lateResults != model.lateResults { return "late results" }
    if counters.rejected != model.rejected { return "rejected" }
    return counters.trips == model.trips ? nil : "trips"
  }
}
