import MCPProtocol

/// A call of the client's that has no answer yet.
///
/// An object of the session's, changed in place while the call goes from step to step.
final class ClientCall {
  let id: RequestID
  /// A call that was sent on at once, without a task of its own.
  var direct: DirectCall?
  /// The array it came in, if it did.
  let batch: Int?
  /// Where it is being attempted.
  var endpoint: Int?
  var isCancelled = false
  /// The faults injected into its attempts, in their order.
  var injected = InjectedModes()
  /// The client's token for reports of progress, if it wants any.
  var progressToken: [UInt8]?
  /// The highest progress passed on; a fallback begins anew and must not go back.
  var progress = -Double.infinity
  var progressSent: Instant?
  /// The newest report that was held back so as not to flood the client.
  var heldProgress: [UInt8]?
  /// Set while it waits between two attempts.
  var sleeper = Waiter()
  var sleepTimer: EventLoop.TimerID?

  init(id: RequestID, batch: Int?) {
    self.id = id
    self.batch = batch
  }
}

/// An array of messages and the answers gathered for it (MCP 2025-03-26, batching).
struct Batch {
  /// Messages of the array that were not dealt with yet.
  var open: Int
  /// Answers that were not sent yet, as an array that is still open.
  private var answers: [UInt8] = []

  init(open: Int) { self.open = open }

  /// Whether an answer of so many bytes would make the array longer than clients take.
  func isFull(for bytes: Int) -> Bool {
    !answers.isEmpty && answers.count + bytes > Endpoint.longestAnswer
  }

  /// Adds an answer that comes with its line end.
  mutating func add(_ frame: [UInt8]) {
    answers.append(UInt8(ascii: answers.isEmpty ? "[" : ","))
    answers.append(contentsOf: frame.dropLast())
  }

  /// The line with all answers that were not sent yet; `nil` if there are none.
  mutating func takeLine() -> [UInt8]? {
    defer { answers = [] }
    return answers.isEmpty ? nil : answers + Array("]\n".utf8)
  }
}

/// The severities of log messages (RFC 5424), least first.
enum LogSeverity: Int, Comparable {
  case debug
  case info
  case notice
  case warning
  case error
  case critical
  case alert
  case emergency

  private static let names = [
    "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency",
  ]

  init?(_ name: String) {
    guard let rank = Self.names.firstIndex(of: name) else { return nil }
    self.init(rawValue: rank)
  }

  var name: String { Self.names[rawValue] }

  static func < (left: LogSeverity, right: LogSeverity) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// What is kept of a call that was sent on at once.
struct DirectCall {
  let message: ClientMessage
  let route: Route
  let began: Instant
}
