/// Asks the user's login shell for its PATH, once, and only when a command was not found.
///
/// It may print greetings and take its time: the answer stands between marks, and two seconds are
/// all it gets.
actor LoginShell: LoopBound {
  nonisolated let loop: EventLoop
  private let environment: LaunchEnvironment
  private var hasAsked = false
  private var answer: Answer?
  /// Those who ask while the shell is being asked.
  private var waiting: [@Sendable () -> Void] = []
  private var running: Running?
  private var text = MarkedText(mark)
  private var timer = LoopTimer()

  /// What the shell has said.
  struct Answer: Sendable {
    /// nil where there is no shell or it did not answer.
    let path: String?
  }

  /// A shell that was started and whose output is read.
  private struct Running {
    let launcher: Launcher
    let process: Int32
    var output: WatchedDescriptor
    let deadline: Instant
  }

  init(loop: EventLoop, environment: LaunchEnvironment) {
    self.loop = loop
    self.environment = environment
  }

  private static let mark = "__mcp_proxy_path__"
  private static let patience = TimeSpan.seconds(2)

  /// The answer; nil: the shell is asked by way of `launcher`, and `later` called with its answer.
  func path(_ launcher: Launcher, _ later: @escaping @Sendable () -> Void) -> Answer? {
    if !hasAsked { ask(launcher) }
    if answer == nil { waiting.append(later) }
    return answer
  }

  /// Whoever waits gets no answer, and the shell ends.
  func stop() {
    hasAsked = true
    end()
  }

  private func ask(_ launcher: Launcher) {
    hasAsked = true
    guard let request, let process = launcher.onLoop(request, { try? $0.spawn($1) }),
      let output = process.output
    else { return settle(nil) }
    loop.kernel.close(process.input)
    var watched = WatchedDescriptor(output)
    let isWatched = (try? watched.report(.reading, to: self, as: 0)) != nil
    let deadline = loop.now + Self.patience
    running = Running(
      launcher: launcher,
      process: process.process,
      output: watched,
      deadline: deadline
    )
    timer.set(deadline, for: self)
    if !isWatched { end() }
  }

  private var request: SpawnRequest? {
    guard let shell = environment.variables["SHELL"], environment.isExecutable(shell) else {
      return nil
    }
    let script = "printf '\(Self.mark)%s\(Self.mark)' \"$PATH\""
    var request = SpawnRequest(
      executable: shell,
      arguments: ["-ilc", script],
      environment: environment.variables(for: Command(shell), path: nil)
    )
    // An interactive shell would take the terminal, or be stopped for asking for it.
    request.ownSession = true
    request.dropsErrors = true
    return request
  }

  func descriptorReady(_ token: UInt64, _ interest: Interest) {
    guard let running else { return }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let output = running.output.descriptor
    switch loop.kernel.read(output, into: &buffer, at: 0..<buffer.count) {
    case .bytes(let count):
      // It is still read until it ends: killed now, it might leave half a history file.
      if answer == nil, let path = text.take(buffer[..<count]) { settle(path) }
    case .wouldBlock: break
    case .end, .failed: end()
    }
  }

  func timerFired() {
    timer.fired()
    guard let deadline = running?.deadline else { return }
    if deadline <= loop.now { end() } else { timer.set(deadline, for: self) }
  }

  private func settle(_ path: String?) {
    answer = Answer(path: path)
    let waiting = waiting
    self.waiting.removeAll()
    for later in waiting { later() }
  }

  /// Ends what is left of the shell; what it has not answered by now, it never will.
  private func end() {
    if var running {
      self.running = nil
      timer.cancel(loop)
      loop.kernel.signal(running.process, .kill)
      running.output.close(loop)
      // Nobody in a group survives that signal.
      running.launcher.onLoop(running.process) { $0.buried($1) }
    }
    if answer == nil { settle(nil) }
  }
}
