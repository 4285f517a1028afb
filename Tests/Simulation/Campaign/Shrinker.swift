/// Makes a failing seed smaller: fewer classes of faults, then fewer calls, the same property.
struct Shrinker {
  private(set) var mask: UInt64
  private(set) var calls: Int?
  private let seed: UInt64
  private var violation: Violation?

  init(seed: UInt64, mask: UInt64, calls: Int?) {
    self.seed = seed
    self.mask = mask
    self.calls = calls
    violation = Simulation(seed: seed, mask: mask, calls: calls).run().violation
    guard violation != nil else { return }
    for fault in Fault.allCases where self.mask & fault.bit != 0 {
      _ = accept(self.mask & ~fault.bit, self.calls)
    }
    var count = self.calls ?? Plan(seed: seed, mask: self.mask, calls: nil).calls
    while count > 0, accept(self.mask, count / 2) { count /= 2 }
  }

  private mutating func accept(_ mask: UInt64, _ calls: Int?) -> Bool {
    let other = Simulation(seed: seed, mask: mask, calls: calls).run().violation
    guard let other, other.property == violation?.property else { return false }
    self.mask = mask
    self.calls = calls
    violation = other
    return true
  }

  /// How to see it again.
  var text: String {
    guard let violation else { return "seed \(seed) passes when it is run alone\n" }
    var command = "simulate --seed \(seed) --faults 0x\(String(mask, radix: 16))"
    if let calls { command += " --calls \(calls)" }
    return "\n\(violation.property): \(violation.text)\n  \(command) --trace\n"
  }
}
