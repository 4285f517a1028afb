import MCPProtocol
import MCPProxy
import Testing

/// A router alone with endpoints on scripted links, one each; who calls writes down what it hears.
final class RouterStage {
  let stage: LoopStage
  let router: Router
  let caller: ScriptedCaller
  private(set) var endpoints: [String: Endpoint] = [:]
  private(set) var links: [String: ScriptedLink] = [:]

  private static let usageFile = "/usage.jsonl"

  init(_ stage: LoopStage, _ configurations: [EndpointConfiguration]) {
    self.stage = stage
    let (loop, log) = (stage.loop, Log.silent)
    var settings = ProxySettings()
    settings.catalog = .live
    settings.usageDirectory = .file(Self.usageFile)
    let made = configurations.map { Endpoint($0, loop: loop, log: log) }
    let store = OfferingsStore(loop.kernel, folder: "/catalog", log: log)
    router = Router(
      loop: loop,
      Directory(made, settings, store, log),
      UsageLog(
        kernel: loop.kernel,
        settings: settings,
        folder: "/usage",
        run: UsageRun(id: "run"),
        log: log
      )
    )
    caller = ScriptedCaller(loop)
    router.onLoop(caller) { router, caller in
      router.attach(caller)
      router.expectStops()
    }
    for endpoint in made { attach(endpoint) }
  }

  private func attach(_ endpoint: Endpoint) {
    let maker: Endpoint.LinkMaker = { [unowned self] endpoint, base, report in
      let link = ScriptedLink(endpoint, base, report)
      links[endpoint.name] = link
      return link
    }
    endpoint.onLoop((router, maker)) { $0.attach(to: $1.0, [$1.1]) }
    endpoints[endpoint.name] = endpoint
  }

  /// Runs `body` on the loop beside the router's own task.
  static func run(
    _ configurations: [EndpointConfiguration],
    _ body: @escaping @Sendable (RouterStage) async throws -> Void
  ) throws {
    try LoopStage.run { stage in
      let stage = RouterStage(stage, configurations)
      try await stage.serve { try await body(stage) }
      stage.detach()
    }
  }

  /// Follows calls while `body` runs, and until all of them have ended.
  func serve(_ body: () async throws -> Void) async throws {
    let router = router
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { await router.run() }
      defer {
        router.onLoop(caller) { router, caller in
          router.cancelAll(of: caller)
          router.end()
        }
      }
      try await body()
    }
  }

  /// Ends the cycles of references.
  func detach() {
    router.onLoop(()) { router, _ in router.detach() }
    for endpoint in endpoints.values { endpoint.onLoop(()) { endpoint, _ in endpoint.detach() } }
  }

  /// A server with the tools "t", safe to repeat, and "u"; `change` is what is not usual about it.
  static func server(
    _ name: String,
    _ change: (inout EndpointConfiguration) -> Void = { _ in }
  ) -> EndpointConfiguration {
    var configuration = EndpointConfiguration(name: name, launch: .process(Command("/\(name)")))
    change(&configuration)
    return configuration
  }

  func turn() async { await stage.turn() }
  func pass(_ span: TimeSpan) async { await stage.pass(span) }

  // MARK: The servers

  /// The only server.
  var link: ScriptedLink { self["a"] }

  subscript(name: String) -> ScriptedLink {
    guard let link = links[name] else { preconditionFailure("there is no server \(name)") }
    return link
  }

  /// Starts all servers, and all of them open.
  func open() async {
    start()
    await turn()
    for name in links.keys.sorted() where self[name].process != 0 { opens(name) }
    await turn()
  }

  func start() {
    router.onLoop(ClientTerms()) { router, terms in
      router.take(terms)
      router.start()
    }
  }

  func opens(_ name: String, _ tools: String = EndpointStage.tools) {
    self[name].answers("initialize", EndpointStage.welcome())
    self[name].answers("tools/list", tools)
  }

  /// An endpoint that is not the router's yet.
  func made(_ configuration: EndpointConfiguration) -> Endpoint {
    let endpoint = Endpoint(configuration, loop: stage.loop, log: .silent)
    attach(endpoint)
    return endpoint
  }

  func apply(joining: [Endpoint] = [], leaving: [Endpoint] = []) {
    router.onLoop((joining, leaving)) { $0.apply(joining: $1.0, leaving: $1.1) }
  }

  // MARK: The caller

  func call(_ id: UInt64, _ tool: String = "a__t") {
    router.onLoop((Request.call(id, tool: tool), caller)) { $0.begin($1.0, of: $1.1, batch: nil) }
  }

  func cancel(_ id: Int) {
    router.onLoop((RequestID("\(id)"), caller)) { $0.cancel($1.0, of: $1.1, reason: nil) }
  }

  func list(_ id: Int) {
    router.onLoop((Array("\(id)".utf8), caller)) { $0.list($1.0, of: $1.1, batch: nil) }
  }

  /// What the call with this id ended with, each time that it ended.
  func endings(_ id: Int) -> [JSONText?] {
    caller.onLoop(id) { caller, id in caller.endings.filter { $0.id == "\(id)" }.map(\.line) }
  }

  /// The one answer to a call.
  func answer(_ id: Int) -> JSONText? {
    let all = endings(id)
    return all.count == 1 ? all[0] : nil
  }

  /// Whether the call has ended once, without an answer.
  func wasTakenBack(_ id: Int) -> Bool {
    let all = endings(id)
    return all.count == 1 && all[0] == nil
  }

  /// The tools of each list that a request with this id was given.
  func lists(_ id: Int) -> [[String]?] {
    caller.onLoop(id) { caller, id in
      caller.lists.filter { $0.id == "\(id)" }.map { $0.list?.toolNames }
    }
  }

  var notices: [String] { caller.onLoop(()) { caller, _ in caller.notices } }

  /// The lines of the usage log.
  func usage() async -> [JSONText] {
    await pass(.milliseconds(2))
    let bytes = stage.kernel.seen.files[Self.usageFile] ?? []
    return bytes.split(separator: 0x0A).map { JSONText(String(decoding: $0, as: UTF8.self)) }
  }
}

extension RequestID {
  /// An id as it is written.
  init(_ text: String) {
    let bytes = Array(text.utf8)
    self.init(bytes.span, bytes.indices)
  }
}
