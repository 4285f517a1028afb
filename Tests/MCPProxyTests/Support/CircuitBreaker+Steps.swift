import MCPProxy
import Testing

extension CircuitBreaker {
  /// Leave for a call; the test fails if it is refused.
  mutating func mustAdmit(at now: Instant) throws -> Permit {
    let permit = admit(at: now).permit
    return try #require(permit)
  }

  /// Leave for the own probe; the test fails if there is none.
  mutating func mustBeginOwnProbe(at now: Instant) throws -> Permit {
    let permit = beginOwnProbe(at: now)
    return try #require(permit)
  }

  /// A call that is admitted and ends at once, unless it is refused.
  mutating func run(_ verdict: Verdict, at now: Instant) {
    if let permit = admit(at: now).permit { settle(permit, verdict, at: now) }
  }
}

extension CircuitBreaker.Admission {
  /// The leave that was given, if it was.
  var permit: Permit? {
    if case .admitted(let permit) = self { permit } else { nil }
  }

  /// Why it was not.
  var refusal: CircuitBreaker.Refusal? {
    if case .refused(let refusal) = self { refusal } else { nil }
  }
}
