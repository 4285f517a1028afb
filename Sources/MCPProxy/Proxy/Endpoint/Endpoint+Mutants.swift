#if MUTANTS
// What the mutants of admission do; compiled for the simulation only.
extension Endpoint {
  /// The monotonic time moved by as much as the wall clock was set since the first admission.
  var wallTime: Instant {
    Instant(nanoseconds: loop.kernel.wallClock() - wallStart)
  }

  /// Asks the guards, lets other jobs run, and takes the place without asking again.
  func attemptInTwoSteps(_ attempt: Attempt) async -> AttemptResult {
    let since = loop.now
    guard case .admitted(let permit, let toolPermit) = admit(attempt, since: since, at: since)
    else {
      return await unsafe withUnsafeContinuation { unsafe receive(attempt, $0) }
    }
    await Task.yield()
    _ = bulkhead.enter()
    return await unsafe withUnsafeContinuation { continuation in
      let waiter = unsafe WaitingCall(
        attempt: attempt,
        since: since,
        timer: nil,
        completion: .task(continuation)
      )
      send(waiter, permit, toolPermit)
    }
  }
}
#endif
