import MCPProtocol
import MCPProxy
import Testing

/// An endpoint alone: its servers are scripted, who hears of it writes it down.
///
/// Everything is done on the loop, in the step that asks for it.
final class EndpointStage {
  let stage: LoopStage
  let endpoint: Endpoint
  let recorder: EventRecorder
  private(set) var links: [ScriptedLink] = []

  init(
    _ stage: LoopStage,
    links count: Int = 1,
    chaos: ChaosSettings? = nil,
    _ change: (inout EndpointConfiguration) -> Void
  ) {
    let kernel = stage.kernel
    let plan = chaos.flatMap { ChaosPlan($0, endpoint: "a") }
    self.stage = stage
    var configuration = EndpointConfiguration(name: "a", launch: .process(Command("/a")))
    change(&configuration)
    endpoint = Endpoint(configuration, loop: stage.loop, log: .silent)
    recorder = EventRecorder(stage.loop)
    let makers = (0..<count).map { _ -> Endpoint.LinkMaker in
      { [unowned self] endpoint, base, report in
        let link = ScriptedLink(endpoint, base, report)
        links.append(link)
        return plan.map { ChaosLink(link, $0, kernel) } ?? link
      }
    }
    endpoint.onLoop((recorder, makers)) { $0.attach(to: $1.0, $1.1) }
  }

  /// Runs `body` on the loop; `change` is what is not usual about the endpoint, `chaos` the faults
  /// between it and its servers.
  static func run(
    links: Int = 1,
    chaos: ChaosSettings? = nil,
    _ change: @escaping @Sendable (inout EndpointConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (EndpointStage) async throws -> Void
  ) throws {
    try LoopStage.run { stage in
      let stage = EndpointStage(stage, links: links, chaos: chaos, change)
      try await body(stage)
      #expect(stage.endpoint.onLoop(()) { endpoint, _ in endpoint.check() } == nil)
      stage.endpoint.onLoop(()) { endpoint, _ in endpoint.detach() }
    }
  }

  var link: ScriptedLink { links[0] }
  var now: Instant { stage.loop.now }

  func turn() async { await stage.turn() }
  func pass(_ span: TimeSpan) async { await stage.pass(span) }

  // MARK: The servers

  /// Starts the servers, and all of them open and list the tools "t", safe to repeat, and "u".
  func open() async {
    demandStart()
    await turn()
    for link in links where link.process != 0 { opens(link) }
    await turn()
  }

  /// The server answers what it is asked at its start.
  func opens(_ link: ScriptedLink, _ version: String = "2025-11-25") {
    link.answers("initialize", Self.welcome(version))
    link.answers("tools/list", Self.tools)
  }

  static func welcome(_ version: String = "2025-11-25") -> String {
    #"{"protocolVersion":"\#(version)","capabilities":{"tools":{},"logging":{}},"#
      + #""serverInfo":{"name":"s","version":"1"}}"#
  }

  static let tools =
    #"{"tools":[{"name":"t","inputSchema":{"type":"object"},"#
    + #""annotations":{"readOnlyHint":true}},{"name":"u","inputSchema":{"type":"object"}}]}"#

  // MARK: The endpoint

  @discardableResult func demandStart() -> Bool {
    endpoint.onLoop(()) { endpoint, _ in endpoint.demandStart() }
  }

  func stop() { endpoint.onLoop(()) { endpoint, _ in endpoint.stop() } }

  /// Begins a call; returns why it was refused at once, if it was.
  @discardableResult func call(
    _ number: UInt64,
    tool: String = "t",
    within span: TimeSpan = .seconds(50),
    _ change: (inout Attempt.Role) -> Void = { _ in }
  ) -> AttemptFailure? {
    let attempt = attempt(number, tool: tool, within: span, change)
    return endpoint.onLoop(attempt) { $0.begin($1) }
  }

  func attempt(
    _ number: UInt64,
    tool: String = "t",
    within span: TimeSpan = .seconds(50),
    _ change: (inout Attempt.Role) -> Void = { _ in }
  ) -> Attempt {
    var role = Attempt.Role()
    change(&role)
    let times = Attempt.Times(
      deadline: now + span,
      startDeadline: now + span,
      timeout: span,
      limit: now + .minutes(10)
    )
    let index = endpoint.onLoop(tool) { $0.number(ofTool: $1) }
    let token = Array("\"\(tool)\"".utf8)
    let reference = ToolReference(index: index, name: tool, token: token)
    return Attempt(
      call: number,
      Request.call(number, tool: tool),
      reference,
      tool == "t" ? .safe : .unsafe,
      times,
      role
    )
  }

  func cancel(_ call: UInt64, reason: String? = nil) {
    let reason = reason.map { Array($0.utf8) }
    endpoint.onLoop((call, reason)) { $0.cancel($1.0, reason: $1.1) }
  }

  // MARK: What came of it

  var events: [String] { recorder.onLoop(()) { recorder, _ in recorder.events } }

  /// How the attempts of a call ended.
  func results(_ call: UInt64) -> [AttemptResult] {
    recorder.onLoop(call) { $0.results[$1] ?? [] }
  }

  func answer(_ call: UInt64) -> JSONText? {
    guard results(call).count == 1, case .answered(let answer)? = results(call).first
    else { return nil }
    return JSONText(String(decoding: answer.frame.dropLast(), as: UTF8.self))
  }

  func failure(_ call: UInt64) -> AttemptFailure? {
    guard results(call).count == 1, case .failed(let failure)? = results(call).first
    else { return nil }
    return failure
  }

  /// Whether it was sent when it was taken back; nil: it was not taken back.
  func cancelled(_ call: UInt64) -> Certainty? {
    guard results(call).count == 1, case .cancelled(let certainty, _)? = results(call).first
    else { return nil }
    return certainty
  }
}

extension AttemptFailure {
  var refusal: Refusal? { if case .refused(let refusal) = cause { refusal } else { nil } }
  var loss: Loss? { if case .lost(let loss) = cause { loss } else { nil } }
}

extension Request {
  /// A client's call of a tool, under its number as id and with a progress token.
  static func call(_ id: UInt64, tool: String) -> Request {
    let line = Array(
      (#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","#
        + #""arguments":{},"_meta":{"progressToken":"p\#(id)"}}}"#).utf8
    )
    return Request(line)
  }

  /// A client's request.
  init(_ line: [UInt8]) {
    guard let envelope = try? EnvelopeParser.parse(line.span) else {
      preconditionFailure("the test's own request is no message")
    }
    self.init(line, length: line.count, envelope)
  }
}
