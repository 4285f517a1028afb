extension CircuitBreaker {
  /// Asks for leave to make an attempt now, and takes it.
  ///
  /// After the open wait, if no own probe runs, the first call is the first half-open probe.
  package mutating func admit(at now: Instant) -> Admission {
    expire(at: now)
    if let refusal = refusal(at: now) { return .refused(refusal) }
    return .admitted(commit(at: now))
  }

  /// Ends an own probe: half-open after a success; after a failure open again, for longer.
  package mutating func settleOwnProbe(_ permit: Permit, succeeded: Bool, at now: Instant) {
    settle(permit, succeeded ? .success : .failure, at: now)
  }

  /// What a breaker says to an attempt.
  package enum Admission: Sendable, Equatable {
    case admitted(Permit)
    case refused(Refusal)
  }

  /// Why an attempt may not be made.
  package enum Refusal: Sendable, Equatable {
    case open(retryAfter: TimeSpan)
    /// All probes are under way; after this span one of them has failed at the latest.
    case probing(retryAfter: TimeSpan)
    case forcedOpen
  }
}
