extension CircuitBreaker {
  /// What a breaker does with calls; three states are the operator's.
  package enum State: Sendable, Equatable {
    case closed
    case open(until: Instant)
    case halfOpen
    case forcedOpen
    case disabled
    case metricsOnly
  }

  /// A state without its data.
  package enum StateKind: Int, Sendable, CaseIterable {
    case closed
    case open
    case halfOpen
    case forcedOpen
    case disabled
    case metricsOnly

    /// Whether an operator put the breaker there; only an operator takes it out again.
    package var isOperators: Bool {
      switch self {
      case .closed, .open, .halfOpen: false
      case .forcedOpen, .disabled, .metricsOnly: true
      }
    }
  }

  /// A change of state; each one starts a new generation.
  package struct Transition: Sendable, Hashable {
    package let from: StateKind
    package let to: StateKind

    package init(from: StateKind, to: StateKind) {
      self.from = from
      self.to = to
    }

    /// Whether a breaker may ever do this.
    package var isAllowed: Bool { Transition.allowed[from.rawValue][to.rawValue] }

    /// A row for each state left, a column for each state entered, in the order of `StateKind`.
    ///
    /// The diagonal is a new beginning in the same state: a new child process, or an open wait that
    /// starts again because the own probe failed.
    private static let allowed: [[Bool]] = [
      // closed, open, halfOpen, forcedOpen, disabled, metricsOnly
      [true, true, false, true, true, true],
      [true, true, true, true, true, true],
      [true, true, false, true, true, true],
      [true, false, false, true, true, true],
      [true, false, false, true, true, true],
      [true, false, false, true, true, true],
    ]
  }
}

extension CircuitBreaker.State {
  /// The state an operator's mode begins with.
  init(mode: BreakerPolicy.Mode) {
    switch mode {
    case .normal: self = .closed
    case .forcedOpen: self = .forcedOpen
    case .disabled: self = .disabled
    case .metricsOnly: self = .metricsOnly
    }
  }

  /// The state without its data.
  package var kind: CircuitBreaker.StateKind {
    switch self {
    case .closed: .closed
    case .open: .open
    case .halfOpen: .halfOpen
    case .forcedOpen: .forcedOpen
    case .disabled: .disabled
    case .metricsOnly: .metricsOnly
    }
  }
}
