import MCPProxy
import Testing

@Suite struct BreakerModelTests {
  /// Small limits, so that short sequences reach every rule.
  private static func policy(_ random: inout SeededRandom) -> BreakerPolicy {
    var policy = BreakerPolicy()
    policy.minCalls = 1 + random.below(5)
    policy.window = policy.minCalls + random.below(6)
    policy.failureRate = [nil, 0.3, 0.5, 1.1][random.below(4)]
    policy.consecutive = [nil, 2, 3, 5, 12][random.below(5)]
    policy.slow = [nil, .seconds(1), .seconds(5)][random.below(3)]
    policy.slowRate = [nil, 0.5, 1, 1.5][random.below(4)]
    policy.halfOpenCalls = 1 + random.below(4)
    return policy
  }

  private static func span(_ random: inout SeededRandom, isJump: Bool) -> TimeSpan {
    if isJump { return .milliseconds(Int64(random.below(90_000))) }
    // Whole seconds often, so that deadlines are met to the nanosecond.
    return random.chance(50)
      ? .seconds(Int64(random.below(8))) : .milliseconds(Int64(random.below(4000)))
  }

  private static func rule(_ random: inout SeededRandom) -> BreakerHarness.Rule {
    switch random.below(100) {
    case 0..<32: .admit
    case 32..<42: .succeed
    case 42..<62: .fail
    case 62..<67: .cancel
    case 67..<69: .repeatResult
    case 69..<71: .excuse
    case 71..<84: .advance
    case 84..<89: .jump
    case 89..<92: .toDeadline
    case 92..<93: .expire
    case 93..<97: .beginOwnProbe
    case 97..<99: .mode
    default: random.chance(40) ? .reset : .admit
    }
  }

  @Test(arguments: 0..<4)
  func `ten thousand random sequences agree with the model and keep every promise`(part: Int) {
    var seen: Set<CircuitBreaker.Transition> = []
    for seed in (part * 2500)..<((part + 1) * 2500) {
      var random = SeededRandom(seed: UInt64(seed))
      var harness = BreakerHarness(policy: BreakerModelTests.policy(&random))
      for step in 0..<(1 + random.below(200)) {
        let rule = BreakerModelTests.rule(&random)
        let problem = harness.apply(
          rule,
          pick: random.below(1000),
          span: BreakerModelTests.span(&random, isJump: rule == .jump),
          slowExempt: random.chance(10),
          pausedFor: .milliseconds(random.chance(10) ? 3000 : 0)
        )
        if let problem {
          Issue.record("seed \(seed), step \(step), \(rule): \(problem)")
          return
        }
      }
      seen.formUnion(harness.seen)
    }
    let kinds = CircuitBreaker.StateKind.allCases
    for from in kinds {
      for to in kinds {
        let transition = CircuitBreaker.Transition(from: from, to: to)
        #expect(seen.contains(transition) == transition.isAllowed, "\(from) to \(to)")
      }
    }
  }

  @Test(arguments: [(0, 7), (4, 6)])
  func `every short sequence of six rules agrees with the model`(prefix: Int, depth: Int) {
    var policy = BreakerPolicy()
    policy.minCalls = 2
    policy.window = 3
    policy.consecutive = nil
    policy.halfOpenCalls = 2
    policy.slow = .seconds(5)
    var harness = BreakerHarness(policy: policy)
    // From closed, and from open after two failures.
    for rule in [BreakerHarness.Rule.admit, .fail, .admit, .fail].prefix(prefix) {
      #expect(harness.apply(rule) == nil)
    }
    #expect(harness.breaker.state.kind == (prefix == 0 ? .closed : .open))
    var path: [BreakerHarness.Rule] = []
    #expect(BreakerModelTests.search(harness, depth: depth, path: &path) == nil)
  }

  private static func search(
    _ harness: BreakerHarness,
    depth: Int,
    path: inout [BreakerHarness.Rule]
  ) -> String? {
    guard depth > 0 else { return nil }
    for rule in [BreakerHarness.Rule.admit, .succeed, .fail, .cancel, .jump, .beginOwnProbe] {
      var next = harness
      path.append(rule)
      if let problem = next.apply(rule, span: .seconds(15)) { return "\(path): \(problem)" }
      if let problem = search(next, depth: depth - 1, path: &path) { return problem }
      path.removeLast()
    }
    return nil
  }
}
