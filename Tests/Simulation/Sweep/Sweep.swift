/// Lets the n-th call to the operating system fail, n = 1, 2, 3 …, until a session has none left to
/// fail, with all checks of the simulation (SQLite's method).
struct Sweep {
  private let options: Options
  private var counts: [SystemFault.Call: Int] = [:]
  private var runs = 0
  private var problems = 0

  init(_ options: Options) { self.options = options }

  /// Returns the exit code.
  mutating func run() -> Int32 {
    Mutant.activate(options.mutant)
    for scenario in SweepScenario.allCases {
      lookAtCalm(scenario)
      for mode in Self.modes(scenario) { sweep(mode) }
    }
    Host.print("\nruns \(runs), problems \(problems)\n\ncalls that failed:\n")
    for call in SystemFault.Call.allCases {
      let count = "\(counts[call] ?? 0)"
      let padding = String(repeating: " ", count: max(1, 10 - count.count))
      Host.print("\(padding)\(count)  \(call)\(counts[call] == nil ? "   NEVER" : "")\n")
    }
    return problems == 0 && counts.count == SystemFault.Call.allCases.count ? 0 : 1
  }

  /// One failure of each kind, two of them, failures without end, and those of one call.
  private static func modes(_ scenario: SweepScenario) -> [SystemFault] {
    func mode(_ change: (inout SystemFault) -> Void) -> SystemFault {
      var fault = SystemFault(scenario)
      change(&fault)
      return fault
    }
    return [.error, .again, .short].map { manner in mode { $0.manner = manner } }
      // What is done about the first failure fails, too.
      + [1, 2, 3, 5].map { gap in mode { $0.gap = gap } }
      + [mode { $0.lasts = true }]
      + SystemFault.Call.allCases.map { call in
        mode {
          $0.lasts = true
          $0.only = call
        }
      }
  }

  private mutating func sweep(_ mode: SystemFault) {
    var fault = mode
    while true {
      fault.number += 1
      let report = run(fault)
      if report.failed.isEmpty { return }
      for call in report.failed { counts[call, default: 0] += 1 }
    }
  }

  /// A session that does not do what it is there for would prove nothing.
  private mutating func lookAtCalm(_ scenario: SweepScenario) {
    let fault = SystemFault(scenario)
    let report = run(fault)
    for goal in scenario.goals where report.goals[goal] == 0 {
      tell(fault, "never seen: \(goal.text)")
    }
  }

  private mutating func run(_ fault: SystemFault) -> Simulation.Report {
    // Said before it begins: whoever reads on knows which one ended the process.
    if options.isTold { Host.print("\(fault)\n") }
    runs += 1
    let report = Simulation(fault).run()
    if let violation = report.violation { tell(fault, "\(violation.property): \(violation.text)") }
    return report
  }

  private mutating func tell(_ fault: SystemFault, _ text: String) {
    problems += 1
    guard problems <= 20 else { return }
    Host.print("\n\(text)\n  simulate --fault \(fault) --trace\n")
  }
}
