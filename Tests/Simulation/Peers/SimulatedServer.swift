/// What all processes of one endpoint share: how long they keep crashing, and their failures.
struct ServerState {
  /// Processes started before this end at once.
  var crashesUntil = Instant.zero
  var processes: [SimulatedProcess] = []

  /// The process that runs, if one does.
  var current: SimulatedProcess? { processes.last { $0.isAlive } }
}

/// An MCP server that keeps a ledger of what it carries out and misbehaves as the faults say.
final class SimulatedServer {
  /// A request the server has received and what it has done about it.
  struct Received {
    let k: Int
    /// Where the line stands in the stream of bytes the process was sent.
    let range: Range<Int>
    var isAnswered = false
    var cancellations = 0
  }

  unowned let process: SimulatedProcess
  let endpoint: Int
  private(set) var tools: [Plan.Tool]
  private var line: [UInt8] = []
  /// Bytes of the stream that came before `line`.
  private var position = 0
  /// What is written and not yet in the pipe, because the process is stopped.
  private var unwritten: [UInt8] = []
  var requests: [Int: Received] = [:]
  /// Requests in the order they came, for the check of when they were admitted.
  var unplaced: [Int] = []
  /// How far the proxy had filled its outbox for this process, and when.
  var outboxEnds: [(time: Instant, end: Int)] = []
  var questions: [String: Question] = [:]
  /// Calls that are answered only when their question is.
  var heldBack: [String: () -> Void] = [:]
  var lastQuestion = 0
  // How the process misbehaves for as long as it lives.
  private(set) var isSilent = false
  private(set) var isDeaf = false
  private var hungTools: Set<String> = []
  private(set) var ignoresTerm = false
  private var ignoresEnd = false
  private var startDelay = TimeSpan.milliseconds(5)
  /// Output bytes after which it crashes in the middle of whatever it writes.
  private var crashesAfter = Int.max
  private(set) var writtenBytes = 0
  private var canLog = false

  init(_ process: SimulatedProcess, endpoint: Int, _ world: World) {
    self.process = process
    self.endpoint = endpoint
    tools = world.plan.endpoints[endpoint].tools
    draw(world)
  }

  private func draw(_ world: World) {
    canLog = world.random.chance(0.5)
    startDelay = world.random.span(.milliseconds(1), .milliseconds(100))
    if world.strikes(.slowStart) { startDelay = world.random.span(.seconds(1), .seconds(40)) }
    if world.strikes(.redeclares) { tools = tools.map(\.undeclared) }
    if world.strikes(.neverStarts) { startDelay = .minutes(60) }
    if world.strikes(.crash) { crashesAfter = world.random.number(0...3000) }
    if world.strikes(.stubborn) { ignoresTerm = true }
    if world.strikes(.stubborn) { ignoresEnd = true }
    if world.strikes(.stubborn) {
      process.helpers = world.random.number(1...2)
      process.helpersAreStubborn = world.random.chance(0.5)
      process.helpersHoldPipes = world.random.chance(0.5)
    }
  }

  /// The process runs now.
  func begin(_ world: World) {
    if world.strikes(.crashLoop, 0.5) {
      world.servers[endpoint].crashesUntil = world.now + world.random.span(.seconds(1), .minutes(3))
    }
    if world.phase == .chaos, world.now < world.servers[endpoint].crashesUntil {
      let delay = world.random.span(.milliseconds(1), .milliseconds(500))
      later(delay, world) { self.process.exit(.code(1), $0) }
    }
    if world.strikes(.peacefulExit) {
      let delay = world.random.span(.seconds(1), .minutes(3))
      later(delay, world) { self.process.exit(.code(0), $0) }
    }
    if world.strikes(.crash) {
      let delay = world.random.span(.milliseconds(1), .minutes(5))
      later(delay, world) { self.process.exit(.signal(11), $0) }
    }
    if world.strikes(.closedOutput, 0.5) {
      later(world.random.span(.milliseconds(1), .minutes(3)), world) { _ in
        self.process.closeOutput()
      }
    }
    if world.strikes(.hang) {
      later(world.random.span(.milliseconds(1), .minutes(5)), world) { world in
        world.trace.tell(world.now) { "process \(self.process.id) falls silent" }
        self.isSilent = true
        guard world.random.chance(0.6) else { return }
        world.after(world.random.span(.seconds(1), .minutes(2))) { _ in self.isSilent = false }
      }
    }
    if world.strikes(.unreadInput) {
      later(world.random.span(.milliseconds(1), .minutes(5)), world) { world in
        world.trace.tell(world.now) { "process \(self.process.id) stops reading" }
        self.isDeaf = true
        self.process.input.capacity = min(4096, self.process.input.count + 300)
      }
    }
    if world.strikes(.stderrFlood) { flood(world, 20) }
  }

  /// Does something to the process then, if the faults have not ended.
  private func later(_ delay: TimeSpan, _ world: World, _ action: @escaping EventQueue.Action) {
    world.after(delay) { world in
      if world.phase == .chaos, self.process.isAlive { action(world) }
    }
  }

  private func flood(_ world: World, _ times: Int) {
    guard process.isAlive, times > 0 else { return }
    let text = Array("trouble in line \(times)\n".utf8)
    for _ in 0..<world.random.number(1...200) where process.error.room > text.count {
      process.error.append(text[...])
    }
    world.after(world.random.span(.milliseconds(1), .seconds(10))) { self.flood($0, times - 1) }
  }

  // MARK: Input

  func received(_ world: World, isWhole: Bool) {
    guard !isDeaf else { return }
    if !isWhole, world.strikes(.crash, 0.3) { return process.exit(.signal(9), world) }
    // A copy: handling a line may end the process and change the pipe.
    var rest = Array(process.input.take(.max))[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      line += rest[..<end]
      rest = rest[(end + 1)...]
      takeLine(world, end: 1)
    }
    line += rest
  }

  private func takeLine(_ world: World, end: Int) {
    let range = position..<position + line.count
    position += line.count + end
    let bytes = line
    line.removeAll(keepingCapacity: true)
    if process.isAlive { handle(bytes, range, world) }
  }

  /// Many readers take a last line without its end.
  func inputEnded(_ world: World) {
    guard process.isAlive, !process.isStopped else { return }
    if !line.isEmpty, TinyJSON(line).whole != nil { takeLine(world, end: 0) }
    guard !ignoresEnd, !isDeaf else { return }
    world.after(world.random.span(.milliseconds(1), .milliseconds(300))) {
      self.process.exit(.code(0), $0)
    }
  }

  func resume(_ world: World) {
    let bytes = unwritten
    unwritten.removeAll()
    write(bytes, world)
  }

  private func handle(_ bytes: [UInt8], _ range: Range<Int>, _ world: World) {
    let json = TinyJSON(bytes)
    guard let message = json.whole else {
      return world.fail(
        "framing",
        "process \(process.id) was sent \(String(decoding: bytes, as: UTF8.self))"
      )
    }
    let id = json.at(message, "id")
    guard let method = json.text(json.at(message, "method")) else {
      return answered(json, id, world)
    }
    switch method {
    case "initialize": answerInitialize(json, id, world)
    case "notifications/initialized":
      if world.strikes(.earlyQuestions, 2) { askEarly(world) }
    case "tools/list": answerList(json, id, message, world)
    case "tools/call": call(json, message, range, world)
    case "ping", "logging/setLevel": answer(id, json, "{}", after: .milliseconds(1), world)
    case "notifications/cancelled": cancelled(json, message, world)
    default: break
    }
    if world.strikes(.hangTool, 0.1) { hungTools.insert(world.random.pick(tools).name) }
  }

  func isHung(_ tool: String, _ world: World) -> Bool {
    world.phase == .chaos && hungTools.contains(tool)
  }

  private func cancelled(_ json: TinyJSON, _ message: Range<Int>, _ world: World) {
    guard let id = json.int(json.at(message, "params", "requestId")), requests[id] != nil else {
      return world.fail("P6", "process \(process.id) was sent a cancellation of nothing")
    }
    requests[id]?.cancellations += 1
    if requests[id]?.cancellations ?? 0 > 1 {
      world.fail("P6", "request \(id) of process \(process.id) was cancelled twice")
    }
    world.goals.saw(.cancellationSent)
  }

  // MARK: Opening

  private func answerInitialize(_ json: TinyJSON, _ id: Range<Int>?, _ world: World) {
    let logging = canLog ? #","logging":{}"# : ""
    let version = world.random.pick(["2025-11-25", "2025-06-18", "2024-11-05"])
    answer(
      id,
      json,
      #"{"protocolVersion":"\#(version)","capabilities":{"tools":{"listChanged":true}\#(logging)},"#
        + #""serverInfo":{"name":"simulated","version":"1"}}"#,
      after: startDelay,
      world
    )
  }

  private func answerList(
    _ json: TinyJSON,
    _ id: Range<Int>?,
    _ message: Range<Int>,
    _ world: World
  ) {
    let entries = tools.map { tool in
      #"{"name":"\#(tool.name)","inputSchema":\#(tool.schema),"annotations":"#
        + #"{"readOnlyHint":\#(tool.readOnly),"idempotentHint":\#(tool.idempotent)}}"#
    }
    let isFirst = json.at(message, "params", "cursor") == nil
    let isPaged = entries.count > 1 && process.id.isMultiple(of: 3)
    var page = entries
    var cursor = ""
    if isPaged, isFirst {
      page = Array(entries.prefix(1))
      cursor = #","nextCursor":"more""#
    } else if isPaged {
      page = Array(entries.dropFirst())
    }
    let delay = world.random.span(.milliseconds(1), .milliseconds(20))
    let result = #"{"tools":[\#(page.joined(separator: ","))]\#(cursor)}"#
    answer(id, json, result, after: delay, world)
  }

  private func answer(
    _ id: Range<Int>?,
    _ json: TinyJSON,
    _ result: String,
    after delay: TimeSpan,
    _ world: World
  ) {
    guard let id, !isSilent else { return }
    let token = String(decoding: json.bytes[id], as: UTF8.self)
    world.after(delay) { world in
      guard !self.isSilent else { return }
      self.write(#"{"jsonrpc":"2.0","id":\#(token),"result":\#(result)}"#, world)
    }
  }

  // MARK: Output

  func write(_ text: String, _ world: World) { write(Array((text + "\n").utf8), world) }

  func write(_ bytes: [UInt8], _ world: World) {
    guard process.isAlive, process.output.writerIsOpen else { return }
    if process.isStopped {
      unwritten += bytes
      return
    }
    writtenBytes += bytes.count
    guard writtenBytes > crashesAfter, world.phase == .chaos else {
      return process.output.append(bytes[...])
    }
    process.output.append(bytes.dropLast(min(bytes.count, writtenBytes - crashesAfter)))
    process.exit(.signal(11), world)
  }
}
