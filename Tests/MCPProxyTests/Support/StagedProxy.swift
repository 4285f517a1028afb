import MCPProtocol
import MCPProxy

/// The whole proxy with one server on a fake kernel, told step by step what both peers do.
///
/// A step happens when the proxy has done all it could; what it brings is seen in one turn. After
/// the last step the client closes its side.
struct StagedProxy {
  static let clientInput: Int32 = 3
  static let clientOutput: Int32 = 4
  /// The server's process.
  static let process: Int32 = 1000
  /// The process of the server that stands in.
  static let standInProcess: Int32 = 2000

  var endpoint = EndpointConfiguration(name: "a", launch: .process(Command("/server")))
  var maxLine = 8 << 10
  var child = FakeChild(process)
  /// Another server, hidden, to stand in for the first.
  var standIn: EndpointConfiguration?
  /// Processes that are started after those of the servers, in order.
  var laterChildren: [FakeChild] = []
  /// Whether there is a reaper; its process is the one before the server's.
  var hasReaper = false
  /// All processes in the order in which they start; `nil`: the reaper, then the server.
  var unborn: [FakeChild]?
  /// The proxy's variables.
  var variables = ["PATH": "/bin"]
  /// The only files that can be executed; `nil`: all.
  var programs: Set<String>?
  /// Told of the loop before anything runs on it.
  var seesLoop: @Sendable (EventLoop) -> Void = { _ in }

  /// What came of it.
  struct Result {
    let exitCode: Int32?
    /// Lines the client was sent.
    let client: [JSONText]
    /// Lines the server was sent.
    let server: [JSONText]
    /// Lines the stand-in was sent.
    let standIn: [JSONText]
    /// Lines the later processes were sent.
    let later: [[JSONText]]
    let log: [String]
    /// The lines of the usage log.
    let usage: [JSONText]
    let kernel: FakeKernel.State

    /// The answers to the client's request with this id.
    func answers(_ id: String) -> [JSONText] { client.filter { $0.id == id && $0.method == nil } }
  }

  init() { endpoint.prefix = "" }

  /// `surroundings` is what is so before the proxy begins.
  func run(
    _ steps: [FakeKernel.Step],
    surroundings: FakeKernel.Step = { _ in }
  ) -> Result {
    let kernel = FakeKernel()
    kernel.script(surroundings)
    let reaper = FakeChild(Self.process - 10)
    kernel.script {
      let servers = [child] + standInChildren + laterChildren
      $0.unborn = unborn ?? (hasReaper ? [reaper] : []) + servers
      $0.steps = steps + [{ $0.reads[Self.clientInput, default: []].append(.end) }]
    }
    let loop = EventLoop(kernel: kernel)
    seesLoop(loop)
    kernel.script { $0.whenIdle = { loop.stop() } }
    var configuration = Configuration()
    configuration.endpoints = [endpoint] + [standIn].compactMap(\.self)
    configuration.proxy.maxLine = maxLine
    configuration.proxy.catalog = .live
    configuration.proxy.usageDirectory = .file(Self.usageFile)
    let log = Shared<[String]>([])
    let parts = Proxy.Parts(
      input: Descriptor(Self.clientInput),
      output: Descriptor(Self.clientOutput),
      environment: LaunchEnvironment(
        variables: variables,
        isExecutable: { [programs] in programs?.contains($0) ?? true },
        entries: { _ in [] }
      ),
      folders: Folders(["MCP_PROXY_HOME": "/home"], lastResort: Folders.nowhere),
      run: UsageRun(id: "run"),
      binary: hasReaper ? "/proxy" : nil,
      log: Log(.debug) { text in log.change { $0.append(text) } }
    )
    let proxy = Proxy(loop: loop, configuration: configuration, parts: parts)
    let exitCode = loop.runUntilDone { await proxy.run() }
    let state = kernel.seen
    return Result(
      exitCode: exitCode,
      client: Self.lines(state.output[Self.clientOutput]),
      server: Self.lines(state.output[child.input]),
      standIn: Self.lines(state.output[FakeChild(Self.standInProcess).input]),
      later: laterChildren.map { Self.lines(state.output[$0.input]) },
      log: log.value,
      usage: Self.lines(state.files[Self.usageFile]),
      kernel: state
    )
  }

  private var standInChildren: [FakeChild] {
    if case .process = standIn?.launch { [FakeChild(Self.standInProcess)] } else { [] }
  }

  private static let usageFile = "/usage.jsonl"

  private static func lines(_ bytes: [UInt8]?) -> [JSONText] {
    (bytes ?? []).split(separator: 0x0A).map { JSONText(String(decoding: $0, as: UTF8.self)) }
  }

  // MARK: Steps

  /// The client says a line, or several.
  static func client(_ text: String) -> FakeKernel.Step { { $0.comes(text, at: clientInput) } }

  /// The server says a line, or several.
  static func server(_ text: String) -> FakeKernel.Step { { $0.comes(text, at: process + 2) } }

  /// The server that stands in says a line, or several.
  static func standIn(_ text: String) -> FakeKernel.Step {
    { $0.comes(text, at: standInProcess + 2) }
  }

  /// Somebody ends the proxy.
  static let terminate: FakeKernel.Step = { $0.signal = .terminate }

  static func pass(_ span: TimeSpan) -> FakeKernel.Step { { $0.now = $0.now + span } }

  /// A call of the tool "t"; safe to repeat.
  static func call(_ id: Int) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"t","arguments":{}}}"#
  }

  static func result(_ id: Int, _ result: String = #"{"content":[]}"#) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"result":\#(result)}"#
  }

  static let initialized = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#

  /// The client opens its session, able to answer questions.
  static let clientOpens: [FakeKernel.Step] = [
    client(
      #"{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"#
        + #""protocolVersion":"2025-11-25","capabilities":{"roots":{"listChanged":true}},"#
        + #""clientInfo":{"name":"tests","version":"1"}}}"#
    ), client(initialized),
  ]

  /// The server answers `initialize`.
  static func serverOpens(_ version: String = "2025-11-25") -> FakeKernel.Step {
    server(initializeResult(1, version))
  }

  static func initializeResult(_ id: Int, _ version: String = "2025-11-25") -> String {
    result(
      id,
      #"{"protocolVersion":"\#(version)","capabilities":{"tools":{},"logging":{}},"#
        + #""serverInfo":{"name":"s","version":"1"}}"#
    )
  }

  /// The server answers `tools/list`.
  static let serverLists = server(toolList(2))

  /// A list of one tool, "t", which changes nothing.
  static func toolList(_ id: Int) -> String {
    result(
      id,
      #"{"tools":[{"name":"t","inputSchema":{"type":"object"},"#
        + #""annotations":{"readOnlyHint":true}}]}"#
    )
  }

  /// Client and server are ready; the next request to the server has the id 3.
  static func opening(_ version: String = "2025-11-25") -> [FakeKernel.Step] {
    clientOpens + [serverOpens(version), serverLists]
  }
}
