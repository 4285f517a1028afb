/// Asks the user's login shell for its PATH, once, and only when a command was not found.
///
/// It may print greetings and take its time: the answer stands between marks, and two seconds are
/// all it gets.
actor LoginShell: LoopBound {
  nonisolated let loop: EventLoop
  private let environment: LaunchEnvironment
  private var hasAsked = false
  private var answer: String??
  /// Those who ask while the shell is being asked.
  private var waiting: [Waiter] = []
  private var running: Running?
  private var text = MarkedText(mark)
  private var buffer = [UInt8](repeating: 0, count: 4096)

  /// A shell that was started and whose output is read.
  private struct Running {
    let launcher: Launcher
    let process: Int32
    let output: Descriptor
    let watch: UInt64?
    let timer: EventLoop.TimerID
  }

  init(loop: EventLoop, environment: LaunchEnvironment) {
    self.loop = loop
    self.environment = environment
  }

  private static let mark = "__mcp_proxy_path__"
  private static let patience = TimeSpan.seconds(2)

  /// `nil` where there is no shell or it does not answer; `launcher` starts it.
  func path(_ launcher: Launcher) async -> String? {
    if !hasAsked { ask(launcher) }
    if answer == nil {
      await unsafe withUnsafeContinuation { continuation in
        var waiter = Waiter()
        unsafe waiter.wait(continuation)
        waiting.append(waiter)
      }
    }
    return answer ?? nil
  }

  /// Whoever waits gets no answer, and the shell ends.
  func stop() {
    hasAsked = true
    end()
  }

  private func ask(_ launcher: Launcher) {
    hasAsked = true
    guard let request, let process = launcher.onLoop(request, { try? $0.start($1) }),
      let output = process.output
    else { return settle(nil) }
    loop.kernel.close(process.input)
    let watch = try? loop.watch(output, .reading, owner: self, token: 0)
    running = Running(
      launcher: launcher,
      process: process.process,
      output: output,
      watch: watch,
      timer: loop.setTimer(at: loop.now + Self.patience, owner: self, token: 0)
    )
    if watch == nil { end() }
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
    switch loop.kernel.read(running.output, into: &buffer, at: 0..<buffer.count) {
    case .bytes(let count):
      // It is still read until it ends: killed now, it might leave half a history file.
      if answer == nil, let path = text.take(buffer[..<count]) { settle(path) }
    case .wouldBlock: break
    case .end, .failed: end()
    }
  }

  func timerFired(_ token: UInt64) { end() }

  private func settle(_ path: String?) {
    answer = .some(path)
    let waiting = waiting
    self.waiting.removeAll()
    for var waiter in waiting { waiter.resume() }
  }

  /// Ends what is left of the shell; what it has not answered by now, it never will.
  private func end() {
    if answer == nil { settle(nil) }
    guard let running else { return }
    self.running = nil
    loop.cancelTimer(running.timer)
    if let watch = running.watch { loop.unwatch(running.output, watch) }
    loop.kernel.signal(running.process, .kill)
    loop.kernel.close(running.output)
    // Nobody in a group survives that signal.
    running.launcher.onLoop(running.process) { $0.buried($1) }
  }
}
