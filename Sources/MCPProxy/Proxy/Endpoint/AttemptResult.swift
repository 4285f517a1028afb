import MCPProtocol

/// How an attempt ended.
package enum AttemptResult {
  case answered(Answer)
  indirect case failed(AttemptFailure)
  /// The client took the call back: nobody waits for an answer. It was sent, or it was not; so long
  /// it waited for its place.
  case cancelled(Certainty, queued: TimeSpan)
}

/// What an endpoint says of an attempt without an answer.
package struct AttemptFailure: Sendable {
  package enum Cause: Sendable, Equatable {
    /// It was not made.
    case refused(Refusal)
    case lost(Loss)
  }

  package let cause: Cause
  package let certainty: Certainty
  /// The tool's effect at the endpoint, as known now.
  package let effect: Effect
  /// The endpoint's breaker after it.
  package let breaker: BreakerWord
  /// How long it waited for its place.
  package var queued: TimeSpan

  package init(
    _ cause: Cause,
    _ certainty: Certainty = .notSent,
    effect: Effect,
    breaker: BreakerWord,
    queued: TimeSpan = .zero
  ) {
    self.cause = cause
    self.certainty = certainty
    self.effect = effect
    self.breaker = breaker
    self.queued = queued
  }
}

extension AttemptResult {
  /// The result with bytes of its own.
  package func kept() -> AttemptResult {
    if case .answered(let answer) = self { .answered(answer.kept()) } else { self }
  }
}
