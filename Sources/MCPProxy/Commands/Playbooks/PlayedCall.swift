/// One call of a playbook and what became of it.
package struct PlayedCall: Sendable {
  package let id: String
  package let sent: Instant
  /// When the first reply came; `nil`: none did.
  package var replied: Instant?
  package var replies = 0
  /// When a new call can succeed, as far as the reply says.
  package var retryAfter: Int?
  /// Its line in the usage log.
  package var usage: CallUsage?
  /// How often stand-ins carried it out; `nil` with real servers.
  package var executions: Int?

  package init(id: String, sent: Instant) {
    self.id = id
    self.sent = sent
  }

  /// An unsafe call without an answer that was sent: all that can be said is that it may have run.
  package var mayHaveRun: Bool {
    guard let usage, usage.via == nil else { return false }
    return usage.certainty == "unknown" && !usage.isSafe
  }

  package var isAnswered: Bool { replies > 0 && usage?.via != nil }

  package var isTold: Bool { replies > 0 && retryAfter != nil }

  package var isHit: Bool { usage?.injected.isEmpty == false }
}
