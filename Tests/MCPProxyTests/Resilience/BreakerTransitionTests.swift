import MCPProxy
import Testing

@Suite struct BreakerTransitionTests {
  typealias Kind = CircuitBreaker.StateKind

  /// Everything that can happen to a breaker.
  enum Event: CaseIterable {
    case success, slowSuccess, failure, ignored, lateFailure, time
    case ownProbeGood, ownProbeBad, ownProbeIgnored, ownProbeLost
    case normal, forcedOpen, disabled, metricsOnly, newProcess
  }

  private static let policy: BreakerPolicy = {
    var policy = BreakerPolicy()
    policy.minCalls = 1
    policy.halfOpenCalls = 1
    policy.slow = .seconds(1)
    return policy
  }()

  /// The documented table: from each state, what each event leads to; not listed means no change.
  private static let table: [Kind: [Event: Kind]] = [
    .closed: [
      // The one call is in flight for too long.
      .time: .open,
      .failure: .open, .slowSuccess: .open, .newProcess: .closed, .forcedOpen: .forcedOpen,
      .disabled: .disabled, .metricsOnly: .metricsOnly,
    ],
    .open: [
      .ownProbeGood: .halfOpen, .ownProbeBad: .open, .ownProbeLost: .open,
      .newProcess: .closed, .forcedOpen: .forcedOpen, .disabled: .disabled,
      .metricsOnly: .metricsOnly,
    ],
    .halfOpen: [
      .success: .closed, .slowSuccess: .open, .failure: .open, .time: .open, .newProcess: .closed,
      .forcedOpen: .forcedOpen, .disabled: .disabled, .metricsOnly: .metricsOnly,
    ],
    .forcedOpen: [
      .normal: .closed, .disabled: .disabled, .metricsOnly: .metricsOnly,
      .newProcess: .forcedOpen,
    ],
    .disabled: [
      .normal: .closed, .forcedOpen: .forcedOpen, .metricsOnly: .metricsOnly,
      .newProcess: .disabled,
    ],
    .metricsOnly: [
      .normal: .closed, .forcedOpen: .forcedOpen, .disabled: .disabled,
      .newProcess: .metricsOnly,
    ],
  ]

  @Test(arguments: Kind.allCases, Event.allCases)
  func `each event leads from each state where the table says`(from: Kind, event: Event) {
    var breaker = BreakerTransitionTests.breaker(in: from)
    let late = BreakerTransitionTests.latePermit
    let permit = breaker.admit(at: at(0)).permit
    let generation = breaker.generation
    BreakerTransitionTests.apply(event, to: &breaker, permit: permit, late: late)
    let expected = BreakerTransitionTests.table[from]?[event]
    #expect(breaker.state.kind == expected ?? from)
    #expect(breaker.generation == generation + (expected == nil ? 0 : 1))
    if let expected {
      #expect(CircuitBreaker.Transition(from: from, to: expected).isAllowed)
      #expect(expected != .open || breaker.lastTrip != nil)
    }
  }

  @Test(arguments: Kind.allCases, Kind.allCases)
  func `exactly the pairs of the design are allowed`(from: Kind, to: Kind) {
    let forbidden: [Kind: [Kind]] = [
      .closed: [.halfOpen], .halfOpen: [.halfOpen],
      .forcedOpen: [.open, .halfOpen], .disabled: [.open, .halfOpen],
      .metricsOnly: [.open, .halfOpen],
    ]
    let isForbidden = forbidden[from]?.contains(to) ?? false
    #expect(CircuitBreaker.Transition(from: from, to: to).isAllowed != isForbidden)
  }

  /// A breaker in the state; half-open without a probe, open with its wait not over.
  private static func breaker(in kind: Kind) -> CircuitBreaker {
    var breaker = CircuitBreaker(policy: policy)
    switch kind {
    case .closed: break
    case .open: open(&breaker, at: at(0))
    case .halfOpen:
      open(&breaker, at: at(-100))
      if let probe = breaker.beginOwnProbe(at: at(-1)) {
        breaker.settleOwnProbe(probe, succeeded: true, at: at(0))
      }
    case .forcedOpen: breaker.setMode(.forcedOpen, at: at(0))
    case .disabled: breaker.setMode(.disabled, at: at(0))
    case .metricsOnly: breaker.setMode(.metricsOnly, at: at(0))
    }
    return breaker
  }

  private static func open(_ breaker: inout CircuitBreaker, at now: Instant) {
    guard let permit = breaker.admit(at: now).permit else { return }
    breaker.settle(permit, .failure, at: now)
  }

  private static var latePermit: Permit? {
    var other = CircuitBreaker(policy: policy, generation: 1000)
    return other.admit(at: at(0)).permit
  }

  private static func apply(
    _ event: Event,
    to breaker: inout CircuitBreaker,
    permit: Permit?,
    late: Permit?
  ) {
    func settle(_ permit: Permit?, _ verdict: Verdict, after seconds: Double) {
      if let permit { breaker.settle(permit, verdict, at: at(seconds)) }
    }
    switch event {
    case .success: settle(permit, .success, after: 1)
    case .slowSuccess: settle(permit, .success, after: 1.1)
    case .failure: settle(permit, .failure, after: 0.5)
    case .ignored: settle(permit, .ignored, after: 0.5)
    case .lateFailure: settle(late, .failure, after: 0.5)
    case .time: breaker.expire(at: at(15))
    case .ownProbeGood, .ownProbeBad, .ownProbeIgnored, .ownProbeLost:
      guard breaker.state.kind == .open, let own = breaker.beginOwnProbe(at: at(30)) else { return }
      switch event {
      case .ownProbeIgnored: breaker.settle(own, .ignored, at: at(31))
      case .ownProbeLost: breaker.expire(at: at(45))
      default: breaker.settleOwnProbe(own, succeeded: event == .ownProbeGood, at: at(31))
      }
    case .normal: breaker.setMode(.normal, at: at(0))
    case .forcedOpen: breaker.setMode(.forcedOpen, at: at(0))
    case .disabled: breaker.setMode(.disabled, at: at(0))
    case .metricsOnly: breaker.setMode(.metricsOnly, at: at(0))
    case .newProcess: breaker.reset()
    }
  }
}
