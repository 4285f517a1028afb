import MCPProtocol

// Calls that wait: for the process to come up, for a place, for a token. First come, first served;
// only who waits for a token of its own tool is passed by calls of others.
extension Endpoint {
  /// Lets in whoever can be let in, and turns away those whose time is up.
  func admitWaiting() {
    // Nearly always nobody waits, after an answer as at any other time.
    guard bulkhead.waiting > 0 || queueDeadline != nil else { return }
    repeat { admitInOrder() } while dropExpired()
    armQueueTimer()
  }

  private func admitInOrder() {
    let now = loop.now
    var tokenDue: Instant?
    var toolsWithoutToken: Set<Int> = []
    var position = 0
    queue: while state == .ready, let call = bulkhead[position], let waiter = waiting[call] {
      let attempt = waiter.attempt
      guard now < attempt.deadline, !toolsWithoutToken.contains(attempt.tool.index) else {
        position += 1
        continue
      }
      switch admit(attempt, since: waiter.since, at: now) {
      case .admitted(let permit, let toolPermit):
        _ = bulkhead.admit(position)
        waiting[call] = nil
        send(waiter, permit, toolPermit)
      case .refused(var failure):
        _ = bulkhead.cancel(call)
        waiting[call] = nil
        failure.queued = now - waiter.since
        finish(waiter, .failed(failure))
        // Whoever heard of it may have changed the queue.
        position = 0
      case .noToken(let due, let isOwn):
        tokenDue = min(tokenDue ?? due, due)
        guard isOwn else { break queue }
        toolsWithoutToken.insert(attempt.tool.index)
        position += 1
      case .noPlace: break queue
      }
    }
    tokenTimer.map(loop.cancelTimer)
    tokenTimer = tokenDue.map {
      loop.setTimer(at: $0, owner: self, token: EndpointTimer(.token).token)
    }
  }

  func armQueueTimer() {
    let deadline = bulkhead.nextDeadline
    guard deadline != queueDeadline else { return }
    queueTimer.map(loop.cancelTimer)
    queueDeadline = deadline
    queueTimer = deadline.map {
      loop.setTimer(at: $0, owner: self, token: EndpointTimer(.queue).token)
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

  /// Returns whether there was one.
  private func dropExpired() -> Bool {
    let now = loop.now
    var hasDropped = false
    while let dropped = bulkhead.dropExpired(at: now) {
      guard let waiter = waiting.removeValue(forKey: dropped.call) else { continue }
      hasDropped = true
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
    return hasDropped
  }

  /// The refusal of a call that waited while there was a place: a token did not come in time.
  private func missedToken(_ attempt: Attempt, at now: Instant) -> CallFailure? {
    guard bulkhead.hasPlace else { return nil }
    return shortage(attempt, at: now).map { rateLimited(attempt, $0) }
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

  /// The process is gone: who waited for a place waits for the next process now, and before those
  /// who came later.
  func returnToArrivals() {
    let calls = bulkhead.dismiss()
    for call in calls {
      let timer = waiting[call].map { startTimer($0.attempt) }
      waiting[call]?.timer = timer
    }
    arrivals = calls + arrivals
    armQueueTimer()
  }

  /// Runs while a call waits for the process to come up.
  func startTimer(_ attempt: Attempt) -> EventLoop.TimerID {
    let token = EndpointTimer(.waiting, attempt.call).token
    return loop.setTimer(at: attempt.startDeadline, owner: self, token: token)
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
