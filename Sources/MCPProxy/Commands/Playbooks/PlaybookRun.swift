import MCPProtocol

/// Plays one playbook against one server: starts a proxy, makes the calls, gathers what is known.
struct PlaybookRun {
  let rehearsal: Rehearsal
  /// As it is played.
  let configuration: Configuration
  let request: SpawnRequest
  /// Where the proxy and the stand-ins write.
  let folder: String
  let kernel: PosixKernel

  static func ledger(_ folder: String) -> String { "\(folder)/ledger" }

  func play() throws(ConnectionProblem) -> Findings {
    // The first run stores the lists of tools, as yesterday's did.
    if rehearsal.playbook.isWarm { _ = try session { _, _ throws(ConnectionProblem) in [] } }
    return try session(makeCalls)
  }

  /// One proxy from its start to its end; `body` makes the calls.
  private func session(
    _ body: (inout ProxyConnection, [PlayedTool]) throws(ConnectionProblem) -> [PlayedCall]
  ) throws(ConnectionProblem) -> Findings {
    let start = kernel.now()
    var connection = try connect()
    do throws(ConnectionProblem) {
      _ = try ask(Self.initialize, "0", &connection)
      let initialized = kernel.now() - start
      try connection.send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
      var tools = PlayedTool.list(try ask(Self.listTools, "1", &connection))
      let listed = kernel.now() - start
      // A real server may have to be fetched before it can say what it offers.
      while rehearsal.isReal, mix(tools) == nil, kernel.now() - start < Self.realStart {
        _ = try connection.nextAnswer(until: kernel.now() + .milliseconds(500))
        tools = PlayedTool.list(try ask(Self.listTools, "1", &connection))
      }
      let calls = try body(&connection, tools)
      let exit = connection.end(isHurried: false)
      if let signal = connection.interruption { throw .interrupted(signal) }
      guard exit == .code(0) else {
        throw .failed("the proxy did not end well: \(exit?.description ?? "still running")")
      }
      return Findings(
        calls: gather(calls),
        target: rehearsal.target,
        faultDuration: rehearsal.playbook.rules.first?.duration,
        initialized: initialized,
        listed: listed
      )
    } catch {
      _ = connection.end(isHurried: true)
      throw error
    }
  }

  /// As long as a call for a tool that is not known yet would wait.
  private static let realStart = TimeSpan.seconds(30)

  private func mix(_ tools: [PlayedTool]) -> ToolMix? {
    ToolMix(tools, of: rehearsal.target, configuration, isReal: rehearsal.isReal)
  }

  private func connect() throws(ConnectionProblem) -> ProxyConnection {
    do throws(SystemError) {
      return try ProxyConnection(kernel, request)
    } catch {
      throw .failed("\(error)")
    }
  }

  private func ask(
    _ line: String,
    _ id: String,
    _ connection: inout ProxyConnection
  ) throws(ConnectionProblem) -> ProxyAnswer {
    try connection.send(line)
    let answer = try connection.answer(to: id)
    guard answer.isSuccess else { throw .failed(answer.text) }
    return answer
  }

  private static let initialize =
    #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","#
    + #""capabilities":{},"clientInfo":{"name":"mcp-proxy chaos","version":"1"}}}"#
  private static let listTools = #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#

  // MARK: Calls

  /// Ids of calls begin above those of the handshake.
  private static let firstID = 10

  private func makeCalls(
    _ connection: inout ProxyConnection,
    _ tools: [PlayedTool]
  ) throws(ConnectionProblem) -> [PlayedCall] {
    let isReal = rehearsal.isReal
    guard let mix = mix(tools) else {
      let what = isReal ? "no tool that is annotated as read-only" : "no tools"
      throw .failed("server \"\(rehearsal.target)\" lists \(what)")
    }
    let traffic = rehearsal.playbook.traffic
    var calls: [PlayedCall] = []
    var next = kernel.now()
    while calls.count < traffic.calls {
      for _ in 0..<min(traffic.atOnce, traffic.calls - calls.count) {
        let id = Self.firstID + calls.count
        let line = mix.tool(calls.count).call(id, isNumbered: !isReal)
        calls.append(PlayedCall(id: "\(id)", sent: kernel.now()))
        try connection.send(line)
      }
      next = next + traffic.interval
      try receive(until: next, &calls, &connection)
    }
    let patience = kernel.now() + rehearsal.playbook.longestCall + .seconds(5)
    try receive(until: patience, &calls, &connection)
    return calls
  }

  /// Takes answers until the deadline, or until every call has one.
  private func receive(
    until deadline: Instant,
    _ calls: inout [PlayedCall],
    _ connection: inout ProxyConnection
  ) throws(ConnectionProblem) {
    let isLast = calls.count == rehearsal.playbook.traffic.calls
    while !isLast || calls.contains(where: { $0.replies == 0 }) {
      guard let answer = try connection.nextAnswer(until: deadline) else { return }
      guard let id = Int(answer.id), calls.indices.contains(id - Self.firstID) else { continue }
      let index = id - Self.firstID
      calls[index].replies += 1
      guard calls[index].replied == nil else { continue }
      calls[index].replied = kernel.now()
      calls[index].retryAfter = answer.retryAfter
    }
  }

  // MARK: Books

  /// Adds what the usage log and the ledger of the stand-ins say.
  private func gather(_ calls: [PlayedCall]) -> [PlayedCall] {
    let usage = kernel.directoryEntries("\(folder)/usage").flatMap { name in
      (try? kernel.readFile("\(folder)/usage/\(name)", limit: 64 << 20)).map(CallUsage.all) ?? []
    }
    let lines = Dictionary(usage.map { ($0.id, $0) }) { first, _ in first }
    let executions = rehearsal.isReal ? nil : executions()
    return calls.map { call in
      var call = call
      call.usage = lines[call.id]
      call.executions = executions.map { $0[call.id] ?? 0 }
      return call
    }
  }

  /// How often each call was carried out.
  private func executions() -> [String: Int] {
    guard let bytes = try? kernel.readFile(Self.ledger(folder), limit: 64 << 20) else { return [:] }
    var counts: [String: Int] = [:]
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let mark = Array(#"{"call":"#.utf8)
      guard let arguments = line.split(separator: 0x09).last, arguments.starts(with: mark) else {
        continue
      }
      let digits = arguments.dropFirst(mark.count).prefix { $0 &- 0x30 <= 9 }
      counts[String(decoding: digits, as: UTF8.self), default: 0] += 1
    }
    return counts
  }
}
