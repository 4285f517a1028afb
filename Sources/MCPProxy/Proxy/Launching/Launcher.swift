/// Starts the endpoints' processes, learns of their end and keeps the reaper informed.
package actor Launcher: LoopBound {
  package nonisolated let loop: EventLoop
  /// Bytes one line of an endpoint may have.
  package nonisolated let maxLine: Int
  private let environment: LaunchEnvironment
  private let finder: CommandFinder
  private let shell: LoginShell
  private let binary: String?
  private var owners: [Int32: Endpoint] = [:]
  private var reaper: SpawnedProcess?
  private var reaperTimer: EventLoop.TimerID?
  private var reaperStarted = Instant(nanoseconds: -1_000_000_000)
  private var groups: [Int32: UInt64] = [:]

  /// `binary` is this program, for running it as the reaper; `nil`: no reaper.
  package init(
    loop: EventLoop,
    environment: LaunchEnvironment,
    binary: String?,
    maxLine: Int
  ) {
    self.loop = loop
    self.environment = environment
    self.binary = binary
    self.maxLine = maxLine
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
      found = try finder.findElsewhere(command, loginPath: await shell.path())
      // The shell may have taken its time.
      if await endpoint.isStopping { throw LaunchError(text: "the proxy is shutting down") }
    }
    var request = SpawnRequest(
      executable: found.path,
      arguments: command.arguments,
      environment: environment.variables(for: command, path: found.searchPath)
    )
    request.directory = command.directory
    let (kernel, reaper) = (loop.kernel, reaper)
    request.whenPiped = { pipe in Self.tell(reaper, kernel, "~\(pipe)\n") }
    let spawned: SpawnedProcess
    do {
      spawned = try kernel.spawn(request)
    } catch {
      tellReaper("~0\n")
      throw LaunchError(launching: command, at: found.path, error)
    }
    guard let output = spawned.output, let error = spawned.error else {
      throw LaunchError(text: "was started without pipes")
    }
    owners[spawned.process] = endpoint
    groups[spawned.process] = loop.kernel.startTime(spawned.process)
    tellReaper("+\(spawned.process) \(groups[spawned.process] ?? 0)\n")
    return EndpointProcess(
      id: spawned.process,
      input: spawned.input,
      output: output,
      error: error
    )
  }

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
    guard reaper == nil, let binary else { return }
    let soonest = reaperStarted + .seconds(1)
    if loop.now < soonest {
      // One that ends at once is not started over and over.
      reaperTimer.map(loop.cancelTimer)
      reaperTimer = loop.setTimer(at: soonest, owner: self, token: 0)
      return
    }
    reaperStarted = loop.now
    var request = SpawnRequest(
      executable: binary,
      arguments: ["--reaper"],
      environment: []
    )
    request.ownSession = true
    request.inputOnly = true
    // It knows what there is to end before it runs: we may be killed in any instant after that.
    let known = groups.sorted { $0.key < $1.key }
    request.firstInput = known.flatMap { Array("+\($0.key) \($0.value)\n".utf8) }
    // Without it the promise is weaker, but everything else works.
    reaper = try? loop.kernel.spawn(request)
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

/// Why a process could not be launched; the text goes on from "Server cannot be started:".
package struct LaunchError: Error, Equatable, Sendable {
  package let text: String

  package init(text: String) { self.text = text }

  init(launching command: Command, at path: String, _ error: SystemError) {
    if let directory = command.directory, error.isNotFound {
      text = "\(path) or the folder \(directory) does not exist"
    } else {
      text = "\(path) did not start: \(error)"
    }
  }
}
