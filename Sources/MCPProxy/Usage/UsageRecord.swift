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

  package let message: ClientMessage?
  package let began: Instant
  /// When the answer had been handed to the system.
  package var finished = Instant.zero
  /// Where the tool is at home, if there is such a tool.
  package var endpoint: Int?
  /// The tool's name as a JSON string.
  package var tool = Self.noName
  package var effect = Effect.unsafe
  package var status = Status.ok
  package var errorCode: Int?
  package var certainty = Certainty.answered
  package var attempts = AttemptNotes()
  /// Who answered.
  package var via: Int?
  package var breaker = BreakerWord.closed
  package var queued = TimeSpan.zero
  /// Time at endpoints and with humans: not the proxy's.
  package var elsewhere = TimeSpan.zero
  package var answerBytes = 0
  package var cost: Double?
  package var costIsReported = false
  /// Faults injected into the attempts; written only where chaos is active.
  package var injected = InjectedModes()

  private static let noName = Array("\"\"".utf8)

  package init(_ message: ClientMessage?, began: Instant) {
    self.message = message
    self.began = began
  }

  package var requestBytes: Int { message?.length ?? 0 }
}
