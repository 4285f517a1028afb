import MCPProtocol

/// One sending of a call to one endpoint.
///
/// An object, because it is handed on and kept by everything that deals with it.
package final class Attempt: Sendable {
  /// The call's number, for cancelling it.
  package let call: UInt64
  package let message: ClientMessage
  package let tool: ToolReference
  package let effect: Effect
  /// When to give up, unless progress is reported.
  package let deadline: Instant
  /// When to stop waiting for a process that comes up.
  package let startDeadline: Instant
  /// How far a report of progress moves the deadline.
  package let timeout: TimeSpan
  /// Where that ends.
  package let limit: Instant
  /// Whether it repeats an attempt and so costs a token of the retry budget.
  package let isRepeat: Bool
  /// Whether this endpoint may have carried the call out already: a repeat of that kind.
  package let mayHaveRun: Bool
  /// Whether another endpoint can take it: then there is no point in waiting for a dead one.
  package let hasAlternative: Bool
  /// Named in the result when it is not the endpoint the client asked for.
  package let servedBy: String?

  init(
    call: UInt64,
    message: ClientMessage,
    tool: ToolReference,
    effect: Effect,
    deadline: Instant,
    startDeadline: Instant,
    timeout: TimeSpan,
    limit: Instant,
    isRepeat: Bool = false,
    mayHaveRun: Bool = false,
    hasAlternative: Bool,
    servedBy: String? = nil
  ) {
    self.call = call
    self.message = message
    self.tool = tool
    self.effect = effect
    self.deadline = deadline
    self.startDeadline = startDeadline
    self.timeout = timeout
    self.limit = limit
    self.isRepeat = isRepeat
    self.mayHaveRun = mayHaveRun
    self.hasAlternative = hasAlternative
    self.servedBy = servedBy
  }
}

/// How an attempt ended.
package enum AttemptResult: Sendable {
  case answered(Answer)
  case failed(CallFailure)
  /// The client took the call back: nobody waits for an answer. It was sent, or it was not; so long
  /// it waited for its place.
  case cancelled(Certainty, queued: TimeSpan)
}
