/// A call of the story: what it shows, and how it must go for that.
package struct DemoStep: Equatable, Sendable {
  /// The id of the request.
  package let id: String
  package let title: String
  /// The courses (`CallUsage.course`) that are this story; every other is another one.
  package let courses: [String]

  private init(_ id: Int, _ title: String, _ courses: String...) {
    self.id = "\(id)"
    self.title = title
    self.courses = courses
  }

  /// In the order of the session.
  package static let all = [
    DemoStep(2, "A plain call", "notes"),
    DemoStep(3, "A call that changes something", "notes"),
    DemoStep(4, "A call whose price the server reports", "notes"),
    DemoStep(5, "Over the limit of one an hour: refused, never sent", Self.limited),
    DemoStep(6, "The server fails: the stand-in answers in the same call", Self.internalError),
    DemoStep(7, "It fails again", Self.internalError),
    DemoStep(8, "The third error in a row opens the breaker of this tool", Self.internalError),
    DemoStep(9, "Now notes is not even asked", "tool_open, notes-backup"),
    DemoStep(10, "Only that tool is cut off: the others still work", "notes"),
    DemoStep(11, "The server dies: safe to repeat, so the stand-in answers", Self.death),
    // A call that comes before the restart is turned away first and then waits for it.
    DemoStep(12, "notes was restarted and works again", "notes", "server_died, notes"),
    DemoStep(13, "It dies while it writes: nothing repeats such a call", Self.loss),
    // Whether the second restart is over by now is up to the machine.
    DemoStep(14, "The client is served meanwhile", Self.death, "notes"),
  ]

  private static let limited = "rate_limited, rejected_rate"
  private static let internalError = "internal_error, notes-backup"
  private static let death = "server_died, notes-backup"
  private static let loss = "server_died, unavailable"
}
