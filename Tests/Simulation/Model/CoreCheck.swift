/// The pure decisions in one seed: a random sequence a machine, and the rules without a state.
///
/// The lowest rung of the simulation: no actors, no bytes, about 1 ms in a release build.
struct CoreCheck {
  /// Steps taken.
  private(set) var applied = 0
  /// What went wrong, with the steps that lead there.
  private(set) var problem: String?

  /// What is wrong with the rules without a state: the same for every seed, so looked at once.
  private static let rules: String? = {
    var tables = RuleTables()
    return tables.check()
  }()

  init(seed: UInt64) {
    problem = Self.rules
    run(BreakerMachine.self, seed)
    run(BucketMachine.self, seed)
    run(GuardsMachine.self, seed)
    run(InFlightMachine.self, seed)
    run(LifeMachine.self, seed)
    run(QuestionsMachine.self, seed)
    run(RetryBudgetMachine.self, seed)
    run(WaitingMachine.self, seed)
  }

  private mutating func run<M: Machine>(_ machine: M.Type, _ seed: UInt64) {
    guard problem == nil else { return }
    let search = RandomSearch<M>(seed: seed)
    applied += search.applied
    problem = search.found.map { "\(machine):\n\($0)" }
  }
}
