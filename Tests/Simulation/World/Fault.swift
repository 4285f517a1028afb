/// The classes of what can go wrong; each can be switched off when a failing seed is made smaller.
enum Fault: Int, CaseIterable {
  // The child process
  case crash
  case crashLoop
  case slowStart
  case neverStarts
  case hang
  case hangTool
  case slow
  case late
  case twice
  case wrongID
  case errors
  case toolErrors
  case listChanges
  case progress
  case garbage
  case closedOutput
  case unreadInput
  case stderrFlood
  case stubborn
  case peacefulExit
  case questions
  // The client
  case cancels
  case oddRequests
  case slowClient
  case earlyEnd
  case bursts
  // The rest of the world
  case wallJumps
  case suspend
  case files
  case splits
  case reaperDeath
  case clog
  case bigResults
  case shuffle
  case operatorModes
  // Behind the others, so that the rates of those stay what they were
  case redeclares
  case earlyQuestions

  /// All of them, as bits.
  static let all = UInt64(1) << allCases.count - 1
  var bit: UInt64 { 1 << UInt64(rawValue) }
}

/// How often each class of fault strikes in one seed.
struct FaultMix {
  private var rates = [Double](repeating: 0, count: Fault.allCases.count)

  /// Draws a rate for each class, many of them zero; `mask` has the bits of the classes allowed.
  init(seed: UInt64, mask: UInt64) {
    var random = SeededRandom(seed: seed, stream: 2)
    // Some seeds are quiet, some have everything at once.
    let share = random.pick([0.1, 0.25, 0.25, 0.5, 0.8])
    for fault in Fault.allCases {
      // Drawn even if it is masked: switching off one class leaves the others as they are.
      // Megabytes cost time: few seeds have them.
      let strikes = random.chance(fault == .bigResults ? share * 0.05 : share)
      let rate = random.pick([0.02, 0.05, 0.1, 0.2, 0.4])
      if strikes, mask & fault.bit != 0 { rates[fault.rawValue] = rate }
    }
  }

  /// These always strike, the others never.
  init(_ faults: [Fault]) { for fault in faults { rates[fault.rawValue] = 1 } }

  subscript(fault: Fault) -> Double { rates[fault.rawValue] }

  /// The names of those that strike, for the story of a seed.
  var description: String {
    Fault.allCases.filter { self[$0] > 0 }.map { "\($0) \(self[$0])" }.joined(separator: ", ")
  }
}
