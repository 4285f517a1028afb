import Synchronization

/// What the watched guards report from inside the actors; one simulation at a time runs in a
/// process.
enum Witness {
  private struct State {
    var now = Instant.zero
    var problem: Violation?
    var goals: [Goal] = []
    var failures = 0
    var freshPermit: UInt64 = 0
    var lastPermit: UInt64 = 0
  }

  private static let state = Mutex(State())

  static func reset() { state.withLock { $0 = State() } }

  /// The monotonic time, whatever time a guard is given.
  static var now: Instant {
    get { state.withLock { $0.now } }
    set { state.withLock { $0.now = newValue } }
  }

  static func fail(_ property: String, _ text: String) {
    state.withLock { state in
      if state.problem == nil {
        state.problem = Violation(property: property, text: text, at: state.now)
      }
    }
  }

  static func saw(_ goal: Goal) { state.withLock { $0.goals.append(goal) } }

  /// Takes what was reported since the last turn.
  static func collect() -> (Violation?, [Goal]) {
    state.withLock { state in
      defer { state.goals.removeAll(keepingCapacity: true) }
      return (state.problem, state.goals)
    }
  }

  // MARK: Tokens and permits

  /// A permit was given to a call: a token may be spent for it.
  static func permitGiven() {
    state.withLock { state in
      state.lastPermit += 1
      state.freshPermit = state.lastPermit
    }
  }

  /// A token is spent: right after a permit was given, and once for it.
  static func tokenSpent() -> Bool {
    state.withLock { state in
      defer { state.freshPermit = 0 }
      return state.freshPermit != 0
    }
  }
}
