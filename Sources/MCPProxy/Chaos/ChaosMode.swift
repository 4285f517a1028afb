/// What an injected fault does to a call (resilience: fault injection).
///
/// The raw value is the word of rules and of the usage log.
package enum ChaosMode: String, CaseIterable, Sendable {
  /// No fault: exempts what it matches from the rules behind it.
  case ok
  /// The answer is held back so long.
  case delay
  /// Fails in the endpoint's place; certainly not sent.
  case error
  /// The call never reaches the endpoint.
  case drop
  /// The answer drips in for so long; whatever the endpoint says meanwhile waits behind it.
  case slow
  /// The answer is replaced by a line that is no message.
  case garbage
  /// The answer ends half-way.
  case truncate
  /// The answer comes twice.
  case duplicate
  /// The answer has the id of no call.
  case wrongID = "wrong-id"
  /// The process is killed: before its answer comes in, or so long after the call was sent to it.
  case kill
  /// A megabyte on standard error besides the answer.
  case stderrFlood = "stderr-flood"
  /// Answered in the endpoint's place as an overloaded service does, with a time to come back.
  case tooMany = "429"

  /// The mode of a word as people write it.
  package init?(word: String) {
    switch word {
    case "latency": self = .delay
    case "dup": self = .duplicate
    case "wrongId": self = .wrongID
    case "stderrFlood": self = .stderrFlood
    default: self.init(rawValue: word)
    }
  }

  /// The duration where the rule names none; `nil`: the mode has none.
  package var standardSpan: TimeSpan? {
    switch self {
    case .delay, .slow, .tooMany: .seconds(1)
    case .kill: .zero
    default: nil
    }
  }

  /// Whether the mode does something to the answer that comes.
  package var changesAnswer: Bool {
    switch self {
    case .delay, .slow, .garbage, .truncate, .duplicate, .wrongID, .kill: true
    case .ok, .error, .drop, .stderrFlood, .tooMany: false
    }
  }

  /// Whether the mode also hits the proxy's own pings: a server that hangs answers nobody.
  package var hitsPings: Bool { self == .delay || self == .drop }
}

/// A fault that hits one call.
package struct ChaosFault: Equatable, Sendable {
  package let mode: ChaosMode
  /// What the mode does with it is said there.
  package let span: TimeSpan

  package init(_ mode: ChaosMode, _ span: TimeSpan) {
    self.mode = mode
    self.span = span
  }
}
