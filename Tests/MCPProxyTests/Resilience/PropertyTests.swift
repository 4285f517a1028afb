import MCPProxy
import Testing

/// Random and exhaustive sequences of steps for everything that has a model, compared with it after
/// every step.
@Suite struct PropertyTests {
  @Test(arguments: 0..<4)
  func `ten thousand random sequences of a breaker agree with the model`(part: Int) {
    var seen: Set<CircuitBreaker.Transition> = []
    for seed in (part * 2500)..<((part + 1) * 2500) {
      let search = RandomSearch<BreakerMachine>(seed: UInt64(seed))
      if let found = search.found {
        Issue.record("seed \(seed)\n\(found)")
        return
      }
      seen.formUnion(search.machine.seen)
    }
    // The sequences go everywhere, and nowhere else.
    for from in CircuitBreaker.StateKind.allCases {
      for to in CircuitBreaker.StateKind.allCases {
        let transition = CircuitBreaker.Transition(from: from, to: to)
        #expect(seen.contains(transition) == transition.isAllowed, "\(from) to \(to)")
      }
    }
  }

  @Test func `random sequences of a bucket agree with the model`() {
    PropertyTests.search(BucketMachine.self, seeds: 1000)
  }

  @Test func `random sequences of admissions agree with the model`() {
    PropertyTests.search(GuardsMachine.self, seeds: 1000)
  }

  @Test func `random sequences of calls that wait agree with the model`() {
    PropertyTests.search(WaitingMachine.self, seeds: 1000)
  }

  @Test func `random sequences of a process's life agree with the model`() {
    PropertyTests.search(LifeMachine.self, seeds: 2000)
  }

  @Test func `random sequences of requests in flight agree with the model`() {
    PropertyTests.search(InFlightMachine.self, seeds: 1000)
  }

  @Test func `random sequences of questions agree with the model`() {
    PropertyTests.search(QuestionsMachine.self, seeds: 300)
  }

  @Test func `random sequences of a retry budget agree with the model`() {
    PropertyTests.search(RetryBudgetMachine.self, seeds: 1000)
  }

  private static func search<M: Machine>(_ machine: M.Type, seeds: UInt64) {
    for seed in 0..<seeds {
      guard let found = RandomSearch<M>(seed: seed).found else { continue }
      Issue.record("seed \(seed)\n\(found)")
      return
    }
  }

  @Test(arguments: 0..<3)
  func `every short sequence of a breaker agrees with the model`(beginning: Int) {
    let machine = SmallScope.breaker[beginning].machine
    let expected: [CircuitBreaker.StateKind] = [.closed, .open, .halfOpen]
    #expect(machine.breaker.state.kind == expected[beginning])
    PropertyTests.searchAll(machine, SmallScope.breakerSteps, length: 6)
    PropertyTests.searchAll(machine, SmallScope.moreBreakerSteps, length: 4)
  }

  @Test func `every short sequence of a bucket and a retry budget does, too`() {
    PropertyTests.searchAll(SmallScope.bucket, SmallScope.bucketSteps, length: 5)
    PropertyTests.searchAll(SmallScope.retryBudget, SmallScope.retryBudgetSteps, length: 5)
  }

  @Test func `every short sequence of calls that wait does`() {
    PropertyTests.searchAll(SmallScope.waiting, SmallScope.waitingSteps, length: 4)
  }

  @Test func `every short sequence of a process's life does`() {
    PropertyTests.searchAll(SmallScope.life, SmallScope.lifeSteps, length: 5)
  }

  private static func searchAll<M: Machine>(_ machine: M, _ steps: [M.Step], length: Int) {
    var search = SequenceSearch<M>(steps)
    if let found = search.search(from: machine, length: length) { Issue.record("\(found)") }
  }

  @Test func `repeats, waits and outcomes are as specified for every small input`() {
    var tables = RuleTables()
    let problem = tables.check()
    #expect(problem == nil)
    #expect(tables.inputs > 10_000)
  }

  @Test(arguments: 1_000_000..<1_000_010 as Range<UInt64>)
  func `the simulation's lowest rung takes all of them at once`(seed: UInt64) {
    let check = CoreCheck(seed: seed)
    #expect(check.problem == nil)
    #expect(check.applied > 0)
  }

  // MARK: The searches themselves

  /// Wrong after three increments in a row.
  private struct Counting: Machine {
    enum Step { case increment, reset, nothing }

    var count = 0

    init(_ random: inout SeededRandom) {}

    static func draw(_ random: inout SeededRandom) -> Step {
      [.increment, .reset, .nothing][random.below(3)]
    }

    mutating func apply(_ step: Step) throws(Discrepancy) -> Bool {
      switch step {
      case .increment: count += 1
      case .reset: count = 0
      case .nothing: return false
      }
      try require(count < 3, "three")
      return true
    }
  }

  @Test func `what a random search finds is shortened to what it takes`() {
    let searches = (0..<20).map { RandomSearch<Counting>(seed: $0) }
    let found = searches.compactMap(\.found)
    #expect(found.count > 10)
    for example in found { #expect(example.steps == [.increment, .increment, .increment]) }
    #expect(searches.contains { $0.applied > 20 })
  }

  @Test func `a search through all sequences finds the one that is wrong`() {
    var random = SeededRandom(seed: 0)
    var search = SequenceSearch<Counting>([.nothing, .reset, .increment])
    let short = search.search(from: Counting(&random), length: 2)
    #expect(short == nil)
    // Two steps that count at each node, and one that does not and is not followed.
    #expect(search.applied == 3 + 2 * 3)
    let found = search.search(from: Counting(&random), length: 4)
    #expect(found?.steps == [.reset, .increment, .increment, .increment])
    #expect(found?.problem == "three")
  }
}
