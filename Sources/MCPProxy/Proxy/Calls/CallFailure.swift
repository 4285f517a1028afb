import MCPProtocol

/// Why the proxy itself ended a call, in words for the model and in fields for programs.
///
/// Texts say what happened, whether the call ran and when to try again; they advise no detour
/// (docs/decisions/0005).
package struct CallFailure: Error, Sendable, Equatable {
  package typealias Reason = FailureReason

  package var reason: Reason
  package var endpoint: String
  package var tool: String
  package var certainty: Certainty
  package var text: String
  package var retryAfter: TimeSpan?
  /// The proxy refused it: no attempt was made.
  package var isRefusal: Bool { certainty == .notSent && !wasAttempted }
  /// It was refused only because another endpoint may take it: without one it would have waited.
  package var isForStandIn = false
  /// Bytes may have reached the endpoint, or a process was lost over it.
  package var wasAttempted = false
  /// The tool's effect at the endpoint that was tried.
  package var effect = Effect.safe
  /// How long the attempt waited for its place.
  package var queued = TimeSpan.zero
  /// The endpoint's breaker after it.
  package var breaker = BreakerWord.closed

  package init(
    _ reason: Reason,
    endpoint: String,
    tool: String,
    certainty: Certainty = .notSent,
    retryAfter: TimeSpan? = nil,
    text: String
  ) {
    self.reason = reason
    self.endpoint = endpoint
    self.tool = tool
    self.certainty = certainty
    self.retryAfter = retryAfter
    self.text = text
  }

  /// What an endpoint says of an attempt, in the words for the model.
  package init(_ failure: AttemptFailure, at endpoint: String, tool: String) {
    switch failure.cause {
    case .refused(let refusal):
      let told = FailureText.refusal(refusal, endpoint, tool)
      self.init(told.reason, endpoint: endpoint, tool: tool, retryAfter: told.wait, text: told.text)
      if case .restarting = refusal { isForStandIn = true }
    case .lost(let loss):
      let told = FailureText.loss(loss, endpoint, tool)
      self.init(told.reason, endpoint: endpoint, tool: tool, retryAfter: told.wait, text: told.text)
      wasAttempted = true
    }
    certainty = failure.certainty
    effect = failure.effect
    breaker = failure.breaker
    queued = failure.queued
  }
}
