import MCPProtocol

// Calls that wait: for the process to come up, for a place, for a token. First come, first served.
extension Endpoint {
  /// Lets in whoever can be let in, in order.
  func admitWaiting() {
    let now = loop.now
    dropExpired(at: now)
    while state == .ready, let call = bulkhead.first, let waiter = waiting[call] {
      switch admit(waiter.attempt, at: now) {
      case .admitted(let permit, let toolPermit):
        _ = bulkhead.admitFirst()
        waiting[call] = nil
        send(waiter, permit, toolPermit)
      case .refused(var failure):
        _ = bulkhead.cancel(call)
        waiting[call] = nil
        failure.queued = now - waiter.since
        finish(waiter, .failed(failure))
      case .noToken(let instant):
        tokenTimer.map(loop.cancelTimer)
        tokenTimer = loop.setTimer(at: instant, owner: self, token: EndpointTimer(.token).token)
        return armQueueTimer()
      case .noPlace: return armQueueTimer()
      }
    }
    armQueueTimer()
  }

  func armQueueTimer() {
    let deadline = bulkhead.nextDeadline
    guard deadline != queueDeadline else { return }
    queueTimer.map(loop.cancelTimer)
    queueDeadline = deadline
    queueTimer = deadline.map {
      loop.setTimer(at: $0, owner: self, token: EndpointTimer(.queue).token)
    }
    if deadline == nil {
      tokenTimer.map(loop.cancelTimer)
      tokenTimer = nil
    }
  }

  func queueTimerFired() {
    queueTimer = nil
    queueDeadline = nil
    admitWaiting()
  }

  func tokenTimerFired() {
    tokenTimer = nil
    admitWaiting()
  }

  private func dropExpired(at now: Instant) {
    while let dropped = bulkhead.dropExpired(at: now) {
      guard let waiter = waiting.removeValue(forKey: dropped.call) else { continue }
      let waited = now - waiter.since
      var failure =
        missedToken(waiter.attempt, at: now)
        ?? failure(
          waiter.attempt,
          .queueFull,
          FailureText.waitedTooLong(name, waited, running: bulkhead.inFlight)
        )
      failure.queued = waited
      finish(waiter, .failed(failure))
    }
  }

  /// The refusal of a call that waited while there was a place: a token did not come in time.
  private func missedToken(_ attempt: Attempt, at now: Instant) -> CallFailure? {
    guard bulkhead.hasPlace else { return nil }
    // One that comes at this very moment is too late.
    let limit = configuration.policy.rateLimit
    let late = limit.map { Shortage(wait: .zero, policy: $0, isOwn: false) }
    return (shortage(attempt, at: now) ?? late).map { rateLimited(attempt, $0) }
  }

  /// A call's own time was up before the process came up.
  func waitingTooLong(_ call: UInt64) {
    guard let waiter = waiting.removeValue(forKey: call) else { return }
    arrivals.removeAll { $0 == call }
    let waited = loop.now - waiter.since
    var failure = failure(
      waiter.attempt,
      .notStarted,
      "Server \"\(name)\" is still starting after \(FailureText.seconds(waited)). "
        + "This call was not sent."
    )
    failure.queued = waited
    finish(waiter, .failed(failure))
  }

  /// The process is ready: those who waited for it come in, in order.
  func admitArrivals() {
    let calls = arrivals
    arrivals.removeAll()
    for call in calls {
      guard var waiter = waiting.removeValue(forKey: call) else { continue }
      waiter.timer.map(loop.cancelTimer)
      waiter.timer = nil
      place(waiter, at: loop.now)
    }
  }
}
