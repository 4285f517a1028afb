extension CircuitBreaker {
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
