/// Starts the servers' processes, learns of their end and keeps the reaper informed.
///
/// It knows no endpoint: whoever orders a process is told of it.
package actor Launcher: LoopBound {
  package nonisolated let loop: EventLoop
  /// Bytes one line of a server may have.
  package nonisolated let maxLine: Int
  private let environment: LaunchEnvironment
  private let finder: CommandFinder
  private let shell: LoginShell
  private var orders: [Int32: Order] = [:]
  private var reaper: ReaperKeeper
  private var timer = LoopTimer()

  /// A process to be started.
  package struct Order: Sendable {
    package let command: Command
    /// Called once what a launch had to wait for is known: it can be tried again.
    package let later: @Sendable () -> Void
    /// Called when the process has ended.
    package let ended: @Sendable (Int32, ExitStatus) -> Void

    package init(
      command: Command,
      later: @escaping @Sendable () -> Void,
      ended: @escaping @Sendable (Int32, ExitStatus) -> Void
    ) {
      self.command = command
      self.later = later
      self.ended = ended
    }
  }

  /// What became of an order.
  package enum Launch: Sendable {
    case started(Child)
    case failed(LaunchError)
    /// The login shell is asked where commands are.
    case later
  }

  /// A process that was started, and our ends of its pipes.
  package struct Child: Sendable {
    package let process: Int32
    package let input: Descriptor
    package let output: Descriptor
    package let error: Descriptor
  }

  /// `binary` is this program, for running it as the reaper; nil: no reaper.
  package init(
    loop: EventLoop,
    environment: LaunchEnvironment,
    binary: String?,
    maxLine: Int,
    log: Log
  ) {
    self.loop = loop
    self.environment = environment
    self.maxLine = maxLine
    finder = CommandFinder(environment)
    shell = LoginShell(loop: loop, environment: environment)
    reaper = ReaperKeeper(loop.kernel, binary: binary, log: log)
  }

  /// Starts what was ordered, if it is known where.
  package func launch(_ order: Order) -> Launch {
    keepReaper()
    let command = order.command
    do throws(LaunchError) {
      if let found = try finder.find(command) { return .started(try start(found, order)) }
      guard let answer = shell.onLoop((self, order.later), { $0.path($1.0, $1.1) })
      else { return .later }
      let found = try finder.findElsewhere(command, loginPath: answer.path)
      return .started(try start(found, order))
    } catch {
      return .failed(error)
    }
  }

  private func start(
    _ found: CommandFinder.Found,
    _ order: Order
  ) throws(LaunchError) -> Child {
    let command = order.command
    var request = SpawnRequest(
      executable: found.path,
      arguments: command.arguments,
      environment: environment.variables(for: command, path: found.searchPath)
    )
    request.directory = command.directory
    let spawned: SpawnedProcess
    do {
      spawned = try spawn(request)
    } catch {
      throw LaunchError(launching: command, at: found.path, error, environment)
    }
    guard let output = spawned.output, let error = spawned.error else {
      throw LaunchError(text: "was started without pipes")
    }
    orders[spawned.process] = order
    return Child(process: spawned.process, input: spawned.input, output: output, error: error)
  }

  /// Starts a process whose group the reaper ends if we cannot.
  func spawn(_ request: SpawnRequest) throws(SystemError) -> SpawnedProcess {
    var request = request
    request.whenPiped = reaper.expectation
    do throws(SystemError) {
      let spawned = try loop.kernel.spawn(request)
      reaper.born(spawned.process)
      return spawned
    } catch {
      reaper.expectNothing()
      throw error
    }
  }

  /// Nobody waits any more for what would be started.
  package func stop() { shell.onLoop(()) { shell, _ in shell.stop() } }

  /// Nothing of the group is left.
  package func buried(_ group: Int32) { reaper.buried(group) }

  /// Passes on the end of every child that has ended.
  package func reap() {
    while let exited = loop.kernel.reap() {
      if exited.process == reaper.process {
        reaper.ended()
        if reaper.isNeeded { keepReaper() }
      } else if let order = orders.removeValue(forKey: exited.process) {
        order.ended(exited.process, exited.status)
      }
    }
  }

  private func keepReaper() { timer.set(reaper.keep(at: loop.now), for: self) }

  package func timerFired() {
    timer.fired()
    if reaper.isNeeded { keepReaper() }
  }
}
