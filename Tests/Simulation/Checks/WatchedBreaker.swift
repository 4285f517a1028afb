/// The endpoint's breaker with the reference model beside it; they must never differ.
///
/// The model is told the real time. What the breaker is given for the time is part of what is
/// checked.
struct WatchedBreaker: Sendable {
  private struct Key: Hashable {
    let generation: UInt32
    let slot: UInt32
    let sequence: UInt32

    init(_ permit: Permit) {
      (generation, slot, sequence) = (permit.generation, permit.slot, permit.sequence)
    }
  }

  private var real: CircuitBreaker
  private var model: BreakerModel
  private var ids: [Key: Int] = [:]
  private var lastID = 0
  /// Failures told to it, own probes left out; each needs a cause in the books.
  private(set) var failures = 0
  private var trips = 0

  init(policy: BreakerPolicy) {
    real = CircuitBreaker(policy: policy)
    model = BreakerModel(policy: policy)
    model.state = real.state
  }

  var state: CircuitBreaker.State { real.state }
  var generation: UInt32 { real.generation }
  var lastTrip: CircuitBreaker.Trip? { real.lastTrip }
  var counters: CircuitBreaker.Counters { real.counters }
  var nextDeadline: Instant? { real.nextDeadline }

  // MARK: Calls

  /// The model is asked with a copy: asking changes nothing.
  func refusal(at now: Instant) -> CircuitBreaker.Refusal? {
    let refusal = real.refusal(at: now)
    var model = model
    let expected = model.admit(lastID + 1, at: Witness.now)
    if let refusal {
      if real.state == .disabled || real.state == .metricsOnly {
        Witness.fail("P16", "refused in \(real.state)")
      }
      if expected == nil {
        Witness.fail("P14", "refused in \(real.state) (\(refusal)); the model admits")
      }
    } else if let expected {
      Witness.fail("P14", "not refused in \(real.state); the model refuses: \(expected)")
    }
    return refusal
  }

  mutating func commit(at now: Instant) -> Permit {
    let before = real.state
    lastID += 1
    let permit = real.commit(at: now)
    let expected = model.admit(lastID, at: Witness.now)
    Witness.permitGiven()
    ids[Key(permit)] = lastID
    if before.kind == .forcedOpen { Witness.fail("P16", "admitted while forced open") }
    if case .open(let until) = before, Witness.now < until {
      let early = (until - Witness.now).milliseconds
      Witness.fail("P8", "admitted \(early) ms before the wait ended")
    }
    if let expected {
      Witness.fail("P14", "admitted in \(before); the model refuses: \(expected)")
    }
    compare(before, "commit")
    return permit
  }

  mutating func settle(
    _ permit: Permit,
    _ verdict: Verdict,
    at now: Instant,
    pausedFor: TimeSpan = .zero,
    slowExempt: Bool = false
  ) {
    let before = real.state
    if verdict == .failure { failures += 1 }
    let live = real.counters.inFlight
    let isLate = permit.generation != real.generation
    if isLate, verdict != .ignored { Witness.saw(.lateResultDropped) }
    real.settle(permit, verdict, at: now, pausedFor: pausedFor, slowExempt: slowExempt)
    model.settle(
      ids.removeValue(forKey: Key(permit)) ?? -1,
      generation: permit.generation,
      start: permit.start,
      verdict,
      at: Witness.now,
      pausedFor: pausedFor,
      slowExempt: slowExempt
    )
    if before == .halfOpen, real.state == .closed, live > 1 {
      Witness.saw(.earlyCloseWithProbeOpen)
    }
    compare(before, isLate ? "a late result" : "\(verdict)")
  }

  mutating func excuse(_ permit: Permit) {
    real.excuse(permit)
    if let id = ids[Key(permit)] { model.excuse(id, generation: permit.generation) }
  }

  // MARK: The proxy's own probe

  mutating func beginOwnProbe(at now: Instant) -> Permit? {
    let before = real.state
    lastID += 1
    let permit = real.beginOwnProbe(at: now)
    let expected = model.beginOwnProbe(lastID, at: Witness.now)
    if let permit { ids[Key(permit)] = lastID }
    if expected != (permit != nil) { Witness.fail("P8", "an own probe in \(before): \(!expected)") }
    compare(before, "own probe")
    return permit
  }

  mutating func settleOwnProbe(_ permit: Permit, succeeded: Bool, at now: Instant) {
    let failuresBefore = failures
    Witness.saw(succeeded ? .ownProbeAnswered : .ownProbeFailed)
    settle(permit, succeeded ? .success : .failure, at: now)
    failures = failuresBefore
  }

  // MARK: Time and the process

  mutating func expire(at now: Instant) {
    let before = real.state
    real.expire(at: now)
    model.expire(at: Witness.now)
    compare(before, "expire")
  }

  mutating func reset() {
    let before = real.state
    real.reset()
    model.reset()
    ids.removeAll()
    if before == .halfOpen { Witness.saw(.halfOpenToClosedByRestart) }
    if before.kind == .open { Witness.saw(.openToClosed) }
    compare(nil, "reset")
  }

  mutating func update(policy: BreakerPolicy) {
    real.update(policy: policy)
    model.update(policy)
    compare(nil, "update")
  }

  // MARK: Comparing

  private mutating func compare(_ before: CircuitBreaker.State?, _ event: String) {
    if real.state != model.state {
      Witness.fail("breaker", "after \(event) it is \(real.state), the model \(model.state)")
    }
    if real.generation != model.generation {
      Witness.fail("P15", "generation \(real.generation) after \(event), \(model.generation) due")
    }
    if real.counters.inFlight != model.inFlight, real.state != .disabled {
      Witness.fail(
        "P7",
        "\(real.counters.inFlight) permits after \(event), the model has \(model.inFlight)"
      )
    }
    let tripsBefore = trips
    trips = real.counters.trips
    if real.state == .metricsOnly, trips > tripsBefore { Witness.saw(.metricsOnlyExcursion) }
    guard let before, before.kind != real.state.kind || isNewOpening(before) else { return }
    sawTransition(before.kind)
  }

  private func isNewOpening(_ before: CircuitBreaker.State) -> Bool {
    before.kind == .open && before != real.state
  }

  private func sawTransition(_ from: CircuitBreaker.StateKind) {
    let cause = real.lastTrip?.cause
    switch (from, real.state.kind) {
    case (.closed, .open):
      Witness.saw(.closedToOpen)
      switch cause {
      case .failureRate: Witness.saw(.trippedByRate)
      case .consecutive: Witness.saw(.trippedByConsecutive)
      case .slowRate: Witness.saw(.trippedBySlowness)
      default: Witness.fail("P15", "opened without a cause: \(String(describing: cause))")
      }
    case (.open, .open): Witness.saw(.openToOpen)
    case (.open, .halfOpen): Witness.saw(.openToHalfOpen)
    case (.halfOpen, .closed): Witness.saw(.halfOpenToClosed)
    case (.halfOpen, .open):
      Witness.saw(.halfOpenToOpen)
      if cause == .probeTimeout { Witness.saw(.probeLost) }
    case (let from, let to):
      Witness.fail("P15", "went from \(from) to \(to)")
    }
  }
}
