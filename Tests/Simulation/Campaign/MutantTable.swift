/// Shows that every known defect is found, and after how many seeds.
enum MutantTable {
  private static let mostSeeds = 1000

  /// The first seed in which a rung of the simulation noticed.
  private struct Finding {
    var seed: UInt64
    var text: String
  }

  private struct Found {
    var actors: Finding?
    var core: Finding?
  }

  /// Returns the exit code.
  static func run() throws(SystemError) -> Int32 {
    let mutants = Mutant.allCases
    var found = [Found](repeating: Found(), count: mutants.count)
    var last: [Int: UInt64] = [:]
    var pool = try WorkerPool()
    let jobs = mutants.indices.map { index in
      WorkerPool.Job(
        name: index,
        arguments: [
          "--worker", "1", "\(mostSeeds)", "1", "1", "--mutant", mutants[index].rawValue,
        ]
      )
    }
    try pool.run(jobs) { job, line in
      switch line {
      case .began(let seed): last[job.name] = seed
      case .ended: last[job.name] = nil
      case .violation(let seed, Worker.core, let text):
        found[job.name].core = Finding(seed: seed, text: text)
      case .violation(let seed, let property, let text):
        found[job.name].actors = Finding(seed: seed, text: "\(property): \(text)")
      case .goal: break
      }
    } ended: { job in
      if let seed = last[job.name] {
        found[job.name].actors = Finding(seed: seed, text: "the program ended")
      }
      return nil
    }
    tell(mutants, found)
    return found.allSatisfy { $0.actors != nil || $0.core != nil } ? 0 : 1
  }

  private static func tell(_ mutants: [Mutant], _ found: [Found]) {
    Host.print("first seed that shows it: in the actors, in the pure decisions alone\n\n")
    for (mutant, found) in zip(mutants, found) {
      let name = mutant.rawValue
      let padding = String(repeating: " ", count: max(1, 26 - name.count))
      let numbers = number(found.actors) + number(found.core)
      let text = (found.actors ?? found.core)?.text ?? "SURVIVES \(mostSeeds) seeds"
      Host.print("\(name)\(padding)\(numbers)  \(text.prefix(60))\n")
    }
  }

  private static func number(_ finding: Finding?) -> String {
    let text = finding.map { "\($0.seed)" } ?? "-"
    return String(repeating: " ", count: max(0, 6 - text.count)) + text
  }
}
