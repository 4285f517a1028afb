import MCPProxy

/// A child of the simulated system: what it makes of its input, and what waits in its pipes.
struct SimulatedProcess {
  enum Program {
    case server(ExampleSession)
    case reaper(ReaperLedger)
    /// Says where it looks for commands, and ends.
    case loginShell
  }

  private(set) var program: Program
  private(set) var output: [UInt8] = []
  /// Bytes of output, those that were read among them.
  private(set) var written = 0
  private(set) var exit: ExitStatus?
  var isReaped = false
  /// Lines of the executions since the last call of `takeLedger`.
  private var executions: [UInt8] = []
  private var partialLine: [UInt8] = []

  init(_ request: SpawnRequest) throws(SystemError) {
    switch request.executable {
    case "/shell":
      program = .loginShell
      output = Array("Welcome!\n__mcp_proxy_path__/bin:/login__mcp_proxy_path__\n".utf8)
      written = output.count
      exit = .code(0)
    case "/proxy": program = .reaper(ReaperLedger())
    default:
      guard let options = try? ExampleOptions(parsing: request.arguments.dropFirst()) else {
        throw SystemError("posix_spawn", 8)
      }
      program = .server(ExampleSession(options))
    }
  }

  var isServer: Bool {
    if case .server = program { true } else { false }
  }

  /// When it has something to do on its own.
  var nextDeadline: Instant? {
    guard exit == nil, case .server(let session) = program else { return nil }
    return session.nextDeadline
  }

  mutating func receive(_ bytes: some Sequence<UInt8>, at now: Instant) {
    switch program {
    case .loginShell: break
    case .reaper(var ledger):
      ledger.receive(bytes)
      program = .reaper(ledger)
    case .server(var session):
      partialLine += bytes
      while let newline = partialLine.firstIndex(of: 0x0A) {
        session.receive(Array(partialLine[..<newline]), at: now)
        partialLine.removeFirst(newline + 1)
      }
      collect(&session)
    }
  }

  mutating func endInput(at now: Instant) {
    guard exit == nil else { return }
    guard case .server(var session) = program else { return exit = .code(0) }
    session.receive(partialLine, at: now)
    partialLine = []
    session.endInput()
    collect(&session)
  }

  mutating func advance(to now: Instant) {
    guard exit == nil, case .server(var session) = program else { return }
    session.advance(to: now)
    collect(&session)
  }

  mutating func receive(_ signal: Signal) {
    if exit == nil { exit = .signal(signal == .kill ? 9 : 15) }
  }

  mutating func takeOutput(_ most: Int) -> [UInt8] {
    let taken = Array(output.prefix(most))
    output.removeFirst(taken.count)
    return taken
  }

  mutating func takeLedger() -> [UInt8] {
    defer { executions = [] }
    return executions
  }

  private mutating func collect(_ session: inout ExampleSession) {
    executions += session.ledger
    session.ledger = []
    let new = session.takeOutput()
    output += new
    written += new.count
    if let code = session.exitCode { exit = .code(code) }
    program = .server(session)
  }
}
