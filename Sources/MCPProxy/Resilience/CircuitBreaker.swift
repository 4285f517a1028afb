/// Decides whether an attempt is made, from what became of the attempts before it.
///
/// A pure value: time comes in as a parameter and must not run backwards. Each entry point first
/// applies what time alone has changed, so a late timer alters no decision.
package struct CircuitBreaker: Sendable {
  package private(set) var state: State
  /// Rises by one at each transition.
  package private(set) var generation: UInt32
  /// Why it opened last; kept after it has closed.
  package private(set) var lastTrip: Trip?

  private var policy: BreakerPolicy
  /// This generation's calls; while open, only the own probe is in flight.
  private var evidence: BreakerEvidence
  private var probes: HalfOpenProbes
  private var totals = Counters()
  /// How often it has opened since it was last closed.
  private var openings = 0
  /// Set once the end of the open wait has been seen, so that no timer fires for it again.
  private var isWaitOver = false
  /// Metrics-only: a rule is broken and has been noted.
  private var isExcursion = false

  /// Starts in the state the policy's mode asks for.
  package init(policy: BreakerPolicy, generation: UInt32 = 0) {
    self.policy = policy
    self.generation = generation
    evidence = BreakerEvidence(policy: policy)
    probes = HalfOpenProbes(limit: policy.halfOpenCalls)
    state = State(mode: policy.mode)
  }

  /// Sums for status and logs.
  package var counters: Counters {
    var counters = totals
    counters.calls = evidence.window.calls
    counters.failures = evidence.window.failures
    counters.slow = evidence.slow
    counters.inFlight = evidence.inFlight.count
    return counters
  }

  /// When `expire(at:)` would change something; nil if time alone changes nothing.
  ///
  /// Calls that become slow in flight are not part of it: the next event takes them into account.
  package var nextDeadline: Instant? {
    switch state {
    case .open(let until): probeDeadline ?? (isWaitOver ? nil : until)
    case .halfOpen: probeDeadline
    case .closed, .forcedOpen, .disabled, .metricsOnly: nil
    }
  }

  // MARK: - Calls

  /// Why no attempt may be made now; nil if one may.
  ///
  /// Changes nothing; what time alone has changed is to be applied before, with `expire(at:)`.
  @inline(__always)
  package func refusal(at now: Instant) -> CircuitBreaker.Refusal? {
    if case .closed = state { nil } else { refusalUnlessClosed(at: now) }
  }

  private func refusalUnlessClosed(at now: Instant) -> CircuitBreaker.Refusal? {
    switch state {
    case .closed, .metricsOnly, .disabled: return nil
    case .forcedOpen: return .forcedOpen
    case .open(let until):
      if let deadline = probeDeadline { return .probing(retryAfter: deadline - now) }
      return now < until ? .open(retryAfter: until - now) : nil
    case .halfOpen:
      // Where there is no place, a probe is in flight: results alone never fill it undecided.
      guard let deadline = probeDeadline, !probes.hasPlace(beside: evidence.inFlight.count)
      else { return nil }
      return .probing(retryAfter: deadline - now)
    }
  }

  /// Gives leave for an attempt that `refusal(at:)` does not refuse at this instant.
  package mutating func commit(at now: Instant) -> Permit {
    switch state {
    case .closed, .metricsOnly: return issue(at: now)
    case .disabled, .forcedOpen: return .untracked(generation: generation, at: now)
    case .halfOpen: return issue(isProbe: true, at: now)
    case .open:
      move(to: .halfOpen)
      #if MUTANTS
      if Mutant.isActive(.firstProbeUncounted) {
        return .untracked(generation: generation, at: now)
      }
      #endif
      return issue(isProbe: true, at: now)
    }
  }

  /// Takes the result of an attempt.
  ///
  /// - Parameters:
  ///   - permit: The leave given for it; settled again, or after a transition, it changes no state.
  ///   - verdict: What it says; `ignored` gives a probe's place back.
  ///   - now: When it ended.
  ///   - pausedFor: Time that was not the endpoint's, such as a question to the user.
  ///   - slowExempt: Whether it has lately reported progress and so is not slow.
  package mutating func settle(
    _ permit: Permit,
    _ verdict: Verdict,
    at now: Instant,
    pausedFor: TimeSpan = .zero,
    slowExempt: Bool = false
  ) {
    applyDeadlines(at: now)
    guard end(permit) else {
      if verdict != .ignored { totals.lateResults += 1 }
      #if MUTANTS
      if Mutant.isActive(.lateFailureProlongsWait), verdict == .failure, state.kind == .open {
        state = .open(until: now + policy.open)
      }
      #endif
      return
    }
    #if MUTANTS
    let verdict = Mutant.isActive(.cancelCloses) && verdict == .ignored ? .success : verdict
    #endif
    guard verdict != .ignored else { return }
    let isFailure = verdict == .failure
    let elapsed = now - permit.start - pausedFor
    let isSlow = !slowExempt && policy.slowLimit.map { elapsed > $0 } ?? false
    switch state {
    case .closed, .metricsOnly:
      evidence.record(
        isFailure: isFailure,
        isSlow: isSlow,
        start: permit.start,
        at: now,
        policy: policy
      )
      let foundSlow = evidence.findSlow(at: now, policy: policy)
      // A good result opens nothing, but may end an excursion.
      if isFailure || isSlow || foundSlow || state == .metricsOnly { judgeCalls(at: now) }
    case .halfOpen: judgeProbe(isGood: !isFailure && !isSlow, at: now)
    case .open where isFailure: open(.ownProbeFailed, calls: 1, failures: 1, at: now)
    case .open: move(to: .halfOpen)
    case .forcedOpen, .disabled: break
    }
  }

  /// No longer counts a call in flight as slow: it reported progress, or waits for the user.
  package mutating func excuse(_ permit: Permit) {
    if permit.generation == generation { evidence.inFlight.excuse(permit) }
  }

  // MARK: - The proxy's own probe

  /// Leave for the proxy's own harmless request, once the open wait is over and none is under way.
  ///
  /// While it runs, calls are refused. End it with `settleOwnProbe`, or `settle` as `ignored`.
  package mutating func beginOwnProbe(at now: Instant) -> Permit? {
    expire(at: now)
    guard case .open(let until) = state, now >= until, evidence.inFlight.count == 0
    else { return nil }
    return issue(isProbe: true, at: now)
  }

  // MARK: - Time and the operator

  /// Applies what the time alone has changed: lost probes, calls in flight for too long.
  package mutating func expire(at now: Instant) {
    applyDeadlines(at: now)
    guard state == .closed || state == .metricsOnly else { return }
    if evidence.findSlow(at: now, policy: policy) { judgeCalls(at: now) }
  }

  /// Obeys the operator; `normal` leaves an operator's state for closed and is else without effect.
  package mutating func setMode(_ mode: BreakerPolicy.Mode, at now: Instant) {
    let next = State(mode: mode)
    if mode == .normal ? state.kind.isOperators : next != state {
      move(to: next)
      openings = 0
      if mode == .forcedOpen { note(.operator, at: now) }
    }
  }

  /// Takes other limits from now on; state, generation and the operator's mode stay.
  package mutating func update(policy: BreakerPolicy) {
    self.policy = policy
    evidence.update(policy: policy)
    #if MUTANTS
    if Mutant.isActive(.updateResetsGeneration) { generation = 0 }
    #endif
  }

  /// Forgets everything about a process that is gone; the operator's mode stays.
  package mutating func reset() {
    move(to: state.kind.isOperators ? state : .closed)
    openings = 0
  }

  // MARK: - Decisions

  /// When the oldest probe is given up: a result that never comes must not keep the breaker shut.
  private var probeDeadline: Instant? {
    #if MUTANTS
    if Mutant.isActive(.lostProbeKeepsShut), evidence.inFlight.count > 0 {
      return Instant(nanoseconds: .max)
    }
    #endif
    return evidence.inFlight.oldestStart.map { $0 + policy.probeTimeout }
  }

  private mutating func issue(isProbe: Bool = false, at now: Instant) -> Permit {
    evidence.inFlight.begin(generation: generation, isProbe: isProbe, at: now)
  }

  /// Ends an attempt; false if another generation admitted it, or if it has ended before.
  private mutating func end(_ permit: Permit) -> Bool {
    #if MUTANTS
    if permit.generation != generation { return evidence.inFlight.endLate() }
    #endif
    return permit.generation == generation
      && (permit.slot == Permit.noSlot || evidence.inFlight.end(permit))
  }

  private mutating func applyDeadlines(at now: Instant) {
    switch state {
    case .closed, .forcedOpen, .disabled, .metricsOnly: return
    case .open, .halfOpen: break
    }
    if let deadline = probeDeadline, now >= deadline {
      let lost = evidence.inFlight.count
      // Dated back to the deadline, so a late timer does not prolong the wait.
      let (calls, failures) = (probes.finished + lost, probes.bad + lost)
      open(.probeTimeout, calls: calls, failures: failures, at: deadline)
    }
    if case .open(let until) = state, evidence.inFlight.count == 0, now >= until {
      isWaitOver = true
    }
  }

  private mutating func judgeCalls(at now: Instant) {
    guard let trip = evidence.brokenRule(at: now, policy: policy) else {
      isExcursion = false
      return
    }
    if state == .closed {
      enterOpen(at: now)
    } else if isExcursion {
      return
    }
    isExcursion = state == .metricsOnly
    totals.trips += 1
    lastTrip = trip
  }

  private mutating func judgeProbe(isGood: Bool, at now: Instant) {
    switch probes.add(isGood: isGood) {
    case .undecided: break
    case .stillBad: open(.probeFailed, calls: probes.finished, failures: probes.bad, at: now)
    case .recovered:
      move(to: .closed)
      openings = 0
    }
  }

  // MARK: - Transitions

  private mutating func open(_ cause: Trip.Cause, calls: Int, failures: Int, at now: Instant) {
    enterOpen(at: now)
    note(cause, calls: calls, failures: failures, at: now)
  }

  private mutating func enterOpen(at now: Instant) {
    let wait = Backoff.ceiling(base: policy.open, doublings: openings, cap: policy.maxOpen)
    move(to: .open(until: now + wait))
    openings += 1
  }

  private mutating func note(
    _ cause: Trip.Cause,
    calls: Int = 0,
    failures: Int = 0,
    at now: Instant
  ) {
    totals.trips += 1
    lastTrip = Trip(cause: cause, calls: calls, failures: failures, slow: 0, at: now)
  }

  private mutating func move(to next: State) {
    assert(Transition(from: state.kind, to: next.kind).isAllowed)
    state = next
    generation &+= 1
    totals.transitions += 1
    evidence.removeAll()
    probes = HalfOpenProbes(limit: policy.halfOpenCalls)
    isWaitOver = false
    isExcursion = false
  }
}
