/// Starts the endpoints' processes, learns of their end and keeps the reaper informed.
package actor Launcher: LoopBound {
  package nonisolated let loop: EventLoop
  /// Bytes one line of an endpoint may have.
  package nonisolated let maxLine: Int
  private let environment: LaunchEnvironment
  private let finder: CommandFinder
  private let shell: LoginShell
  private let binary: String?
  private let log: Log
  private var owners: [Int32: Endpoint] = [:]
  private var reaper: SpawnedProcess?
  private var reaperTimer: EventLoop.TimerID?
  /// No sooner is another one started.
  private var nextReaper = Instant.zero
  /// Tries in a row that failed.
  private var failedReapers = 0
  private var groups: [Int32: UInt64] = [:]

  /// `binary` is this program, for running it as the reaper; `nil`: no reaper.
  package init(
    loop: EventLoop,
    environment: LaunchEnvironment,
    binary: String?,
    maxLine: Int,
    log: Log
  ) {
    self.loop = loop
    self.environment = environment
    self.binary = binary
    self.maxLine = maxLine
    self.log = log
    finder = CommandFinder(environment)
    shell = LoginShell(loop: loop, environment: environment)
  }

  func launch(
    _ command: Command,
    for endpoint: Endpoint
  ) async throws(LaunchError) -> sending EndpointProcess {
    keepReaper()
    let found: CommandFinder.Found
    if let given = try finder.find(command) {
      found = given
    } else {
      let loginPath = await shell.path(self)
      // The shell may have taken its time.
      if await endpoint.isStopping { throw LaunchError(text: "the proxy is shutting down") }
      found = try finder.findElsewhere(command, loginPath: loginPath)
    }
    var request = SpawnRequest(
      executable: found.path,
      arguments: command.arguments,
      environment: environment.variables(for: command, path: found.searchPath)
    )
    request.directory = command.directory
    let spawned: SpawnedProcess
    do {
      spawned = try start(request)
    } catch {
      throw LaunchError(launching: command, at: found.path, error, environment)
    }
    guard let output = spawned.output, let error = spawned.error else {
      throw LaunchError(text: "was started without pipes")
    }
    owners[spawned.process] = endpoint
    return EndpointProcess(
      id: spawned.process,
      input: spawned.input,
      output: output,
      error: error
    )
  }

  /// Starts a process whose group the reaper ends if we cannot.
  func start(_ request: SpawnRequest) throws(SystemError) -> SpawnedProcess {
    var request = request
    let (kernel, reaper) = (loop.kernel, reaper)
    request.whenPiped = { pipe in Self.tell(reaper, kernel, "~\(pipe)\n") }
    do throws(SystemError) {
      let spawned = try kernel.spawn(request)
      let startTime = kernel.startTime(spawned.process)
      groups[spawned.process] = startTime
      tellReaper("+\(spawned.process) \(startTime)\n")
      return spawned
    } catch {
      tellReaper("~0\n")
      throw error
    }
  }

  /// Nobody waits any more for what would be started.
  package func stop() async { await shell.stop() }

  /// Nothing of the group is left.
  package func buried(_ group: Int32) {
    guard groups.removeValue(forKey: group) != nil else { return }
    tellReaper("-\(group)\n")
  }

  /// Passes on the end of every child that has ended.
  package func reap() async {
    while let exited = loop.kernel.reap() {
      if exited.process == reaper?.process {
        reaper.map { loop.kernel.close($0.input) }
        reaper = nil
        if !groups.isEmpty { keepReaper() }
      } else if let owner = owners.removeValue(forKey: exited.process) {
        await owner.exited(exited.process, exited.status)
      }
    }
  }

  // MARK: The reaper

  /// A process of its own outlives us, however we die, and ends the groups we leave behind.
  private func keepReaper() {
    guard reaper == nil, reaperTimer == nil, let binary else { return }
    guard loop.now >= nextReaper else { return setReaperTimer() }
    do throws(SystemError) {
      reaper = try startReaper(binary)
      failedReapers = 0
      // One that ends at once is not started over and over.
      nextReaper = loop.now + Self.reaperPause
    } catch {
      // Without it the promise is weaker, but everything else works.
      if failedReapers == 0 {
        log.warn(
          "the reaper cannot be started: \(error); until it can, servers outlive a proxy that is "
            + "killed"
        )
      }
      let pause = Backoff.ceiling(
        base: Self.reaperPause,
        doublings: failedReapers,
        cap: Self.longestReaperPause
      )
      failedReapers += 1
      nextReaper = loop.now + pause
      setReaperTimer()
    }
  }

  private static let reaperPause = TimeSpan.seconds(1)
  private static let longestReaperPause = TimeSpan.seconds(30)

  private func startReaper(_ binary: String) throws(SystemError) -> SpawnedProcess {
    var request = SpawnRequest(executable: binary, arguments: ["--reaper"], environment: [])
    request.ownSession = true
    request.inputOnly = true
    // It knows what there is to end before it runs: we may be killed in any instant after that.
    let known = groups.sorted { $0.key < $1.key }
    request.firstInput = known.flatMap { Array("+\($0.key) \($0.value)\n".utf8) }
    do throws(SystemError) {
      return try loop.kernel.spawn(request)
    } catch {
      // Somebody has replaced or removed the file of the program that runs here.
      guard error.isNotFound, let image = Host.ownImage else { throw error }
      request.executable = image
      return try loop.kernel.spawn(request)
    }
  }

  private func setReaperTimer() {
    reaperTimer = loop.setTimer(at: nextReaper, owner: self, token: 0)
  }

  package func timerFired(_ token: UInt64) {
    reaperTimer = nil
    if !groups.isEmpty { keepReaper() }
  }

  private func tellReaper(_ line: String) { Self.tell(reaper, loop.kernel, line) }

  private static func tell(_ reaper: SpawnedProcess?, _ kernel: any Kernel, _ line: String) {
    guard let reaper else { return }
    // The pipe holds thousands of lines and the reaper reads at once: a short write means it died.
    _ = kernel.write(reaper.input, Array(line.utf8), 0..<line.utf8.count)
  }
}
