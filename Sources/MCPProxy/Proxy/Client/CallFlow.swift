import MCPProtocol

/// What is known of a call while it goes from endpoint to endpoint.
package struct CallFlow {
  package let number: UInt64
  package let message: ClientMessage
  package let route: Route
  package let began: Instant
  /// When the client is told that there is no answer; time with a human moves it.
  package var deadline: Instant
  /// The most harmful effect of what was tried.
  package var effect: Effect
  /// Attempts that were made, refusals not counted.
  package var attempts = 0
  /// What each endpoint said, the client's own choice first.
  package var failures: [CallFailure] = []
  /// An answer to be given unless a repeat brings a better one.
  package var answer: (answer: Answer, endpoint: Int)?
  /// No other endpoint can take it: it waits its turn, however long its endpoint takes.
  package private(set) var isAlone = false
  package var notes = AttemptNotes()
  package var queued = TimeSpan.zero
  package var elsewhere = TimeSpan.zero
  /// The breaker of the last endpoint that was tried.
  package var breaker = BreakerWord.closed

  package init(number: UInt64, _ message: ClientMessage, _ route: Route, began: Instant) {
    self.number = number
    self.message = message
    self.route = route
    effect = route.effect
    self.began = began
    deadline = began + route.timeout
  }

  /// Takes what a noted attempt came to.
  ///
  /// An effect that is worse than was believed holds for the attempts before it, too.
  package mutating func failed(_ failure: CallFailure, by endpoint: Int) {
    if failure.effect == .unsafe, mayHaveRun(at: endpoint) {
      effect = .unsafe
      for index in failures.indices where failures[index].endpoint == failure.endpoint {
        failures[index].effect = .unsafe
      }
    }
    failures.append(failure)
  }

  /// Whether the endpoint turned it away for the sake of a stand-in that there is not.
  package mutating func waitsAlone(for endpoint: String) -> Bool {
    let count = failures.count
    failures.removeAll { $0.isForStandIn && $0.endpoint == endpoint }
    guard failures.count < count else { return false }
    isAlone = true
    return true
  }

  /// Whether an attempt at the endpoint may have been carried out.
  package func mayHaveRun(at endpoint: Int) -> Bool {
    notes.contains { $0.endpoint == endpoint && $0.certainty != .notSent }
  }
}

/// A call whose first attempt brought no answer to give.
struct UnfinishedCall {
  let flow: CallFlow
  let result: AttemptResult
}

/// How a call ended.
enum CallOutcome {
  case answered(Answer, endpoint: Int)
  /// The first endpoint's reason; the others' go into the fields.
  case failed(CallFailure)
  case cancelled
}
