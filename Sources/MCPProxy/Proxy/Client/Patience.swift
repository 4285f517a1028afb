/// How long a client that has closed its side, and is behind, may read nothing.
package struct Patience: Sendable {
  private var running: (due: Instant, written: Int)?

  private static let span = TimeSpan.seconds(1)

  package init() {}

  /// Begins to wait, unless it waits; `written` is what the client had taken until now.
  package mutating func begin(written: Int, at now: Instant) {
    if running == nil { running = (now + Self.span, written) }
  }

  /// The client keeps up again.
  package mutating func end() { running = nil }

  package var nextDeadline: Instant? { running?.due }

  /// Whether it has read nothing for so long; if it has read something, the wait begins anew.
  package mutating func isOver(written: Int, at now: Instant) -> Bool {
    guard let present = running, present.due <= now else { return false }
    running = nil
    guard written > present.written else { return true }
    begin(written: written, at: now)
    return false
  }
}
