/// The calls of an endpoint that were not sent yet, and what it grants them over time: who goes
/// next, who waits, who is turned away.
struct Lobby {
  /// What is to be done with a call that has waited.
  enum Action {
    case send(Attempt, Permits, to: Replica, queued: TimeSpan)
    case refuse(Attempt, Refusal, queued: TimeSpan)
  }

  private var limits: Limits
  private var waiting: Waiting<Attempt>

  init(_ policy: EndpointPolicy, at now: Instant) {
    limits = Limits(policy, at: now)
    waiting = Waiting(policy: policy.concurrency)
  }

  /// Whether nobody waits: nearly always.
  var isEmpty: Bool { waiting.isEmpty }
  var isFull: Bool { waiting.isFull }
  var count: Int { waiting.count }

  /// Gives a tool a bucket of its own, once.
  mutating func limit(_ tool: Int, to policy: RateLimitPolicy, at now: Instant) {
    limits.limit(tool, to: policy, at: now)
  }

  /// A call has succeeded: the endpoint bears more repeats.
  mutating func succeeded(at now: Instant) { limits.succeeded(at: now) }

  // MARK: Coming and going

  /// Asks all guards for a call that nobody waits before, and takes from all of them or from none.
  mutating func admit(_ attempt: Attempt, to replica: Replica, at now: Instant) -> Admission {
    let patience = waiting.patience(since: now, deadline: attempt.times.deadline)
    return replica.admit(attempt, &limits, patience: patience, at: now)
  }

  /// Lets a call wait at the end.
  mutating func append(_ attempt: Attempt, at now: Instant) {
    waiting.append(
      Waiting.Entry(
        call: attempt.call,
        tool: attempt.tool.index,
        since: now,
        deadline: attempt.times.deadline,
        startDeadline: attempt.times.startDeadline,
        payload: attempt
      ),
      at: now
    )
  }

  /// Takes a call back; returns it and how long it has waited, or nil: it does not wait.
  mutating func remove(_ call: UInt64, at now: Instant) -> (attempt: Attempt, queued: TimeSpan)? {
    waiting.remove(call).map { ($0.payload, now - $0.since) }
  }

  /// A server is up: they wait for a place or a token.
  mutating func serve(at now: Instant) { if !waiting.isServed { waiting.serve(at: now) } }

  /// No server is up: they wait for the next one.
  mutating func unserve(at now: Instant) { waiting.unserve(at: now) }

  /// Turns away those who wait in vain: all, or only those another endpoint can take.
  mutating func refuseAll(
    _ refusal: Refusal,
    ifAlternative: Bool = false,
    at now: Instant
  ) -> [Action] {
    waiting.removeAll { !ifAlternative || $0.payload.role.hasAlternative }
      .map { .refuse($0.payload, refusal, queued: now - $0.since) }
  }

  // MARK: Who is next

  /// What is to be done with the next call for which something can be; nil: all others wait on.
  ///
  /// First come, first served; only who waits for a token of its own tool is passed by others.
  mutating func next(to choose: () -> Replica, at now: Instant) -> Action? {
    if let action = admitNext(to: choose, at: now) { return action }
    let replica = choose()
    let running = replica.traffic.health.inFlight
    if let entry = waiting.removeExpired(at: now) {
      let waited = now - entry.since
      return .refuse(entry.payload, lateness(entry, waited, replica, at: now), queued: waited)
    }
    guard let entry = waiting.removeExcess() else { return nil }
    let refusal = Refusal.queueFull(running: running, waiting: waiting.count)
    return .refuse(entry.payload, refusal, queued: now - entry.since)
  }

  private mutating func admitNext(to choose: () -> Replica, at now: Instant) -> Action? {
    var tokenDue: Instant?
    var withoutToken: Set<Int> = []
    var position = 0
    queue: while let entry = waiting[position] {
      let replica = choose()
      guard replica.isReady else { break }
      guard now < entry.deadline, !withoutToken.contains(entry.tool) else {
        position += 1
        continue
      }
      let patience = waiting.patience(since: entry.since, deadline: entry.deadline)
      switch replica.admit(entry.payload, &limits, patience: patience, at: now) {
      case .admitted(let permits):
        waiting.remove(at: position)
        return .send(entry.payload, permits, to: replica, queued: now - entry.since)
      case .refused(let refusal):
        waiting.remove(at: position)
        let told = Refusal(refusal, replica.traffic.health)
        return .refuse(entry.payload, told, queued: now - entry.since)
      case .noToken(let due, let isOwn):
        tokenDue = min(tokenDue ?? due, due)
        guard isOwn else { break queue }
        withoutToken.insert(entry.tool)
        position += 1
      case .noPlace: break queue
      }
    }
    waiting.expectToken(at: tokenDue)
    return nil
  }

  /// Why a call has waited for too long.
  private func lateness(
    _ entry: Waiting<Attempt>.Entry,
    _ waited: TimeSpan,
    _ replica: Replica,
    at now: Instant
  ) -> Refusal {
    guard waiting.isServed else { return .stillStarting(waited) }
    let health = replica.traffic.health
    // There was a place: a token did not come in time.
    if health.hasPlace, let shortage = limits.shortage(entry.tool, at: now) {
      return .rateLimited(shortage)
    }
    return .waitedTooLong(waited, running: health.inFlight)
  }

  var nextDeadline: Instant? { waiting.nextDeadline }

  /// What is wrong with it, if anything is; the simulation asks after every turn.
  func check() -> String? { waiting.check() }
}

extension Refusal {
  /// What the guards said, with what is known of the server.
  init(_ refusal: Admission.Refusal, _ health: Health) {
    switch refusal {
    case .breaker(let refusal):
      self = .breakerOpen(refusal, trip: health.lastTrip, lastFailure: health.lastFailure)
    case .tool(let refusal): self = .toolOpen(refusal)
    case .effectDiffers: self = .effectDiffers
    case .rateLimited(let shortage): self = .rateLimited(shortage)
    case .retryBudget: self = .retryBudget
    }
  }
}

extension Lobby {
  /// What the simulation looks at between two turns.
  struct View {
    let isServed: Bool
    let waiting: [Waiting<Attempt>.Entry]
    /// Until there is a token for those who wait: of the endpoint's bucket, and by their tools.
    let tokenWait: TimeSpan
    let toolWaits: [Int: TimeSpan]
  }

  func view(at now: Instant) -> View {
    if isEmpty {
      return View(isServed: waiting.isServed, waiting: [], tokenWait: .zero, toolWaits: [:])
    }
    let entries = (0..<waiting.count).compactMap { waiting[$0] }
    return View(
      isServed: waiting.isServed,
      waiting: entries,
      tokenWait: limits.wait(for: nil, at: now),
      toolWaits: Dictionary(entries.map { ($0.tool, limits.wait(for: $0.tool, at: now)) }) {
        first,
        _ in
        first
      }
    )
  }
}
