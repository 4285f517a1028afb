/// Whether a call may be attempted again, on the same endpoint or on its fallback.
///
/// The promise behind it: a call that is not declared safe is never carried out twice.
package enum RepeatRule {
  /// What the certainty of the last attempt and the effect of the call allow.
  package enum Permission: Sendable, Equatable {
    case yes
    /// The answer, whatever it says, is what the client gets.
    case returnAnswer
    /// The call may have run; the client is told so.
    case mayHaveRun
  }

  /// The last attempt and what is left of the call.
  package struct Situation: Sendable {
    package var effect: Effect
    package var certainty: Certainty
    /// Answered with JSON-RPC −32603, the one code that reports a failure of the server itself.
    package var isInternalError = false
    /// Refused by the proxy itself: no attempt was made.
    package var wasRefused = false
    /// The client has cancelled the call or is gone.
    package var isCancelled = false
    /// A part of the result has reached the client.
    package var hasForwarded = false
    package var timeLeft: TimeSpan
    /// Attempts made on the present endpoint, refusals not counted.
    package var attempts: Int
    /// Attempts made on all endpoints, refusals not counted.
    package var totalAttempts: Int

    package init(
      effect: Effect,
      certainty: Certainty,
      timeLeft: TimeSpan,
      attempts: Int,
      totalAttempts: Int
    ) {
      self.effect = effect
      self.certainty = certainty
      self.timeLeft = timeLeft
      self.attempts = attempts
      self.totalAttempts = totalAttempts
    }
  }

  /// What may be done next; the retry budget is asked last, because asking spends.
  package struct Decision: Sendable, Equatable {
    package var mayRetry: Bool
    package var mayFallBack: Bool
    /// Whether a repeat costs a token of the budget of the endpoint it goes to.
    package var costsToken: Bool
    /// What to tell the client if nothing is repeated.
    package var permission: Permission
  }

  /// Attempts of one call over all its endpoints.
  package static let mostAttempts = 4
  /// With less time left, a repeat could only end in another timeout.
  package static let leastTimeLeft = TimeSpan.milliseconds(250)

  /// The rule of effect and certainty alone.
  package static func permission(
    _ effect: Effect,
    _ certainty: Certainty,
    isInternalError: Bool
  ) -> Permission {
    switch (certainty, effect) {
    #if MUTANTS
    case (.unknown, .unsafe) where Mutant.isActive(.unsafeRepeated): .yes
    #endif
    case (.notSent, _), (.unknown, .safe): .yes
    case (.unknown, .unsafe): .mayHaveRun
    case (.answered, .safe): isInternalError ? .yes : .returnAnswer
    case (.answered, .unsafe): .returnAnswer
    }
  }

  /// Whether the call may be attempted again.
  ///
  /// A refusal by the proxy is not repeated on the endpoint that refused: its reason still holds.
  package static func decide(_ situation: Situation, policy: RetryPolicy) -> Decision {
    #if MUTANTS
    var policy = policy
    if Mutant.isActive(.oneAttemptTooMany) { policy.attempts += 1 }
    #endif
    let permission = permission(
      situation.effect,
      situation.certainty,
      isInternalError: situation.isInternalError
    )
    let mayRepeat =
      permission == .yes && !situation.isCancelled && !situation.hasForwarded
      && situation.timeLeft >= leastTimeLeft && situation.totalAttempts < mostAttempts
    return Decision(
      mayRetry: mayRepeat && !situation.wasRefused && situation.attempts < policy.attempts,
      mayFallBack: mayRepeat,
      costsToken: !situation.wasRefused,
      permission: permission
    )
  }
}
