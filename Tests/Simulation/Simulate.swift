#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Reads the command line and runs what it asks for.
@main struct Simulate {
  static func main() {
    let options: Options
    do throws(Options.Problem) {
      options = try Options(Array(CommandLine.arguments.dropFirst()))
    } catch {
      Host.print("simulate: \(error.text)\n\n\(Options.help)", to: 2)
      exit(64)
    }
    do throws(SystemError) {
      exit(try run(options))
    } catch {
      Host.print("simulate: \(error)\n", to: 2)
      exit(74)
    }
  }

  private static func run(_ options: Options) throws(SystemError) -> Int32 {
    switch options.task {
    case .campaign:
      var campaign = Campaign(options)
      return try campaign.run()
    case .oneSeed(let seed): return one(seed, options)
    case .mutants: return try MutantTable.run()
    case .sweep:
      var sweep = Sweep(options)
      return sweep.run()
    case .oneFault(let fault): return one(fault, options)
    case .worker(let share):
      Worker(share: share, options: options).run()
      return 0
    case .help:
      Host.print(Options.help)
      return 0
    }
  }

  private static func one(_ fault: SystemFault, _ options: Options) -> Int32 {
    Mutant.activate(options.mutant)
    var simulation = Simulation(fault)
    simulation.isTold = options.isTold
    let report = simulation.run()
    let hash = String(report.hash, radix: 16)
    Host.print("\(fault): \(report.failed.count) calls failed, trace \(hash)\n")
    guard let violation = report.violation else { return 0 }
    Host.print("\(violation.property) at \(violation.at.nanoseconds) ns: \(violation.text)\n")
    return 1
  }

  private static func one(_ seed: UInt64, _ options: Options) -> Int32 {
    Mutant.activate(options.mutant)
    var simulation = Simulation(seed: seed, mask: options.mask, calls: options.calls)
    simulation.isTold = options.isTold
    let report = simulation.run()
    let hash = String(report.hash, radix: 16)
    Host.print(
      "seed \(seed): events \(report.turns), virtual \(report.virtual.seconds) s, trace \(hash)\n"
    )
    guard let violation = report.violation else { return 0 }
    Host.print("\(violation.property) at \(violation.at.nanoseconds) ns: \(violation.text)\n")
    if !options.isTold {
      Host.print(Shrinker(seed: seed, mask: options.mask, calls: options.calls).text)
    }
    return 1
  }
}
