import Synchronization

/// Shuffles the jobs that are ready, from the seed; at probability 0 first come, first served.
final class SeededPicker: JobPicker {
  private let random: Mutex<SeededRandom>
  private let probability: Double

  init(seed: UInt64, probability: Double) {
    random = Mutex(SeededRandom(seed: seed, stream: 1))
    self.probability = probability
  }

  func order(_ jobs: inout [UnownedJob]) {
    guard probability > 0, jobs.count > 1 else { return }
    // Swaps are drawn first: the jobs themselves stay outside of the lock.
    let count = jobs.count
    let swaps = random.withLock { random -> [Int] in
      guard random.chance(probability) else { return [] }
      return (1..<count).map { random.below($0 + 1) }
    }
    for (index, other) in swaps.enumerated() { jobs.swapAt(index + 1, other) }
  }
}
