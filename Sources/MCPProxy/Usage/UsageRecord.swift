/// One finished call, as docs/usage-log.md describes its line.
///
/// Values are kept as they are and written out when the client already has its answer. An object of
/// the loop: a value of this size would be copied on its way into the log.
package final class UsageRecord {
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

  /// Which endpoint answered.
  package enum Via: Sendable {
    case nobody
    /// The tool's own.
    case home
    /// Another; its name as a JSON string.
    case standIn([UInt8])
  }

  /// The request's bytes, and where among them its id stands.
  package let line: [UInt8]
  package let id: Range<Int>
  package let requestBytes: Int
  package let began: Instant
  /// When the answer had been handed to the system.
  package var finished = Instant.zero
  /// The name of the endpoint where the tool is at home, as a JSON string; empty: there is no such
  /// tool.
  package var endpoint: [UInt8] = []
  /// The tool's name as a JSON string.
  package var tool = UsageRecord.noName
  package var effect = Effect.unsafe
  package var status = Status.ok
  package var errorCode: Int?
  package var certainty = Certainty.answered
  package var attempts = AttemptNotes()
  /// Who answered.
  package var via = Via.nobody
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

  /// `id` is where the id stands in `line`; empty: there is none.
  package init(_ line: [UInt8], id: Range<Int>, bytes: Int, began: Instant) {
    self.line = line
    self.id = id
    requestBytes = bytes
    self.began = began
  }
}
