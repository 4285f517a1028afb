// How a call gets in: at once, after a wait, or not at all. No step awaits between asking the
// guards and taking from them.
extension Endpoint {
  /// Sends a call, or lets it wait for a server, a place or a token; its end is told to the router.
  ///
  /// Returns why it does neither; then nothing is told.
  package func begin(_ attempt: Attempt) -> AttemptFailure? {
    let (now, replica) = (loop.now, choice)
    // Nobody overtakes those who wait.
    guard replica.isReady, lobby.isEmpty, !replica.isStuffed else {
      return queue(attempt, replica, at: now)
    }
    switch lobby.admit(attempt, to: replica, at: now) {
    case .admitted(let permits):
      replica.send(attempt, permits, queued: .zero, sent: loop.kernel.now())
      settle()
      return nil
    case .refused(let refusal):
      return failure(attempt, Refusal(refusal, replica.traffic.health), of: replica)
    case .noPlace, .noToken: return queue(attempt, replica, at: now)
    }
  }

  /// The server a call goes to; with one there is nothing to choose.
  var choice: Replica {
    guard replicas.count > 1 else { return replicas[0] }
    return replicas.min { $0.isBetter(than: $1) } ?? replicas[0]
  }

  private func queue(_ attempt: Attempt, _ replica: Replica, at now: Instant) -> AttemptFailure? {
    if let refusal = gate(attempt, replica, at: now) {
      return failure(attempt, refusal, of: replica)
    }
    lobby.append(attempt, at: now)
    demandStart()
    admitWaiting()
    settle()
    return nil
  }

  /// Refuses what cannot be served, before it waits in vain.
  private func gate(_ attempt: Attempt, _ replica: Replica, at now: Instant) -> Refusal? {
    switch replica.life.state {
    case .unusable(let reason): return .unusable(reason)
    case .stopping, .buried: return .shuttingDown
    case .crashed(let until, let why) where now < until:
      return .crashed(why: why, tail: replica.link.lastWords, retryAfter: until - now)
    case .backingOff(let until, let why) where attempt.role.hasAlternative:
      return .restarting(why: why, retryAfter: max(.zero, until - now))
    case .ending(wasReady: true, _) where attempt.role.hasAlternative:
      return .restarting(why: "has ended", retryAfter: .zero)
    default: break
    }
    if replica.isStuffed { return .notReading }
    guard lobby.isFull else { return nil }
    return .queueFull(running: replica.traffic.health.inFlight, waiting: lobby.count)
  }

  private func failure(
    _ attempt: Attempt,
    _ refusal: Refusal,
    of replica: Replica,
    queued: TimeSpan = .zero
  ) -> AttemptFailure {
    AttemptFailure(
      .refused(refusal),
      effect: replica.traffic.effect(of: attempt),
      breaker: BreakerWord(replica.traffic.health.state),
      queued: queued
    )
  }

  /// Gives up a call wherever it is; it ends as cancelled.
  package func cancel(_ call: UInt64, reason: [UInt8]?) {
    let now = loop.now
    if let (attempt, queued) = lobby.remove(call, at: now) {
      events?.ended(attempt, .cancelled(.notSent, queued: queued))
    } else {
      for replica in replicas {
        guard let attempt = replica.cancel(call, reason: reason, at: now) else { continue }
        let queued = attempt.flight?.queued ?? .zero
        events?.ended(attempt, .cancelled(.unknown, queued: queued))
      }
    }
    admitWaiting()
    settle()
  }

  /// Lets in whoever can be let in, and turns away those whose time is up.
  func admitWaiting() {
    // Nearly always nobody waits, after an answer as at any other time.
    while !lobby.isEmpty, let action = lobby.next(to: { choice }, at: loop.now) { perform(action) }
  }

  private func perform(_ action: Lobby.Action) {
    switch action {
    case .send(let attempt, let permits, let replica, let queued):
      replica.send(attempt, permits, queued: queued, sent: loop.kernel.now())
      settle()
    case .refuse(let attempt, let refusal, let queued):
      let failure = failure(attempt, refusal, of: choice, queued: queued)
      events?.ended(attempt, .failed(failure))
    }
  }

  /// Ends the waiting of calls that wait in vain: all, or only those another endpoint can take.
  func refuseWaiting(_ refusal: Refusal, ifAlternative: Bool = false) {
    let actions = lobby.refuseAll(refusal, ifAlternative: ifAlternative, at: loop.now)
    for action in actions { perform(action) }
  }
}
