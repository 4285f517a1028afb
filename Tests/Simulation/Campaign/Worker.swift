/// Runs a share of the seeds and prints a line for each, for the process that started it.
///
/// It is a process of its own: a seed that brings the program down does not end the campaign.
struct Worker {
  let share: Options.Share
  let options: Options

  private enum Rung {
    case actors
    case core
  }

  /// What is said of a violation that the pure decisions show without any actor.
  static let core = "core"

  /// Seeds that are run twice, and once more in another process: one in a hundred.
  static func isReplayed(_ seed: UInt64) -> Bool { seed.isMultiple(of: 100) }

  func run() {
    Mutant.activate(options.mutant)
    var goals = GoalCounts()
    var found: Set<Rung> = []
    for index in 0..<share.count {
      let seed = share.first + index * share.stride
      // Said before it begins: whoever reads on knows which seed ended the process.
      Host.print("B \(seed)\n")
      let report = run(seed)
      Host.print(WorkerLine.seed(report).text)
      if Self.isReplayed(seed) {
        let again = run(seed)
        if again.hash != report.hash {
          Host.print(WorkerLine.violation(seed, "determinism", "a replay took another way").text)
        }
      }
      goals.add(report.goals)
      for (rung, violation) in [(Rung.actors, report.violation), (.core, coreViolation(seed))] {
        guard let violation, !share.stopsWhenFound || found.insert(rung).inserted else { continue }
        Host.print(WorkerLine.violation(seed, violation.property, violation.text).text)
      }
      if found.count == 2 { break }
    }
    for goal in Goal.allCases where goals[goal] > 0 {
      Host.print(WorkerLine.goal(goal, goals[goal]).text)
    }
  }

  /// The pure decisions first: they cost little.
  private func coreViolation(_ seed: UInt64) -> Violation? {
    CoreCheck(seed: seed).problem.map { Violation(property: Self.core, text: $0, at: .zero) }
  }

  private func run(_ seed: UInt64) -> Simulation.Report {
    Simulation(seed: seed, mask: options.mask, calls: options.calls).run()
  }
}

/// What a worker says, one line each.
enum WorkerLine {
  case began(UInt64)
  case ended(UInt64, turns: Int, milliseconds: Int, hash: UInt64)
  case violation(UInt64, String, String)
  case goal(Goal, Int)

  static func seed(_ report: Simulation.Report) -> WorkerLine {
    .ended(
      report.seed,
      turns: report.turns,
      milliseconds: Int(report.virtual.milliseconds),
      hash: report.hash
    )
  }

  var text: String {
    switch self {
    case .began(let seed): "B \(seed)\n"
    case .ended(let seed, let turns, let time, let hash): "S \(seed) \(turns) \(time) \(hash)\n"
    case .violation(let seed, let property, let text):
      "V \(seed) \(property) \(text.split(separator: "\n").joined(separator: " | "))\n"
    case .goal(let goal, let count): "G \(goal.rawValue) \(count)\n"
    }
  }

  init?(_ line: String) {
    let words = line.split(separator: " ", maxSplits: 4).map(String.init)
    switch words.first {
    case "B" where words.count == 2: self = .began(UInt64(words[1]) ?? 0)
    case "S" where words.count == 5:
      self = .ended(
        UInt64(words[1]) ?? 0,
        turns: Int(words[2]) ?? 0,
        milliseconds: Int(words[3]) ?? 0,
        hash: UInt64(words[4]) ?? 0
      )
    case "V" where words.count >= 4:
      self = .violation(UInt64(words[1]) ?? 0, words[2], words[3...].joined(separator: " "))
    case "G" where words.count == 3:
      guard let goal = Int(words[1]).flatMap(Goal.init) else { return nil }
      self = .goal(goal, Int(words[2]) ?? 0)
    default: return nil
    }
  }
}
