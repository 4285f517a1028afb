/// One finished call, as docs/usage-log.md describes its line.
///
/// Values are kept as they are and written out when the client already has its answer.
package struct UsageRecord: Sendable {
  /// One sending to one endpoint, or its refusal.
  package struct AttemptNote: Sendable {
    package let endpoint: String
    package let duration: TimeSpan
    package let certainty: Certainty
    /// `nil`: answered.
    package let reason: CallFailure.Reason?
  }

  package var began = Instant.zero
  /// The client's id, as a JSON token of `line`.
  package var line: [UInt8] = []
  package var id: Range<Int> = 0..<0
  package var endpoint = ""
  package var tool = ""
  package var effect = Effect.unsafe
  package var status = "ok"
  package var errorCode: Int?
  package var certainty = Certainty.answered
  package var attempts: [AttemptNote] = []
  /// Who answered.
  package var via: String?
  package var breaker = "closed"
  package var queued = TimeSpan.zero
  /// Time at endpoints and with humans: not the proxy's.
  package var elsewhere = TimeSpan.zero
  package var answerBytes = 0
  package var cost: Double?
  package var costIsReported = false

  package init() {}
}
