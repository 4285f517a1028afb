/// What a client knows of a list, and when it is told that it has changed.
package struct Announcement: Sendable {
  /// The list the client was last sent or told about; nil: none.
  private var known: Int?
  private var current: Int?
  private var due: Instant?

  /// Changes that come close together are announced once.
  private static let delay = TimeSpan.milliseconds(200)

  package init() {}

  /// The client is sent a list.
  package mutating func sent(_ mark: Int) {
    known = mark
    current = mark
  }

  /// The list may be another one now.
  package mutating func changed(to mark: Int, at now: Instant) {
    current = mark
    if let known, known != mark, due == nil { due = now + Self.delay }
  }

  package var nextDeadline: Instant? { due }

  /// Whether the client is to be told now; it may have changed back in the meantime.
  ///
  /// Not before it is ready; then it is told at once what could not be announced before.
  package mutating func isDue(isReady: Bool, at now: Instant) -> Bool {
    if let due, due <= now { self.due = nil }
    guard isReady, due == nil, let known, let current, known != current else { return false }
    self.known = current
    return true
  }
}
