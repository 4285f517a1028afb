/// What fails in one run of a sweep: which calls to the operating system, and how.
struct SystemFault: CustomStringConvertible {
  /// The calls that can fail.
  enum Call: String, CaseIterable {
    case appendLines, directoryEntries, isCurrent, makeDirectories, openLog, read, readFile
    case replaceFile, rewatch, spawn, startTime, watch, write
  }

  /// What a call does instead of its work.
  enum Manner: String {
    /// It fails with the error that is the most likely of its kind.
    case error
    /// A read or write finds nothing to do, although it was announced.
    case again
    /// A read or write moves one byte.
    case short
  }

  let scenario: SweepScenario
  var manner = Manner.error
  /// Which call fails, counted from 1; 0: none.
  var number = 0
  /// Whether all later ones fail, too.
  var lasts = false
  /// Another one fails so many calls later; 0: none.
  var gap = 0
  /// Only these count and fail; `nil`: all.
  var only: Call?

  init(_ scenario: SweepScenario) { self.scenario = scenario }

  /// Reads what `description` writes; `nil` if it is something else.
  init?(_ text: String) {
    let parts = text.split(separator: ":").map(String.init)
    guard (3...4).contains(parts.count), let scenario = SweepScenario(rawValue: parts[0]),
      let manner = Manner(rawValue: parts[1])
    else { return nil }
    self.scenario = scenario
    self.manner = manner
    lasts = parts[2].hasSuffix("...")
    let numbers = parts[2].dropLast(lasts ? 3 : 0).split(separator: "+").map { Int($0) ?? -1 }
    guard (1...2).contains(numbers.count), numbers.allSatisfy({ $0 >= 0 }) else { return nil }
    number = numbers[0]
    gap = numbers.count == 2 ? numbers[1] : 0
    guard parts.count == 4 else { return }
    guard let call = Call(rawValue: parts[3]) else { return nil }
    only = call
  }

  /// As `--fault` takes it: the 17th call, the 17th and the 20th, the 17th and all later ones, the
  /// second read and all later ones.
  ///
  /// `patient:error:17`, `patient:error:17+3`, `patient:error:17...`, `patient:error:2...:read`
  var description: String {
    let more = lasts ? "..." : gap > 0 ? "+\(gap)" : ""
    return "\(scenario):\(manner):\(number)\(more)" + (only.map { ":\($0)" } ?? "")
  }

  /// Whether this call is one of those that fail; `count`: how many could have failed, this one
  /// included.
  func strikes(_ count: Int) -> Bool {
    count == number || lasts && count > number || gap > 0 && count == number + gap
  }
}
