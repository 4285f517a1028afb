#if !MUTANTS
import MCPProxy
#endif

/// Beginnings and steps small enough for every sequence of them to be taken.
enum SmallScope {
  /// From closed, from open, and from half-open with one probe under way.
  static let breaker: [(name: String, machine: BreakerMachine)] = {
    var policy = BreakerPolicy()
    policy.minCalls = 2
    policy.window = 3
    policy.consecutive = nil
    policy.halfOpenCalls = 2
    policy.windowAge = .seconds(30)
    policy.slow = .seconds(5)
    let opening: [BreakerMachine.Rule] = [.admit, .fail, .admit, .fail]
    let probing: [BreakerMachine.Rule] = [.advance, .advance, .admit]
    return [
      ("closed", BreakerMachine(policy: policy)),
      ("open", BreakerMachine(policy: policy).after(opening)),
      ("half-open", BreakerMachine(policy: policy).after(opening + probing)),
    ]
  }()

  /// Time passes by half of the open wait, which is also what probes have.
  static let breakerSteps: [BreakerMachine.Step] =
    [.admit, .succeed, .fail, .cancel, .advance, .beginOwnProbe].map(BreakerMachine.step)

  /// The same, and what is rarer: the operator, a late result, a report of progress.
  static let moreBreakerSteps: [BreakerMachine.Step] =
    breakerSteps + [.askAndCommit, .repeatResult, .excuse, .reset].map(BreakerMachine.step)
    + (0..<4).map { BreakerMachine.Step(rule: .mode, pick: $0) } + [otherLimits]

  /// A smaller window, one probe, and no slow rule.
  private static let otherLimits: BreakerMachine.Step = {
    var policy = BreakerPolicy()
    policy.minCalls = 1
    policy.window = 2
    policy.windowAge = .seconds(30)
    policy.consecutive = 2
    policy.halfOpenCalls = 1
    return BreakerMachine.Step(rule: .update, policy: policy)
  }()

  static let bucket = BucketMachine(calls: 4, burst: 2)
  static let bucketSteps: [BucketMachine.Step] = [
    .take, .advance(8), .advance(17), .pause(20), .update(calls: 8, burst: 3),
    .update(calls: 4, burst: 1),
  ]

  static let life = LifeMachine()
  static let lifeSteps: [LifeMachine.Step] =
    [.demand, .launched, .launchFailed, .opened, .misbehaved, .outputEnded, .stop, .toDeadline]
    .map { LifeMachine.Step(event: $0) } + [
      LifeMachine.Step(event: .exited), LifeMachine.Step(event: .exited, status: .code(1)),
    ]

  static let retryBudget = RetryBudgetMachine(budget: 2, perSuccess: 250, perSecond: 125)
  static let retryBudgetSteps: [RetryBudgetMachine.Step] = [
    .withdraw, .deposit, .advance(seconds: 3), .advance(seconds: 60),
    .update(budget: 1, perSuccess: 500, perSecond: 0),
    .update(budget: 2, perSuccess: 250, perSecond: 125),
  ]

  static var waiting: WaitingMachine { WaitingMachine(max: 1, queue: 2) }
  static let waitingSteps: [WaitingMachine.Step] = [
    .arrive(tool: 0, time: .seconds(9), start: .seconds(3)),
    .arrive(tool: 1, time: .seconds(2), start: .seconds(4)), .take(0), .take(1), .cancel(0),
    .serve, .unserve, .removeExcess, .expectToken(after: .seconds(1)), .toDeadline,
    .update(max: 2, queue: 1),
  ]
}

extension BreakerMachine {
  fileprivate static func step(_ rule: Rule) -> Step { Step(rule: rule, span: .seconds(15)) }

  /// The machine after steps that are right; where one is not, the search finds it.
  fileprivate func after(_ rules: [Rule]) -> BreakerMachine {
    var machine = self
    for rule in rules { _ = try? machine.apply(Self.step(rule)) }
    return machine
  }
}
