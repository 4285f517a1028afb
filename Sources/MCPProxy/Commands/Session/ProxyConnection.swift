import MCPProtocol

/// Why talking to a proxy ends early.
enum ConnectionProblem: Error {
  /// For the user.
  case failed(String)
  /// Ctrl-C and its like.
  case interrupted(Signal)
}

/// The client's side of a proxy in a process of its own.
struct ProxyConnection {
  /// How long an answer may take; each takes milliseconds.
  static let patience = TimeSpan.seconds(10)

  private enum Token: UInt64 {
    case output
    case error
  }

  private let kernel: PosixKernel
  private let child: SpawnedProcess
  private var inputIsOpen = true
  private var open: Set<Token> = []
  private var lines = LineBuffer(limit: 1 << 20)
  private var complaints = ErrorTail()
  private var exit: ExitStatus?
  private var signals: [Signal] = []

  /// The first signal that came to end us.
  var interruption: Signal? { signals.first }

  init(_ kernel: PosixKernel, _ request: SpawnRequest) throws(SystemError) {
    self.kernel = kernel
    child = try kernel.spawn(request)
    for (token, descriptor) in [(Token.output, child.output), (.error, child.error)] {
      guard let descriptor else { continue }
      do throws(SystemError) {
        try kernel.watch(descriptor, token: token.rawValue, .reading)
      } catch {
        kernel.signal(child.process, .kill)
        throw error
      }
      open.insert(token)
    }
  }

  // MARK: Talking

  func send(_ line: String) throws(ConnectionProblem) {
    let bytes = Array("\(line)\n".utf8)
    // The proxy reads at once, and what is sent together is less than a pipe holds.
    guard kernel.write(child.input, bytes, 0..<bytes.count) == .bytes(bytes.count) else {
      throw .failed("mcp-proxy run does not read what it is sent" + lastComplaint)
    }
  }

  /// The answer to the request with this id; everything else that comes is passed over.
  mutating func answer(to id: String) throws(ConnectionProblem) -> ProxyAnswer {
    let deadline = kernel.now() + Self.patience
    while true {
      guard let answer = try nextAnswer(until: deadline) else {
        let seconds = FailureText.seconds(Self.patience)
        throw .failed("no answer to request \(id) within \(seconds)" + lastComplaint)
      }
      if answer.id == id { return answer }
    }
  }

  /// The next answer, whatever its request; `nil` if none comes before the deadline.
  mutating func nextAnswer(until deadline: Instant) throws(ConnectionProblem) -> ProxyAnswer? {
    while true {
      while let line = lines.next() {
        guard case .whole(let range) = line else { continue }
        if let answer = ProxyAnswer(Array(lines.storage[range])) { return answer }
      }
      if let interruption { throw .interrupted(interruption) }
      guard open.contains(.output) else {
        throw .failed("mcp-proxy run ended before it answered everything" + lastComplaint)
      }
      guard kernel.now() < deadline else { return nil }
      wait(until: deadline)
    }
  }

  private var lastComplaint: String {
    complaints.lastLine.map { "; its last message: \($0)" } ?? ""
  }

  private mutating func wait(until deadline: Instant) {
    var events: [Readiness] = []
    kernel.wait(until: deadline, &events)
    for event in events {
      if let signal = event.signal {
        receive(signal)
      } else if let token = Token(rawValue: event.token) {
        read(token)
      }
    }
  }

  private mutating func receive(_ signal: Signal) {
    guard signal == .childExited else { return signals.append(signal) }
    while let ended = kernel.reap() {
      if ended.process == child.process { exit = ended.status }
    }
  }

  private mutating func read(_ token: Token) {
    guard let descriptor = token == .output ? child.output : child.error else { return }
    let transfer: Transfer
    if token == .output {
      let room = lines.makeRoom()
      transfer = lines.fill { kernel.read(descriptor, into: &$0, at: room) }
      if case .bytes(let count) = transfer { lines.commit(count) }
    } else {
      var buffer = [UInt8](repeating: 0, count: 4096)
      transfer = kernel.read(descriptor, into: &buffer, at: 0..<buffer.count)
      if case .bytes(let count) = transfer { complaints.append(buffer[..<count]) }
    }
    switch transfer {
    case .bytes, .wouldBlock: break
    case .end, .failed: close(token, descriptor)
    }
  }

  // MARK: Ending

  /// Ends the proxy.
  ///
  /// By the end of its input; if that is not enough, or `isHurried`, by asking; if that is not
  /// enough, by force. Its reaper ends what is left then.
  ///
  /// - Returns: How it ended; `nil` if it did not.
  mutating func end(isHurried: Bool) -> ExitStatus? {
    if inputIsOpen { kernel.close(child.input) }
    inputIsOpen = false
    if !isHurried { awaitExit(.seconds(3)) }
    if exit == nil {
      kernel.signal(child.process, .terminate)
      awaitExit(.seconds(3))
    }
    if exit == nil {
      kernel.signal(child.process, .kill)
      awaitExit(.seconds(1))
    }
    if let output = child.output { close(.output, output) }
    if let error = child.error { close(.error, error) }
    return exit
  }

  /// Waits so long at most, and not after another signal: whoever sends one wants it faster.
  private mutating func awaitExit(_ span: TimeSpan) {
    let deadline = kernel.now() + span
    let known = signals.count
    while exit == nil, signals.count == known, kernel.now() < deadline { wait(until: deadline) }
  }

  private mutating func close(_ token: Token, _ descriptor: Descriptor) {
    guard open.remove(token) != nil else { return }
    kernel.unwatch(descriptor)
    kernel.close(descriptor)
  }
}
