/// One finished call, as docs/usage-log.md describes its line.
///
/// Values are kept as they are and written out when the client already has its answer.
package struct UsageRecord: Sendable {
  /// What became of the call, in one word.
  package enum Status: String, Sendable {
    case ok
    /// The tool's own word for its failure.
    case toolError = "tool_error"
    case rpcError = "rpc_error"
    case timeout
    case cancelled
    case rejectedBreaker = "rejected_breaker"
    case rejectedRate = "rejected_rate"
    case rejectedBudget = "rejected_budget"
    case unavailable
  }

  /// One sending to one endpoint, or its refusal.
  package struct AttemptNote: Sendable {
    /// The endpoint's name as a JSON string.
    package let endpoint: [UInt8]
    package let duration: TimeSpan
    package let certainty: Certainty
    /// `nil`: answered.
    package let reason: CallFailure.Reason?
  }

  package let message: ClientMessage?
  package let began: Instant
  /// Names are JSON strings, quotes included.
  package var endpoint = Array("\"\"".utf8)
  package var tool = Array("\"\"".utf8)
  package var effect = Effect.unsafe
  package var status = Status.ok
  package var errorCode: Int?
  package var certainty = Certainty.answered
  package var attempts: [AttemptNote] = []
  /// Who answered.
  package var via: [UInt8]?
  package var breaker = BreakerWord.closed
  package var queued = TimeSpan.zero
  /// Time at endpoints and with humans: not the proxy's.
  package var elsewhere = TimeSpan.zero
  package var answerBytes = 0
  package var cost: Double?
  package var costIsReported = false

  package init(_ message: ClientMessage?, began: Instant) {
    self.message = message
    self.began = began
  }

  package var requestBytes: Int { message?.line.count ?? 0 }
}
