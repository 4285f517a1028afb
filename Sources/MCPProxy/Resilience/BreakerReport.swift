extension CircuitBreaker {
  /// Why a breaker opened, for the message a user reads: "5 of the last 7 calls failed".
  package struct Trip: Sendable, Equatable {
    /// The rule that was broken.
    package enum Cause: String, Sendable, CaseIterable {
      case failureRate
      case slowRate
      case consecutive
      /// Too many half-open calls failed.
      case probeFailed
      /// A half-open call or the own probe had no result in time.
      case probeTimeout
      case ownProbeFailed
      case `operator`
    }

    package let cause: Cause
    /// The calls looked at, those in flight for too long included where slowness was the cause.
    package let calls: Int
    package let failures: Int
    package let slow: Int
    package let at: Instant
  }

  /// What a breaker has seen, for status and logs.
  package struct Counters: Sendable, Equatable {
    /// Results of calls that an older generation admitted.
    package var lateResults = 0
    /// Changes of state.
    package var transitions = 0
    /// Times a rule was broken; in metrics-only once for each excursion.
    package var trips = 0
    /// Outcomes in the window, as of the last event.
    package var calls = 0
    package var failures = 0
    package var slow = 0
    /// Admitted in this generation and not settled.
    package var inFlight = 0
  }
}
