/// What the command line asks for.
struct Options {
  enum Task {
    case campaign
    case oneSeed(UInt64)
    case mutants
    case sweep
    /// One run of a sweep again.
    case oneFault(SystemFault)
    /// A share of a campaign, in a process of its own.
    case worker(Share)
    case help
  }

  /// Every `stride`-th seed from `first` on, `count` of them.
  struct Share {
    var first: UInt64
    var count: UInt64
    var stride: UInt64
    /// Whether it ends as soon as each rung has found a violation.
    var stopsWhenFound: Bool
  }

  var task = Task.campaign
  var seeds: UInt64 = 1000
  var from: UInt64 = 1
  var mutant: Mutant?
  var mask = Fault.all
  var calls: Int?
  var isTold = false

  struct Problem: Error { let text: String }

  static let help = """
    simulate: the production actors in a simulated world, checked after every event.

      simulate [--seeds N] [--from N]   a campaign of N seeds (1000), the kept ones first
      simulate --seed N [--trace]       one seed again; a failing one is made smaller
      simulate --mutants                every known defect must be found within 1,000 seeds
      simulate --sweep [--trace]        each call to the system fails in turn; or names each run
      simulate --fault FAULT [--trace]  one run of a sweep again

      --faults MASK   only these classes of faults (bits, 0x for hexadecimal)
      --calls N       as many calls in the chaos phase
      --mutant NAME   with this defect in the program
      --trace         tell the story of the seed

    Exit code 1: a property was violated, a goal never seen, a replay differed, a mutant survived,
    a call never failed.
    What is simulated and checked: docs/simulation.md.

    """

  init(_ arguments: [String]) throws(Problem) {
    var rest = arguments[...]
    while let name = rest.popFirst() {
      switch name {
      case "--seeds": seeds = try Self.number(name, rest.popFirst())
      case "--from": from = try Self.number(name, rest.popFirst())
      case "--seed": task = .oneSeed(try Self.number(name, rest.popFirst()))
      case "--mutants": task = .mutants
      case "--sweep": task = .sweep
      case "--fault": task = .oneFault(try Self.fault(rest.popFirst()))
      case "--mutant": mutant = try Self.mutant(rest.popFirst())
      case "--faults": mask = try Self.number(name, rest.popFirst())
      case "--calls": calls = Int(try Self.number(name, rest.popFirst()))
      case "--trace": isTold = true
      case "--worker":
        task = .worker(
          Share(
            first: try Self.number(name, rest.popFirst()),
            count: try Self.number(name, rest.popFirst()),
            stride: try Self.number(name, rest.popFirst()),
            stopsWhenFound: try Self.number(name, rest.popFirst()) == 1
          )
        )
      case "--help", "-h": task = .help
      default: throw Problem(text: "unknown option \(name)")
      }
    }
  }

  private static func number(_ name: String, _ text: String?) throws(Problem) -> UInt64 {
    let value = text.flatMap { text in
      text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
    }
    guard let value else { throw Problem(text: "\(name) needs a number, not \(text ?? "nothing")") }
    return value
  }

  private static func fault(_ text: String?) throws(Problem) -> SystemFault {
    guard let fault = text.flatMap(SystemFault.init) else {
      throw Problem(text: "--fault needs what a sweep prints, like patient:error:17")
    }
    return fault
  }

  private static func mutant(_ name: String?) throws(Problem) -> Mutant {
    guard let mutant = name.flatMap(Mutant.init) else {
      let names = Mutant.allCases.map(\.rawValue).joined(separator: ", ")
      throw Problem(text: "--mutant needs one of: \(names)")
    }
    return mutant
  }
}
