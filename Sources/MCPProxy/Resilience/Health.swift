/// How one running server does: its breakers, the places it has for calls, and whether it answers
/// pings.
///
/// Invariant: `0 ≤ inFlight`; a place is held by each permit that was given and not settled.
package struct Health: Sendable {
  #if MUTANTS
  // The simulation runs the model beside it.
  typealias Breaker = WatchedBreaker
  #else
  typealias Breaker = CircuitBreaker
  #endif

  /// Why the server is sent no call now.
  package enum Refusal: Sendable, Equatable {
    /// Its breaker is open, or tries it out.
    case breaker(CircuitBreaker.Refusal)
    /// That of the tool.
    case tool(CircuitBreaker.Refusal)
    /// As many calls as it may have are in flight.
    case noPlace
  }

  /// What is known of an attempt that has ended.
  package struct Ending: Sendable {
    package var pausedFor = TimeSpan.zero
    /// It has lately reported progress, and so is not slow.
    package var slowExempt = false

    package init(pausedFor: TimeSpan = .zero, slowExempt: Bool = false) {
      self.pausedFor = pausedFor
      self.slowExempt = slowExempt
    }
  }

  private var breaker: Breaker
  private var tools: ToolBreakers
  private var most: Int
  /// Calls that have a place.
  package private(set) var inFlight = 0
  /// What the last failed call ended with, in a word or two.
  package private(set) var lastFailure: String?
  private var silentPings = 0
  #if MUTANTS
  /// Whether there was a place when somebody looked last.
  private var placeSeen = true
  #endif

  package init(_ policy: EndpointPolicy) {
    breaker = Breaker(policy: policy.breaker)
    tools = ToolBreakers(policy: policy.breaker)
    most = max(1, policy.concurrency.max)
  }

  package var state: CircuitBreaker.State { breaker.state }
  /// Whether its breaker lets nothing through, but for a try.
  package var isShut: Bool {
    switch breaker.state {
    case .open, .forcedOpen, .halfOpen: true
    case .closed, .disabled, .metricsOnly: false
    }
  }
  package var lastTrip: CircuitBreaker.Trip? { breaker.lastTrip }
  /// Pings in a row without an answer.
  package var unansweredPings: Int { silentPings }

  /// Whether one more call would have a place.
  package var hasPlace: Bool {
    #if MUTANTS
    if Mutant.isActive(.onePlaceTooMany) { return inFlight <= most }
    if Mutant.isActive(.admissionSplitByAwait) { return placeSeen }
    #endif
    return inFlight < most
  }

  // MARK: Admission

  /// Why a call of the tool may not be sent now; nil if it may.
  ///
  /// Changes nothing: what time alone has changed is to be applied before, with `pass(to:)`.
  @inline(__always)
  package func refusal(_ tool: Int, at now: Instant) -> Refusal? {
    if let refusal = breaker.refusal(at: now) {
      // What is shut need not be waited for; who tries it out may have to wait for a place first.
      if case .probing = refusal, !hasPlace { return .noPlace }
      return .breaker(refusal)
    }
    guard hasPlace else { return .noPlace }
    return tools.isEmpty ? nil : tools.refusal(tool, at: now).map(Refusal.tool)
  }

  /// Takes a place and the leave of both breakers, for a call that is not refused at this instant.
  package mutating func commit(_ tool: Int, at now: Instant) -> Permits {
    #if MUTANTS
    // What was seen before somebody else took the place.
    placeSeen = inFlight < most
    #endif
    inFlight += 1
    return Permits(server: breaker.commit(at: now), tool: tools.commit(tool, at: now))
  }

  /// Applies what time alone has changed.
  package mutating func pass(to now: Instant) { breaker.expire(at: now) }

  // MARK: What becomes of attempts

  /// Gives a place back and tells both breakers what an attempt says of them.
  package mutating func settle(
    _ permits: Permits,
    of tool: Int,
    _ observation: OutcomeTable.Observation,
    _ ending: Ending,
    at now: Instant
  ) {
    leave()
    #if MUTANTS
    if Mutant.isActive(.permitDropped), observation == .cancelled { return }
    #endif
    let judgement = OutcomeTable.judge(observation, isProbe: permits.server.isProbe)
    if judgement.endpoint == .failure { lastFailure = Self.word(for: observation) }
    settleServer(permits.server, judgement.endpoint, ending, at: now)
    settleTool(permits.tool, of: tool, judgement.tool, ending, at: now)
  }

  /// A call met silence: its tool has failed; whether the server did, a ping will tell (row 9).
  package mutating func settleSilence(
    _ permits: Permits,
    of tool: Int,
    _ ending: Ending,
    at now: Instant
  ) {
    leave()
    lastFailure = Self.word(for: .timedOut(endpointSpoke: false))
    settleTool(permits.tool, of: tool, .failure, Ending(pausedFor: ending.pausedFor), at: now)
  }

  /// Tells the server's breaker alone.
  package mutating func settleServer(
    _ permit: Permit,
    _ verdict: Verdict,
    _ ending: Ending,
    at now: Instant
  ) {
    breaker.settle(
      permit,
      verdict,
      at: now,
      pausedFor: ending.pausedFor,
      slowExempt: ending.slowExempt
    )
  }

  private mutating func settleTool(
    _ permit: Permit,
    of tool: Int,
    _ verdict: Verdict,
    _ ending: Ending,
    at now: Instant
  ) {
    tools.settle(
      tool,
      permit,
      verdict,
      at: now,
      pausedFor: ending.pausedFor,
      slowExempt: ending.slowExempt
    )
  }

  private mutating func leave() {
    assert(inFlight > 0)
    inFlight = max(0, inFlight - 1)
    #if MUTANTS
    placeSeen = true
    #endif
  }

  /// No longer counts a call in flight as slow: it reported progress, or waits for the user.
  package mutating func excuse(_ permits: Permits, of tool: Int) {
    breaker.excuse(permits.server)
    tools.excuse(tool, permits.tool)
  }

  private static func word(for observation: OutcomeTable.Observation) -> String {
    switch observation {
    case .timedOut: "timed out"
    case .writeFailed: "closed its input"
    case .processEnded: "exited"
    default: "failed"
    }
  }

  // MARK: Pings and time

  /// When `expire(at:)` would do something; nil if time alone changes nothing.
  package var nextDeadline: Instant? { breaker.nextDeadline }

  /// The open wait or the probes' time is over; returns leave for a ping of our own, if one is due.
  package mutating func expire(at now: Instant, mayPing: Bool) -> Permit? {
    if mayPing, let permit = breaker.beginOwnProbe(at: now) { return permit }
    breaker.expire(at: now)
    return nil
  }

  /// The breaker's own ping has ended.
  package mutating func settleOwnProbe(_ permit: Permit, succeeded: Bool, at now: Instant) {
    breaker.settleOwnProbe(permit, succeeded: succeeded, at: now)
  }

  /// The breaker's own ping has ended, and says nothing of the server.
  package mutating func forgetOwnProbe(_ permit: Permit, at now: Instant) {
    breaker.settle(permit, .ignored, at: now)
  }

  /// Pings without an answer after which the server is taken to hang: only another will help.
  private static let mostSilentPings = 3

  /// Counts a ping of ours; returns whether the server hangs.
  package mutating func countPing(answered: Bool) -> Bool {
    #if MUTANTS
    if Mutant.isActive(.silentPingsKept), answered { return false }
    #endif
    silentPings = answered ? 0 : silentPings + 1
    return silentPings >= Self.mostSilentPings
  }

  /// A new process knows nothing of what its predecessor did wrong.
  package mutating func reset() {
    breaker.reset()
    tools.reset()
    silentPings = 0
  }

  /// Takes other limits from now on; what is in flight stays.
  package mutating func update(_ policy: EndpointPolicy) {
    most = max(1, policy.concurrency.max)
    breaker.update(policy: policy.breaker)
    tools.update(policy: policy.breaker)
  }
}

extension Health {
  /// What the simulation looks at between two turns.
  package struct View: Sendable {
    package let generation: UInt32
    /// Permits that were given and not settled.
    package let permits: Int
    package let toolBreakers: Int
    package let openToolBreakers: Int
    /// Failures the breaker was told of; counted where a model runs beside it.
    package let failures: Int
  }

  package var view: View {
    #if MUTANTS
    let failures = breaker.failures
    #else
    let failures = 0
    #endif
    return View(
      generation: breaker.generation,
      permits: breaker.counters.inFlight,
      toolBreakers: tools.count,
      openToolBreakers: tools.tools.count { tools.breaker(of: $0)?.state.kind != .closed },
      failures: failures
    )
  }
}
