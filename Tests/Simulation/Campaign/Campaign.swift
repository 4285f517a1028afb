/// Many seeds in two processes, and what they have found.
struct Campaign {
  private let options: Options
  private var seeds = 0
  private var turns = 0
  private var milliseconds = 0
  private var goals = GoalCounts()
  private var violations: [(seed: UInt64, property: String, text: String)] = []
  private var hashes: [UInt64: UInt64] = [:]
  private var replays = 0
  private var last: [Int: UInt64] = [:]

  init(_ options: Options) { self.options = options }

  /// Returns the exit code.
  mutating func run() throws(SystemError) -> Int32 {
    let began = kernelTime()
    guard Regressions.run() else { return 1 }
    var pool = try WorkerPool()
    var shares = shares()
    let jobs = shares.sorted { $0.key < $1.key }.map { job($0.key, $0.value) }
    var state = self
    try pool.run(jobs) { job, line in
      state.note(job, line)
    } ended: { job in
      state.ended(job, &shares)
    }
    self = state
    try replayElsewhere(&pool)
    report(seconds: Double(kernelTime() - began) / 1e9)
    shrink()
    return violations.isEmpty && goals.missing.isEmpty ? 0 : 1
  }

  /// Parts of 10,000 seeds, each for as many processes as run at a time.
  ///
  /// What a seed leaves in memory, 0.1 MB for actors that know each other, goes with its process.
  private func shares() -> [Int: Options.Share] {
    let (part, width) = (UInt64(10_000), UInt64(WorkerPool.width))
    var shares: [Int: Options.Share] = [:]
    for start in stride(from: 0, to: options.seeds, by: Int(part)) {
      let size = min(part, options.seeds - start)
      for index in 0..<min(width, size) {
        shares[shares.count] = Options.Share(
          first: options.from + start + index,
          count: (size - index + width - 1) / width,
          stride: width,
          stopsWhenFound: false
        )
      }
    }
    return shares
  }

  private func kernelTime() -> Int64 {
    (try? PosixKernel())?.now().nanoseconds ?? 0
  }

  private func job(_ name: Int, _ share: Options.Share) -> WorkerPool.Job {
    var arguments = ["--worker", "\(share.first)", "\(share.count)", "\(share.stride)", "0"]
    arguments += ["--faults", "\(options.mask)"]
    if let calls = options.calls { arguments += ["--calls", "\(calls)"] }
    if let mutant = options.mutant { arguments += ["--mutant", mutant.rawValue] }
    return WorkerPool.Job(name: name, arguments: arguments)
  }

  private mutating func note(_ job: WorkerPool.Job, _ line: WorkerLine) {
    switch line {
    case .began(let seed): last[job.name] = seed
    case .ended(let seed, let turns, let milliseconds, let hash):
      last[job.name] = nil
      seeds += 1
      self.turns += turns
      self.milliseconds += milliseconds
      if Worker.isReplayed(seed) { hashes[seed] = hash }
    case .violation(let seed, let property, let text): violations.append((seed, property, text))
    case .goal(let goal, let count): goals.add(goal, count)
    }
  }

  /// A worker that was in the middle of a seed was brought down by it; the rest goes on.
  private mutating func ended(
    _ job: WorkerPool.Job,
    _ shares: inout [Int: Options.Share]
  ) -> WorkerPool.Job? {
    guard let seed = last.removeValue(forKey: job.name), var share = shares[job.name] else {
      return nil
    }
    violations.append((seed, "crash", "the program ended in the middle of the seed"))
    let done = (seed - share.first) / share.stride + 1
    guard done < share.count else { return nil }
    share.first += done * share.stride
    share.count -= done
    shares[job.name] = share
    return self.job(job.name, share)
  }

  /// A second process must take the same way: nothing may hang on addresses or hash seeds.
  private mutating func replayElsewhere(_ pool: inout WorkerPool) throws(SystemError) {
    let first = (options.from + 99) / 100 * 100
    guard options.from + options.seeds > first else { return }
    let share = Options.Share(
      first: first,
      count: (options.from + options.seeds - 1 - first) / 100 + 1,
      stride: 100,
      stopsWhenFound: false
    )
    var differing: [UInt64] = []
    var count = 0
    let expected = hashes
    try pool.run([job(-1, share)]) { _, line in
      guard case .ended(let seed, _, _, let hash) = line else { return }
      count += 1
      if let known = expected[seed], known != hash { differing.append(seed) }
    } ended: { _ in
      nil
    }
    replays = count
    violations += differing.map { ($0, "determinism", "another process took another way") }
  }

  // MARK: Telling

  private func report(seconds: Double) {
    let rate = Double(seeds) / max(0.001, seconds)
    let virtual = Double(milliseconds) / 3_600_000
    Host.print(
      """
      seeds \(seeds), events \(turns), virtual time \(Int(virtual)) h, \
      violations \(violations.count), replays \(replays)
      \(Int(seconds * 10) / 10) s, \(Int(rate)) seeds/s

      """
    )
    Host.print("\nsometimes:\n")
    for goal in Goal.allCases {
      let count = "\(goals[goal])"
      let padding = String(repeating: " ", count: max(1, 10 - count.count))
      Host.print("\(padding)\(count)  \(goal.text)\(goals[goal] == 0 ? "   NEVER SEEN" : "")\n")
    }
    for violation in violations.sorted(by: { $0.seed < $1.seed }).prefix(50) {
      Host.print("\nSEED \(violation.seed): \(violation.property): \(violation.text)\n")
    }
  }

  /// The first few failures, made as small as they get.
  private func shrink() {
    for violation in violations.sorted(by: { $0.seed < $1.seed }).prefix(3)
    where violation.property != "crash" && violation.property != "determinism" {
      Mutant.activate(options.mutant)
      Host.print(Shrinker(seed: violation.seed, mask: options.mask, calls: options.calls).text)
    }
  }
}
