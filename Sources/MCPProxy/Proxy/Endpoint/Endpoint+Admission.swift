import MCPProtocol

// How a call gets in: gate, place, token, permit. One synchronous step, so that no token, place or
// probe is lost between them.
extension Endpoint {
  enum Admission {
    case admitted(Permit, Permit)
    case noPlace
    /// A token will be there at this time; whether the bucket without one is the tool's own.
    case noToken(Instant, isOwn: Bool)
    case refused(CallFailure)
  }

  /// Refuses what cannot be served now, before anything is queued.
  func gate(_ attempt: Attempt) -> CallFailure? {
    switch state {
    case .unusable(let reason):
      return failure(
        attempt,
        .unusable,
        "Server \"\(name)\" cannot be used: \(reason). This call was not sent."
      )
    case .stopping:
      return failure(
        attempt,
        .shuttingDown,
        "The proxy is shutting down. This call was not sent."
      )
    case .crashed(let until, let why) where loop.now < until:
      return failure(
        attempt,
        .crashed,
        FailureText.crashed(name, why, tail: tail.lastLine),
        retryAfter: until - loop.now
      )
    case .backingOff(let until, let why) where attempt.hasAlternative:
      return turnedAway(attempt, .serverDied, why, retryAfter: max(.zero, until - loop.now))
    default: break
    }
    let mustWait = state != .ready || !bulkhead.hasPlace || bulkhead.waiting > 0
    if mustWait, waiting.count >= configuration.policy.concurrency.queue + arrivalsAllowed {
      return queueFull(attempt)
    }
    if outbox.pendingBytes > Self.outboxLimit {
      return failure(
        attempt,
        .queueFull,
        "\"\(name)\" does not read what it is sent. This call was not sent."
      )
    }
    return nil
  }

  /// Bytes that may wait for an endpoint that does not read before its calls are refused.
  static let outboxLimit = 1 << 20

  /// Calls may wait for a starting process as they may run on a ready one.
  private var arrivalsAllowed: Int {
    state == .ready ? 0 : configuration.policy.concurrency.max
  }

  func queueFull(_ attempt: Attempt) -> CallFailure {
    failure(
      attempt,
      .queueFull,
      FailureText.queueFull(name, running: bulkhead.inFlight, waiting: waiting.count)
    )
  }

  /// A refusal that would be a wait, were there no stand-in.
  func turnedAway(
    _ attempt: Attempt,
    _ reason: CallFailure.Reason,
    _ why: String,
    retryAfter: TimeSpan?
  ) -> CallFailure {
    let text = "Server \"\(name)\" \(why) and is being restarted. This call was not sent."
    var failure = failure(attempt, reason, text, retryAfter: retryAfter)
    failure.isForStandIn = true
    return failure
  }

  func failure(
    _ attempt: Attempt,
    _ reason: CallFailure.Reason,
    _ text: String,
    retryAfter: TimeSpan? = nil
  ) -> CallFailure {
    var failure = CallFailure(
      reason,
      endpoint: name,
      tool: attempt.tool.name,
      retryAfter: retryAfter,
      text: text
    )
    failure.breaker = BreakerWord(breaker.state)
    failure.effect = effect(of: attempt)
    return failure
  }

  /// Sends a call now or lets it wait.
  func receive(_ attempt: Attempt, _ continuation: UnsafeContinuation<AttemptResult, Never>) {
    let now = loop.now
    guard state == .ready else {
      demandStart()
      waiting[attempt.call] = unsafe WaitingCall(
        attempt: attempt,
        since: now,
        timer: startTimer(attempt),
        completion: .task(continuation)
      )
      arrivals.append(attempt.call)
      return
    }
    let waiter = unsafe WaitingCall(
      attempt: attempt,
      since: now,
      timer: nil,
      completion: .task(continuation)
    )
    place(waiter, at: now)
  }

  /// Sends a call now, if nobody waits before it, or lets it wait its turn.
  func place(_ waiter: WaitingCall, at now: Instant) {
    // Nobody overtakes those who wait.
    let admission =
      bulkhead.waiting == 0 ? admit(waiter.attempt, since: now, at: now) : .noPlace
    switch admission {
    case .admitted(let permit, let toolPermit):
      _ = bulkhead.enter()
      return send(waiter, permit, toolPermit)
    case .refused(let failure): return finish(waiter, .failed(failure))
    case .noPlace, .noToken: break
    }
    let call = waiter.attempt.call
    guard bulkhead.enqueue(call, at: now, deadline: waiter.attempt.deadline) else {
      return finish(waiter, .failed(queueFull(waiter.attempt)))
    }
    waiting[call] = waiter
    admitWaiting()
  }

  /// Asks every guard and commits with all of them, or with none; `since`: when the call came.
  func admit(_ attempt: Attempt, since: Instant, at now: Instant) -> Admission {
    #if MUTANTS
    let now = Mutant.isActive(.wallClock) ? wallTime : now
    if Mutant.isActive(.tokenSpentOnRefusal), refusalOfOpenBreaker(attempt, at: now) != nil {
      _ = bucket?.take(at: now)
    }
    #endif
    if let refusal = refusalOfOpenBreaker(attempt, at: now) { return .refused(refusal) }
    if attempt.mayHaveRun, effect(of: attempt) != attempt.effect {
      return .refused(
        failure(attempt, .effectDiffers, FailureText.effectDiffers(name, attempt.tool.name))
      )
    }
    guard bulkhead.hasPlace else { return .noPlace }
    if let wait = tokenWait(attempt, since: since, at: now) { return wait }
    let permit: Permit
    switch breaker.admit(at: now) {
    case .admitted(let given): permit = given
    case .refused(let refusal): return .refused(refused(attempt, refusal))
    }
    let toolPermit: Permit
    switch toolBreakers.admit(attempt.tool.index, at: now) {
    case .admitted(let given): toolPermit = given
    case .refused(let refusal):
      breaker.settle(permit, .ignored, at: now)
      return .refused(refusedTool(attempt, refusal))
    }
    if attempt.isRepeat, !retryBudget.withdraw(at: now) {
      breaker.settle(permit, .ignored, at: now)
      toolBreakers.settle(attempt.tool.index, toolPermit, .ignored, at: now)
      return .refused(
        failure(attempt, .retryBudget, "The retry budget of \"\(name)\" is used up.")
      )
    }
    _ = bucket?.take(at: now)
    if !toolBuckets.isEmpty { _ = toolBuckets[attempt.tool.index]?.take(at: now) }
    return .admitted(permit, toolPermit)
  }

  /// Fails fast: what an open breaker will refuse need not wait for a place first.
  func refusalOfOpenBreaker(_ attempt: Attempt, at now: Instant) -> CallFailure? {
    switch breaker.state {
    case .open(let until) where now < until:
      return refused(attempt, .open(retryAfter: until - now))
    case .forcedOpen: return refused(attempt, .forcedOpen)
    default: return nil
    }
  }

  /// Why the buckets do not let the call through now; `nil` if they do.
  private func tokenWait(_ attempt: Attempt, since: Instant, at now: Instant) -> Admission? {
    guard let shortage = shortage(attempt, at: now) else { return nil }
    let due = loop.now + shortage.wait
    let latest = min(since + configuration.policy.concurrency.wait, attempt.deadline)
    if shortage.policy.onLimit == .wait, due <= latest {
      return .noToken(due, isOwn: shortage.isOwn)
    }
    return .refused(rateLimited(attempt, shortage))
  }

  /// A bucket that has no token for a call.
  struct Shortage {
    let wait: TimeSpan
    let policy: RateLimitPolicy
    /// Whether it is the tool's own.
    let isOwn: Bool
  }

  /// The bucket that is longest without a token for the call; `nil` if none is.
  func shortage(_ attempt: Attempt, at now: Instant) -> Shortage? {
    let own = toolBuckets[attempt.tool.index]?.retryAfter(at: now) ?? .zero
    let shared = bucket?.retryAfter(at: now) ?? .zero
    let wait = max(own, shared)
    guard wait > .zero else { return nil }
    let toolLimit = configuration.tools[attempt.tool.name]?.rateLimit
    let isOwn = own >= shared
    guard let policy = isOwn ? toolLimit : configuration.policy.rateLimit else { return nil }
    return Shortage(wait: wait, policy: policy, isOwn: isOwn)
  }

  func rateLimited(_ attempt: Attempt, _ shortage: Shortage) -> CallFailure {
    let (policy, wait) = (shortage.policy, shortage.wait)
    let subject =
      shortage.isOwn ? "tool \"\(attempt.tool.name)\" of \"\(name)\"" : "\"\(name)\""
    return failure(
      attempt,
      .rateLimited,
      FailureText.rateLimited(subject, policy, retryAfter: wait),
      retryAfter: policy.calls == 0 ? nil : wait
    )
  }

  private func refused(_ attempt: Attempt, _ refusal: CircuitBreaker.Refusal) -> CallFailure {
    let retryAfter = Self.retryAfter(refusal)
    let text =
      refusal == .forcedOpen
      ? "Server \"\(name)\" was switched off by the operator. This call was not sent."
      : FailureText.breakerOpen(
        name,
        breaker.lastTrip,
        lastFailure: lastFailure,
        retryAfter: retryAfter
      )
    return failure(attempt, .breakerOpen, text, retryAfter: retryAfter)
  }

  private func refusedTool(_ attempt: Attempt, _ refusal: CircuitBreaker.Refusal) -> CallFailure {
    let retryAfter = Self.retryAfter(refusal)
    let text = FailureText.toolOpen(name, attempt.tool.name, retryAfter: retryAfter)
    return failure(attempt, .toolOpen, text, retryAfter: retryAfter)
  }

  private static func retryAfter(_ refusal: CircuitBreaker.Refusal) -> TimeSpan? {
    switch refusal {
    case .open(let wait), .probing(let wait): wait
    case .forcedOpen: nil
    }
  }
}
