import MCPProtocol

// What the calls in flight of a process that has ended are told.
extension Endpoint {
  /// Every call in flight is answered now: nobody else will.
  func failPending() {
    var isFirst = true
    for id in pending.ids {
      guard let request = pending.remove(id) else { continue }
      switch request {
      case .own(let own): answeredOwn(own, nil)
      case .call(let call):
        let wasSent = outbox.written >= call.frameEnd
        settle(call, wasSent ? .processEnded(isFirst: isFirst) : .writeFailed)
        isFirst = false
        finish(call, .failed(lost(call, wasSent: wasSent)))
      }
    }
  }

  private func lost(_ call: CallInFlight, wasSent: Bool) -> CallFailure {
    var failure = state == .stopping ? ended(call) : died(call)
    failure.certainty = wasSent ? .unknown : .notSent
    failure.wasAttempted = true
    failure.queued = call.queued
    return failure
  }

  /// The proxy itself has ended the process, to end with it.
  private func ended(_ call: CallInFlight) -> CallFailure {
    failure(call.attempt, .shuttingDown, FailureText.ended)
  }

  private func died(_ call: CallInFlight) -> CallFailure {
    let how = reasonToTell ?? process?.exit.map { "\($0)" } ?? "closed its output"
    let next = endedInPeace(process?.exit) ? nil : decideNextStart()
    var wait: TimeSpan?
    if case .crashed(let time) = next { wait = time }
    return failure(
      call.attempt,
      .serverDied,
      FailureText.died(name, how, next),
      retryAfter: wait
    )
  }

  /// Whether a process that was ready has ended by itself with nobody waiting for it: it is started
  /// again when it is needed.
  func endedInPeace(_ status: ExitStatus?) -> Bool { status == .code(0) && waiting.isEmpty }

  /// When the process that has ended is started again; decided once, so that what its calls are
  /// told is what happens.
  func decideNextStart() -> RestartTracker.Advice {
    let next = nextStart ?? restarts.ended(at: loop.now, random: loop.kernel.random())
    nextStart = next
    return next
  }
}
