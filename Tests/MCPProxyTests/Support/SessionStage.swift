import MCPProtocol
import MCPProxy
import Testing

/// A client's session alone: its bytes are the false kernel's, its router is a real one with
/// endpoints on scripted links, or none.
final class SessionStage {
  let routing: RouterStage
  let session: ClientSession
  private let ended = Shared(false)
  private var seen = 0

  /// As `StagedProxy` has them.
  static let input = StagedProxy.clientInput
  static let output = StagedProxy.clientOutput
  static let maxLine = 8 << 10

  init(_ stage: LoopStage, _ configurations: [EndpointConfiguration]) {
    routing = RouterStage(stage, configurations)
    session = ClientSession(
      loop: stage.loop,
      input: Descriptor(Self.input),
      output: Descriptor(Self.output),
      router: routing.router,
      maxLine: Self.maxLine,
      log: .silent
    )
    routing.router.onLoop(session) { router, session in router.attach(session) }
  }

  /// Runs `body` on the loop beside the session's own task.
  static func run(
    _ configurations: [EndpointConfiguration] = [],
    _ body: @escaping @Sendable (SessionStage) async throws -> Void
  ) throws {
    try LoopStage.run { stage in
      let stage = SessionStage(stage, configurations)
      let (session, ended) = (stage.session, stage.ended)
      try await stage.routing.serve {
        try await withThrowingDiscardingTaskGroup { group in
          group.addTask {
            await session.run()
            ended.value = true
          }
          defer { stage.abandon() }
          await stage.turn()
          try await body(stage)
        }
      }
      stage.routing.detach()
    }
  }

  /// The client goes, and with it everything it waits for.
  private func abandon() {
    session.onLoop(()) { session, _ in session.end() }
    routing.router.onLoop(session) { router, session in router.cancelAll(of: session) }
  }

  func turn() async { await routing.turn() }
  func pass(_ span: TimeSpan) async { await routing.pass(span) }
  func script(_ change: (inout FakeKernel.State) -> Void) { routing.stage.kernel.script(change) }

  /// Whether the session is over.
  var isOver: Bool { ended.value }

  // MARK: The client

  /// The client says a line, or several; all that needs no time happens.
  func says(_ text: String) async {
    script { $0.comes(text, at: Self.input) }
    await turn()
  }

  /// The client closes its side.
  func closes() async {
    script { $0.reads[Self.input, default: []].append(.end) }
    await turn()
  }

  /// The client opens its session.
  func opens(_ version: String = "2025-11-25", capabilities: String = #"{"roots":{}}"#) async {
    await says(Self.initialize(version, capabilities))
    await says(StagedProxy.initialized)
    _ = news
  }

  static func initialize(_ version: String, _ capabilities: String = "{}") -> String {
    #"{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"#
      + #""protocolVersion":"\#(version)","capabilities":\#(capabilities),"#
      + #""clientInfo":{"name":"tests","version":"1"}}}"#
  }

  /// A call of a tool.
  static func call(_ id: Int, _ tool: String = "a__t") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)"}}"#
  }

  /// The servers are up, and the client knows.
  func serve(_ version: String = "2025-11-25") async {
    await opens(version)
    for name in routing.links.keys.sorted() { routing.opens(name) }
    await turn()
    await pass(.seconds(1))
    _ = news
  }

  /// The only server.
  var link: ScriptedLink { routing.link }

  /// How many lines the client was sent since `news` was last asked.
  var lines: Int {
    let bytes = routing.stage.kernel.seen.output[Self.output] ?? []
    return bytes[seen...].count { $0 == 0x0A }
  }

  /// The lines the client was sent since this was last asked.
  var news: [JSONText] {
    let bytes = routing.stage.kernel.seen.output[Self.output] ?? []
    defer { seen = bytes.count }
    return bytes.dropFirst(seen).split(separator: 0x0A).map {
      JSONText(String(decoding: $0, as: UTF8.self))
    }
  }
}
