/// Takes every sequence of steps of the pure decisions up to a length, and prints what that was.
///
/// It proves the small core rather than samples it; how far is a matter of seconds in a release
/// build.
struct ExhaustiveSearch {
  /// What went wrong, with the steps that lead there.
  private(set) var problem: String?

  mutating func run() {
    for (name, machine) in SmallScope.breaker {
      search("breaker, from \(name)", machine, SmallScope.breakerSteps, length: 12)
      search("breaker with operator, from \(name)", machine, SmallScope.moreBreakerSteps, length: 6)
    }
    search("token bucket", SmallScope.bucket, SmallScope.bucketSteps, length: 10)
    search("waiting", SmallScope.waiting, SmallScope.waitingSteps, length: 6)
    search("life", SmallScope.life, SmallScope.lifeSteps, length: 7)
    search("retry budget", SmallScope.retryBudget, SmallScope.retryBudgetSteps, length: 10)
    var tables = RuleTables()
    let wrong = tables.check()
    problem = problem ?? wrong
    print("rules without a state: \(tables.inputs) inputs")
  }

  private mutating func search<M: Machine>(
    _ name: String,
    _ machine: M,
    _ steps: [M.Step],
    length: Int
  ) {
    guard problem == nil else { return }
    let clock = ContinuousClock()
    var search = SequenceSearch<M>(steps)
    let span = clock.measure {
      problem = search.search(from: machine, length: length).map { "\(name):\n\($0)" }
    }
    let sequences = (1...length).reduce(0) { sum, _ in (sum + 1) * steps.count }
    print(
      "\(name): \(steps.count) steps, up to \(length) of them: \(sequences) sequences, "
        + "\(search.applied) steps taken, \(span)"
    )
  }
}

/// Whether every sequence is right; what was looked at, and the first that is not, are printed.
func runExhaustiveSearch() -> Bool {
  var search = ExhaustiveSearch()
  search.run()
  if let problem = search.problem { print(problem) }
  return search.problem == nil
}
