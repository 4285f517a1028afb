/// Seeds that have failed once, run before all others for ever.
enum Regressions {
  struct Entry {
    let seed: UInt64
    let mask: UInt64
    let calls: Int?
  }

  /// False, and said which, if one fails again.
  static func run() -> Bool {
    var isClean = true
    for entry in entries {
      let simulation = Simulation(seed: entry.seed, mask: entry.mask, calls: entry.calls)
      guard let violation = simulation.run().violation else { continue }
      isClean = false
      Host.print("KEPT SEED \(entry.seed): \(violation.property): \(violation.text)\n")
    }
    return isClean
  }

  /// The lines of regressions.txt: seed, mask, calls (`-`: all), then what it was about.
  static var entries: [Entry] {
    let path = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    guard let kernel = try? PosixKernel(),
      let bytes = try? kernel.readFile("/\(path)/regressions.txt", limit: 1 << 20)
    else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count >= 3, let seed = UInt64(words[0]) else { return nil }
      let mask = UInt64(words[1].dropFirst(2), radix: 16) ?? Fault.all
      return Entry(seed: seed, mask: mask, calls: Int(words[2]))
    }
  }
}
