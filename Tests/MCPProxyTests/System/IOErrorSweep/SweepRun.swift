import MCPProtocol
import MCPProxy

/// One session of the whole proxy under one plan of failures, and what is wrong with its end.
struct SweepRun {
  let hit: [(call: FailingKernel.Call, descriptor: Int32?)]
  let world: SimulatedKernel.World
  let exitCode: Int32?
  let log: [String]

  private static let configuration = """
    {"mcpServers":{
      "a":{"command":"/server","args":["example-server","--ledger","l","--tools",
      "echo,write_note,crash,add"],"fallback":["b"]},
      "b":{"command":"/server","args":["example-server","--ledger","l","--tools",
      "add,ask,slow,big"]},
      "c":{"command":"tool","args":["example-server","--ledger","l","--tools","echo"]}}}
    """

  /// `files` are those of an earlier run.
  init(
    _ plan: FailingKernel.Plan,
    _ session: SimulatedClient.Session = .patient,
    files: [String: [UInt8]] = [:]
  ) throws {
    let simulated = SimulatedKernel(session, files: files)
    let failing = FailingKernel(simulated, plan)
    let loop = EventLoop(kernel: failing)
    simulated.whenStuck { loop.stop() }
    let texts = Shared<[String]>([])
    let loading = ConfigurationLoader(
      bytes: Array(Self.configuration.utf8),
      path: "/mcp-proxy.json",
      surroundings: Surroundings(
        environment: [:],
        home: "/",
        workingDirectory: "/",
        binaryPath: "/proxy"
      ) { _ in nil }
    ).load()
    guard let configuration = loading.configuration else { throw NoConfiguration() }
    let executables: Set = ["/server", "/shell", "/login/tool"]
    let parts = Proxy.Parts(
      input: SimulatedKernel.clientInput,
      output: SimulatedKernel.clientOutput,
      environment: LaunchEnvironment(
        variables: ["SHELL": "/shell", "PATH": "/bin"],
        isExecutable: { executables.contains($0) },
        entries: { _ in [] }
      ),
      folders: Folders(["MCP_PROXY_HOME": "/home"], processID: 1),
      run: UsageRun(id: "run"),
      binary: "/proxy",
      log: Log(.info) { text in texts.change { $0.append(text) } }
    )
    let proxy = Proxy(loop: loop, configuration: configuration, parts: parts)
    exitCode = loop.runUntilDone { await proxy.run() }
    hit = failing.hit
    world = simulated.finalWorld
    log = texts.value
  }

  struct NoConfiguration: Error {}

  /// Whether the client could no longer be written to.
  private var clientIsLost: Bool {
    hit.contains { $0.descriptor == SimulatedKernel.clientOutput.number && $0.call != .read }
  }

  /// What no failure may lead to.
  var problems: [String] {
    world.offences + (exitCode == nil ? ["the program does not end"] : []) + leftovers
      + answerProblems + ledgerProblems + usageProblems
  }

  /// The reaper and the files end with the program.
  private var leftovers: [String] {
    let processes = world.processes.filter { $0.value.exit == nil && $0.value.isServer }
    let reapers = world.processes.filter { !$0.value.isServer }.map(\.key)
    let open = world.open.filter { _, end in
      switch end {
      case .clientInput, .clientOutput, .log: false
      case .input(let id): !reapers.contains(id)
      case .output, .error: true
      }
    }
    return processes.keys.sorted().map { "process \($0) is left" }
      + open.sorted { $0.key < $1.key }.map { "descriptor \($0.key) is left open: \($0.value)" }
  }

  /// Each request that was read has one answer.
  private var answerProblems: [String] {
    let client = world.client
    var problems = client.nonsense.map { "the client gets \($0)" }
    for (id, end) in client.requests {
      let count = client.answers[id]?.count ?? 0
      let wasRead = end <= world.clientBytesRead
      let isOptional = clientIsLost || id == SimulatedClient.cancelled
      if count > 1 { problems.append("request \(id) has \(count) answers") }
      if count == 0, wasRead, !isOptional { problems.append("request \(id) has no answer") }
      if !wasRead, !clientIsLost, log.allSatisfy({ !$0.hasPrefix("error: ") }) {
        problems.append("request \(id) was not read and nobody is told")
      }
    }
    return problems
  }

  /// Each call that was read has one line, unless the log could not be written.
  private var usageProblems: [String] {
    let file = world.files.first { $0.key.hasPrefix("/home/usage/") }?.value ?? []
    let lines = file.split(separator: 0x0A)
    let isWhole = world.client.requests.allSatisfy { $0.end <= world.clientBytesRead }
    let wasHit = hit.contains { [.appendLines, .openLog, .makeDirectories].contains($0.call) }
    var problems: [String] = []
    if isWhole, !wasHit, lines.count != world.client.calls {
      problems.append("\(world.client.calls) calls have \(lines.count) lines")
    }
    for line in lines where CallUsage(Array(line)) == nil {
      problems.append("no usage line: \(String(decoding: line, as: UTF8.self))")
    }
    return problems
  }

  /// Nothing is done twice that must not be, and answers say what was done.
  private var ledgerProblems: [String] {
    var problems: [String] = []
    let lines = world.ledger.split(separator: "\n")
    for note in SimulatedClient.notes {
      let count = lines.count { $0.hasPrefix("write_note") && $0.contains("\"\(note)\"") }
      if count > 1 { problems.append("\(note) was written \(count) times") }
    }
    for (id, answers) in world.client.answers {
      guard let note = SimulatedClient.note(of: id), let answer = answers.first else { continue }
      let wasDone = lines.contains { $0.contains("\"\(note)\"") }
      let result = answer.root["result"]
      let executed = result?["_meta"]?["mcp-proxy/error"]?["executed"]?.string
      if executed == "no", wasDone { problems.append("\(note) was written although \(id) says no") }
      if result != nil, executed == nil, !wasDone {
        problems.append("\(note) was not written although \(id) says so")
      }
    }
    return problems
  }
}
