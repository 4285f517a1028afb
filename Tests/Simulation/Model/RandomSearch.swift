/// Looks for a random sequence of steps that makes a machine go wrong, and shortens what it finds.
struct RandomSearch<M: Machine> {
  /// The machine after its last step.
  private(set) var machine: M
  /// Steps taken.
  private(set) var applied = 0
  /// What was found, so short that it needs each of its steps.
  private(set) var found: Counterexample<M.Step>?

  /// Takes up to so many random steps; the same ones for the same seed.
  init(seed: UInt64, longest: Int = 200) {
    var random = SeededRandom(seed: seed)
    let start = M(&random)
    machine = start
    var steps: [M.Step] = []
    for _ in 0...random.below(longest) {
      steps.append(M.draw(&random))
      applied += 1
      do throws(Discrepancy) {
        _ = try machine.apply(steps[steps.count - 1])
      } catch {
        found = Self.shortened(Counterexample(steps: steps, problem: error.text), from: start)
        return
      }
    }
  }

  /// Leaves out whatever can be left out: halves first, single steps last.
  static func shortened(
    _ example: Counterexample<M.Step>,
    from start: M
  ) -> Counterexample<M.Step> {
    var shortest = example
    var size = max(1, example.steps.count / 2)
    while true {
      let before = shortest.steps.count
      var index = 0
      while index < shortest.steps.count {
        var fewer = shortest.steps
        fewer.removeSubrange(index..<min(index + size, fewer.count))
        if let shorter = start.counterexample(fewer) {
          shortest = shorter
        } else {
          index += size
        }
      }
      if size == 1, shortest.steps.count == before { return shortest }
      size = max(1, size / 2)
    }
  }
}
