/// Asks the user's login shell for its PATH, once, and only when a command was not found.
///
/// It may print greetings and take its time: the answer stands between marks, and two seconds are
/// all it gets.
actor LoginShell: LoopBound {
  nonisolated let loop: EventLoop
  private let environment: LaunchEnvironment
  private var answer: String??
  private var waiter = Waiter()
  private var hasTimedOut = false
  /// Those who ask while the shell is being asked.
  private var followers: [Waiter] = []
  private var isAsking = false

  init(loop: EventLoop, environment: LaunchEnvironment) {
    self.loop = loop
    self.environment = environment
  }

  private static let mark = "__mcp_proxy_path__"
  private static let patience = TimeSpan.seconds(2)

  /// `nil` where there is no shell or it does not answer.
  func path() async -> String? {
    if let answer { return answer }
    if isAsking {
      await unsafe withUnsafeContinuation { continuation in
        var follower = Waiter()
        unsafe follower.wait(continuation)
        followers.append(follower)
      }
      return answer ?? nil
    }
    isAsking = true
    let found = await ask()
    answer = .some(found)
    let waiting = followers
    followers.removeAll()
    for var follower in waiting { follower.resume() }
    return found
  }

  private func ask() async -> String? {
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
    guard let process = try? loop.kernel.spawn(request), let output = process.output else {
      return nil
    }
    loop.kernel.close(process.input)
    let text = await readAll(output)
    loop.kernel.signal(process.process, .kill)
    loop.kernel.close(output)
    process.error.map(loop.kernel.close)
    let parts = text.split(separator: Self.mark, omittingEmptySubsequences: false)
    return parts.count >= 3 ? String(parts[1]) : nil
  }

  private func readAll(_ output: Descriptor) async -> String {
    let timer = loop.setTimer(at: loop.now + Self.patience, owner: self, token: 0)
    defer { loop.cancelTimer(timer) }
    guard let watch = try? loop.watch(output, .reading, owner: self, token: 0) else { return "" }
    defer { loop.unwatch(output, watch) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !hasTimedOut, text.count < 1 << 16 {
      await unsafe withUnsafeContinuation { unsafe waiter.wait($0) }
      switch loop.kernel.read(output, into: &buffer, at: 0..<buffer.count) {
      case .bytes(let count): text.append(contentsOf: buffer[..<count])
      case .wouldBlock: continue
      case .end, .failed: return String(decoding: text, as: UTF8.self)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  func descriptorReady(_ token: UInt64, _ interest: Interest) { waiter.resume() }

  func timerFired(_ token: UInt64) {
    hasTimedOut = true
    waiter.resume()
  }
}
