/// SplitMix64: the same numbers for the same seed, on every machine.
struct SeededRandom: Sendable {
  private var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  /// A stream of its own for each purpose, so that drawing more in one changes no other.
  init(seed: UInt64, stream: UInt64) {
    var mixer = SeededRandom(seed: seed &* 0x9E37_79B9_7F4A_7C15 ^ stream)
    self.init(seed: mixer.next())
  }

  mutating func next() -> UInt64 { generator.next() }

  /// A number from 0 up to, not including, the limit.
  mutating func below(_ limit: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(limit)).high)
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + below(range.upperBound - range.lowerBound + 1)
  }

  /// True with this probability.
  mutating func chance(_ probability: Double) -> Bool {
    probability > 0 && Double(next() >> 11) / Double(1 << 53) < probability
  }

  mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

  /// A span between the two, short ones as likely as long ones.
  mutating func span(_ least: TimeSpan, _ most: TimeSpan) -> TimeSpan {
    var ceiling = least.nanoseconds
    while ceiling < most.nanoseconds, chance(0.75) { ceiling *= 2 }
    let top = min(max(ceiling, least.nanoseconds), most.nanoseconds)
    return TimeSpan(nanoseconds: least.nanoseconds + Int64(below(Int(top - least.nanoseconds) + 1)))
  }

  mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for index in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(index, below(index + 1))
    }
  }
}
