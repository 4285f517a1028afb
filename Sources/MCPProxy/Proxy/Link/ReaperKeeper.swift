/// Keeps the companion process that outlives us, however we die, and ends the groups we leave
/// behind.
struct ReaperKeeper: Sendable {
  private let kernel: any Kernel
  /// This program; nil: no reaper.
  private let binary: String?
  private let log: Log
  private var running: SpawnedProcess?
  /// No sooner is another one started.
  private var next = Instant.zero
  /// Tries in a row that failed.
  private var failures = 0
  /// The groups there are, with the time at which their leaders started.
  private var groups: [Int32: UInt64] = [:]

  private static let pause = TimeSpan.seconds(1)
  private static let longestPause = TimeSpan.seconds(30)

  init(_ kernel: any Kernel, binary: String?, log: Log) {
    self.kernel = kernel
    self.binary = binary
    self.log = log
  }

  /// The reaper's process, if it runs.
  var process: Int32? { running?.process }
  /// Whether there is anything to end.
  var isNeeded: Bool { !groups.isEmpty }

  /// Starts it unless it runs; returns when to try again, if it cannot be started now.
  mutating func keep(at now: Instant) -> Instant? {
    guard running == nil, let binary else { return nil }
    guard now >= next else { return next }
    do throws(SystemError) {
      running = try start(binary)
      failures = 0
      // One that ends at once is not started over and over.
      next = now + Self.pause
      return nil
    } catch {
      // Without it the promise is weaker, but everything else works.
      if failures == 0 {
        log.warn(
          "the reaper cannot be started: \(error); until it can, servers outlive a proxy that is "
            + "killed"
        )
      }
      next =
        now
        + Backoff.ceiling(base: Self.pause, doublings: failures, cap: Self.longestPause)
      failures += 1
      return next
    }
  }

  private func start(_ binary: String) throws(SystemError) -> SpawnedProcess {
    var request = SpawnRequest(executable: binary, arguments: ["--reaper"], environment: [])
    request.ownSession = true
    request.inputOnly = true
    // It knows what there is to end before it runs: we may be killed in any instant after that.
    let known = groups.sorted { $0.key < $1.key }
    request.firstInput = known.flatMap { Array("+\($0.key) \($0.value)\n".utf8) }
    do throws(SystemError) {
      return try kernel.spawn(request)
    } catch {
      // Somebody has replaced or removed the file of the program that runs here.
      guard error.isNotFound, let image = Host.ownImage else { throw error }
      request.executable = image
      return try kernel.spawn(request)
    }
  }

  /// It has ended.
  mutating func ended() {
    if let running { kernel.close(running.input) }
    running = nil
  }

  // MARK: What it is told

  /// For a process that is about to be started: tells of its pipe before there is a process.
  var expectation: @Sendable (UInt64) -> Void {
    { [running, kernel] pipe in Self.tell(running, kernel, "~\(pipe)\n") }
  }

  /// What was expected did not come.
  func expectNothing() { Self.tell(running, kernel, "~0\n") }

  /// A process leads a group now.
  mutating func born(_ process: Int32) {
    let startTime = kernel.startTime(process)
    groups[process] = startTime
    Self.tell(running, kernel, "+\(process) \(startTime)\n")
  }

  /// Nothing of a group is left.
  mutating func buried(_ group: Int32) {
    guard groups.removeValue(forKey: group) != nil else { return }
    Self.tell(running, kernel, "-\(group)\n")
  }

  private static func tell(_ reaper: SpawnedProcess?, _ kernel: any Kernel, _ line: String) {
    guard let reaper else { return }
    // The pipe holds thousands of lines and the reaper reads at once: a short write means it died.
    _ = kernel.write(reaper.input, Array(line.utf8), 0..<line.utf8.count)
  }
}
