import MCPProtocol

/// The calls at one server and what they say of it: who may go, whose answer comes, who is to blame
/// for a silence.
///
/// Holds the guards and the requests in flight together, because each end of a call concerns both.
struct Traffic {
  private let configuration: EndpointConfiguration
  private(set) var health: Health
  private(set) var inFlight = InFlight()
  private var effects = DeclaredEffects()
  private var speech = Speech()

  init(_ configuration: EndpointConfiguration) {
    self.configuration = configuration
    health = Health(configuration.policy)
  }

  // MARK: Going

  /// Asks all guards, and takes from all of them or from none; `patience`: until when it may wait
  /// for a token.
  mutating func admit(
    _ attempt: Attempt,
    _ limits: inout Limits,
    patience: Instant,
    at now: Instant
  ) -> Admission {
    var request = AdmissionRequest(tool: attempt.tool.index, patience: patience)
    request.isRepeat = attempt.role.isRepeat
    request.effectDiffers = attempt.role.mayHaveRun && effect(of: attempt) != attempt.effect
    return Guards.admit(request, &limits, &health, at: now)
  }

  mutating func nextID() -> Int { inFlight.nextID() }

  /// An admitted call is on its way.
  mutating func sent(_ attempt: Attempt, _ id: Int, _ flight: Attempt.Flight) {
    attempt.flight = flight
    inFlight.add(id, attempt)
  }

  /// A request of our own is on its way.
  mutating func sent(_ purpose: InFlight.Purpose, _ id: Int, until deadline: Instant) {
    inFlight.add(id, purpose, until: deadline)
  }

  /// The effect of carrying the attempt out, as known now.
  func effect(of attempt: Attempt) -> Effect {
    effects.effect(
      of: attempt.tool.index,
      believed: attempt.effect,
      configured: configuration.tools[attempt.tool.name]?.safe
    )
  }

  /// Takes what the server says of its tools; nil: it does not say.
  mutating func declare(_ tools: [ToolEntry]?) {
    if let tools { effects.declare(tools, configuration) } else { effects.declareNothing() }
  }

  // MARK: Coming

  /// The answer to one of our requests, in `source`; nil: it is nobody's.
  mutating func answered(
    _ envelope: borrowing Envelope,
    _ source: [UInt8],
    _ line: Range<Int>,
    at now: Instant
  ) -> Ending? {
    speech.spoke(at: now)
    guard let id = RequestID.integer(source.span.extracting(line), envelope.id) else {
      inFlight.answeredNothing()
      return nil
    }
    switch inFlight.answered(id) {
    case .call(let attempt): return .call(attempt, result(attempt, envelope, source, line, at: now))
    case .own(let purpose, _):
      return .own(purpose, OwnAnswer(line: Array(source[line]), envelope: copy envelope))
    case nil: return nil
    }
  }

  private mutating func result(
    _ attempt: Attempt,
    _ envelope: borrowing Envelope,
    _ source: [UInt8],
    _ line: Range<Int>,
    at now: Instant
  ) -> AttemptResult {
    if line.count > Bounds.answer {
      settle(attempt, .result(isError: false), at: now)
      return .failed(lost(attempt, .tooLarge(limit: Bounds.answer), .answered))
    }
    switch envelope.kind {
    case .error: settle(attempt, .error(code: envelope.errorCode ?? 0), at: now)
    default: settle(attempt, .result(isError: envelope.isError), at: now)
    }
    let code = Answer.errorCode(envelope)
    let remarks = Attempt.Remarks(
      mayBeRepeated: OutcomeTable.isRepeatable(code) && effect(of: attempt) == .safe,
      reportedCost: configuration.cost.reported(in: source, line, envelope),
      breaker: BreakerWord(health.state)
    )
    return .answered(Answer(attempt, envelope, source, line, received: now, remarks))
  }

  /// The answer to a request is no good: it ends now instead of waiting for its deadline.
  ///
  /// With a `limit`, it was longer than that.
  mutating func rejected(
    _ id: Int,
    _ problem: String,
    limit: Int? = nil,
    at now: Instant
  ) -> Ending? {
    switch inFlight.take(id) {
    case .call(let attempt):
      settle(attempt, .error(code: OutcomeTable.internalError), at: now)
      if let limit {
        let loss = Loss.tooLarge(limit: min(limit, Bounds.answer))
        return .call(attempt, .failed(lost(attempt, loss, .answered)))
      }
      return .call(attempt, .failed(lost(attempt, .invalidAnswer(problem), .unknown)))
    case .own(let purpose, _): return .own(purpose, nil)
    case nil: return nil
    }
  }

  /// Whether a request with this id waits for an answer.
  func isOpen(_ id: Int) -> Bool { inFlight[id] != nil }

  /// The call a report of progress is for, which gets more time (MCP 2025-11-25, progress).
  mutating func progressed(_ id: Int, at now: Instant) -> Attempt? {
    guard case .call(let attempt)? = inFlight[id] else { return nil }
    inFlight.progressed(attempt, at: now)
    excuse(attempt)
    return attempt
  }

  private mutating func excuse(_ attempt: Attempt) {
    if let permits = attempt.flight?.permits { health.excuse(permits, of: attempt.tool.index) }
  }

  /// Wrote a message that is no answer.
  mutating func spoke(at now: Instant) { speech.spoke(at: now) }

  /// Wrote a line that is no message; returns why the server is to be ended, if it is.
  mutating func wroteJunk() -> String? { speech.wroteJunk() }

  // MARK: Ending without an answer

  /// Gives up a call that was sent; nil if it is not in flight here.
  mutating func cancel(_ call: UInt64, at now: Instant) -> (id: Int, attempt: Attempt)? {
    guard let id = inFlight.id(ofCall: call), case .call(let attempt)? = inFlight.take(id)
    else { return nil }
    settle(attempt, .cancelled, at: now)
    return (id, attempt)
  }

  /// A call fails in the server's place: it certainly was not carried out.
  mutating func failed(_ id: Int, at now: Instant) -> Ending? {
    guard case .call(let attempt)? = inFlight.take(id) else { return nil }
    settle(attempt, .writeFailed, at: now)
    return .call(attempt, .failed(lost(attempt, .injected, .notSent)))
  }

  /// The process is gone: every request in flight ends now, because nobody else will answer it.
  mutating func lose(
    _ death: Life.Death,
    isWritten: (Int) -> Bool,
    at now: Instant
  ) -> [Ending] {
    var isFirst = true
    return inFlight.ids.compactMap { id in
      switch inFlight.take(id) {
      case .call(let attempt):
        let wasSent = isWritten(attempt.flight?.mark ?? 0)
        settle(attempt, wasSent ? .processEnded(isFirst: isFirst) : .writeFailed, at: now)
        isFirst = false
        return .call(attempt, .failed(lost(attempt, death.loss, wasSent ? .unknown : .notSent)))
      case .own(let purpose, _): return .own(purpose, nil)
      case nil: return nil
      }
    }
  }

  // MARK: Guards

  private mutating func settle(
    _ attempt: Attempt,
    _ observation: OutcomeTable.Observation,
    at now: Instant
  ) {
    guard let permits = attempt.flight?.permits else { return }
    let ending = inFlight.ending(of: attempt, at: now)
    health.settle(permits, of: attempt.tool.index, observation, ending, at: now)
  }

  static let pingPatience = TimeSpan.seconds(5)

  /// A ping of ours has ended; returns why the server is to be ended, if it hangs.
  ///
  /// While it is not read (`isHeld`), a silence says nothing.
  mutating func pinged(
    _ purpose: InFlight.Purpose,
    isAnswered: Bool,
    isHeld: Bool,
    at now: Instant
  ) -> String? {
    switch purpose {
    case .blame(let suspects):
      let verdict: Verdict = isAnswered || isHeld ? .ignored : .failure
      for suspect in suspects {
        let ending = Health.Ending(pausedFor: suspect.paused)
        health.settleServer(suspect.permit, verdict, ending, at: now)
      }
    case .probe(let permit) where isHeld && !isAnswered: health.forgetOwnProbe(permit, at: now)
    case .probe(let permit): health.settleOwnProbe(permit, succeeded: isAnswered, at: now)
    case .opening, .list: return nil
    }
    guard isAnswered || !isHeld, health.countPing(answered: isAnswered) else { return nil }
    return "did not answer three pings"
  }

  /// A new process knows nothing of what its predecessor did wrong.
  mutating func reset() {
    health.reset()
    effects.forget()
    speech.forget()
  }

  // MARK: Time

  /// The client is asked something: no call's time runs.
  mutating func pause(at now: Instant) {
    for attempt in inFlight.pause(at: now) { excuse(attempt) }
  }

  mutating func resume(at now: Instant) { inFlight.resume(at: now) }
  mutating func unpause() { inFlight.unpause() }

  var nextDeadline: Instant? { Instant.earlier(inFlight.nextDeadline, health.nextDeadline) }

  /// The requests that have had their time.
  mutating func expire(isHeld: Bool, at now: Instant) -> [Expiry] {
    var expiries: [Expiry] = []
    var suspects: [InFlight.Suspect] = []
    var patience = Self.pingPatience
    for (id, entry) in inFlight.expire(at: now) {
      switch entry {
      case .own(let purpose, _): expiries.append(Expiry(ending: .own(purpose, nil)))
      case .call(let attempt):
        if let suspect = timedOut(attempt, isHeld: isHeld, at: now) {
          suspects.append(suspect)
          patience = min(patience, attempt.times.timeout)
        }
        let failure = lost(attempt, .timedOut, .unknown)
        expiries.append(Expiry(ending: .call(attempt, .failed(failure)), cancelled: id))
      }
    }
    // One silence is one ping, however many calls met it: a busy server must not seem to hang.
    if !suspects.isEmpty, !inFlight.blame(suspects), !expiries.isEmpty {
      expiries[0].ping = (.blame(suspects), patience)
    }
    return expiries
  }

  /// A call has had its time; returns it as a suspect if the server has not said a word since.
  private mutating func timedOut(
    _ attempt: Attempt,
    isHeld: Bool,
    at now: Instant
  ) -> InFlight.Suspect? {
    // It is not read, for the client's sake: nobody can say whether it has answered.
    guard !isHeld else {
      settle(attempt, .cancelled, at: now)
      return nil
    }
    guard speech.last <= attempt.flight?.sent ?? .zero else {
      settle(attempt, .timedOut(endpointSpoke: true), at: now)
      return nil
    }
    return suspect(attempt, at: now)
  }

  /// A call met silence: if the server answers a ping, only its tool is to blame (row 9).
  private mutating func suspect(_ attempt: Attempt, at now: Instant) -> InFlight.Suspect? {
    guard let permits = attempt.flight?.permits else { return nil }
    let ending = inFlight.ending(of: attempt, at: now)
    health.settleSilence(permits, of: attempt.tool.index, ending, at: now)
    return InFlight.Suspect(permit: permits.server, paused: ending.pausedFor)
  }

  /// Leave for a ping of the breaker's own, if one is due.
  mutating func probe(mayPing: Bool, at now: Instant) -> Permit? {
    guard let due = health.nextDeadline, due <= now else { return nil }
    return health.expire(at: now, mayPing: mayPing)
  }
}
