import MCPProtocol

/// One client's session with the example server: lines and instants in, lines out.
///
/// Handshake era only (MCP 2024-11-05 to 2025-11-25). Does no I/O and reads no clock, so that the
/// same lines at the same instants always give the same answers.
package struct ExampleSession {
  let options: ExampleOptions
  /// What is to be written to standard output.
  package private(set) var output: [UInt8] = []
  /// What is to be appended to the ledger file, before the output.
  package var ledger: [UInt8] = []
  /// What is to be written to standard error.
  package var complaints = ""
  /// Set when the process shall end once its output is written.
  package var exitCode: Int32?
  /// `nil` until the client has sent `initialize`.
  private var revision: ExampleRevision?
  private var logLevel = 0
  private var answeredCalls = 0
  private var schedule = ExampleSchedule()
  /// Requests of ours the client has not answered, with the call each was made for.
  private var asked: [Int: [UInt8]] = [:]
  private var askedCount = 0

  // State of the tools.
  var callCounts: [ExampleTool: Int] = [:]
  var noteCount = 0
  var hasExtra = false
  private var delays: SeededDelays?

  package init(_ options: ExampleOptions) {
    self.options = options
    self.delays = options.seed.map { SeededDelays(seed: $0) }
  }

  /// When `advance` is next due.
  package var nextDeadline: Instant? { schedule.nextDeadline }

  /// Hands out what is to be written.
  package mutating func takeOutput() -> [UInt8] {
    defer { output = [] }
    return output
  }

  /// Takes one line of standard input, without its newline.
  package mutating func receive(_ line: [UInt8], at now: Instant) {
    guard exitCode == nil, line.contains(where: { $0 > 0x20 }) else { return }
    do {
      let document = try JSONDocument.parse(line)
      receive(document, at: now)
    } catch {
      emit(ExampleMessage.error(nil, -32700, "Parse error: \(error)"))
    }
  }

  /// Sends what is due.
  package mutating func advance(to now: Instant) {
    while exitCode == nil, let event = schedule.next(until: now) { emit(event) }
  }

  /// Answers at once what is still to be answered.
  package mutating func endInput() {
    while exitCode == nil, let event = schedule.next(until: nil) { emit(event) }
    for call in asked.sorted(by: { $0.key < $1.key }) where exitCode == nil {
      answer(call.value, .init(text: "input ended before the client answered", isError: true))
    }
    asked = [:]
    exitCode = exitCode ?? 0
  }

  private mutating func receive(_ message: JSONDocument, at now: Instant) {
    let root = message.root
    let id = root["id"].flatMap { idText($0, message) }
    guard root.members != nil, root["jsonrpc"]?.string == "2.0", (id == nil) == (root["id"] == nil)
    else { return emit(ExampleMessage.error(id, -32600, "Invalid request")) }
    guard let method = root["method"]?.string else {
      return receiveResponse(message)
    }
    guard let id else { return receiveNotification(method, root["params"], message) }
    if let params = root["params"], params.members == nil {
      return emit(ExampleMessage.error(id, -32602, "Invalid params: not an object"))
    }
    receiveRequest(method, id, message, at: now)
  }

  /// Strings and integers are ids, null and fractions are not.
  private func idText(_ id: JSONNode, _ message: JSONDocument) -> [UInt8]? {
    let text = id.text(in: message.bytes)
    let isInteger = text.allSatisfy { $0 &- 0x30 <= 9 || $0 == UInt8(ascii: "-") }
    return id.string != nil || (id.isNumber && isInteger) ? Array(text) : nil
  }

  private mutating func receiveRequest(
    _ method: String,
    _ id: [UInt8],
    _ message: JSONDocument,
    at now: Instant
  ) {
    let params = message.root["params"]
    switch method {
    case "ping": emit(ExampleMessage.result(id) { _ in })
    case "initialize": initialize(id, params)
    case "tools/list", "tools/call", "logging/setLevel":
      guard let revision else {
        return emit(ExampleMessage.error(id, -32602, "Invalid request: not initialized"))
      }
      switch method {
      case "tools/list": listTools(id, params, revision)
      case "tools/call": call(ExampleCall(id, message, revision, now))
      default: setLevel(id, params)
      }
    default: emit(ExampleMessage.error(id, -32601, "Method not found: \(method)"))
    }
  }

  private mutating func initialize(_ id: [UInt8], _ params: JSONNode?) {
    guard let wanted = params?["protocolVersion"]?.string else {
      return emit(ExampleMessage.error(id, -32602, "Invalid params: no protocolVersion"))
    }
    guard !options.hangsAtStart else { return }
    let answered = options.revision ?? ExampleRevision(rawValue: wanted)?.rawValue ?? "2025-11-25"
    revision = ExampleRevision(rawValue: answered) ?? .november2025
    let name = options.name
    emit(
      ExampleMessage.result(id) { writer in
        writer.key("protocolVersion")
        writer.string(answered)
        writer.key("capabilities")
        writer.raw(Array(#"{"tools":{"listChanged":true},"logging":{}}"#.utf8)[...])
        writer.key("serverInfo")
        writer.beginObject()
        writer.key("name")
        writer.string(name)
        writer.key("version")
        writer.string("1.0.0")
        writer.endObject()
      }
    )
  }

  private mutating func listTools(
    _ id: [UInt8],
    _ params: JSONNode?,
    _ revision: ExampleRevision
  ) {
    // No list of ours has a second page.
    guard params?["cursor"] == nil else {
      return emit(ExampleMessage.error(id, -32602, "Invalid cursor"))
    }
    if let imitation = options.imitated { return emit(ExampleMessage.result(id, imitation.list)) }
    let tools = ExampleTool.allCases.filter(offers)
    emit(
      ExampleMessage.result(id) { writer in
        writer.key("tools")
        writer.beginArray()
        for tool in tools { tool.list(into: &writer, revision) }
        writer.endArray()
      }
    )
  }

  /// Whether the tool is listed now.
  func offers(_ tool: ExampleTool) -> Bool {
    if tool == .extra { return hasExtra }
    return options.tools?.contains(tool) ?? true
  }

  private mutating func setLevel(_ id: [UInt8], _ params: JSONNode?) {
    guard let level = ExampleTool.levels.firstIndex(of: params?["level"]?.string ?? "") else {
      return emit(ExampleMessage.error(id, -32602, "Invalid params: no such level"))
    }
    logLevel = level
    emit(ExampleMessage.result(id) { _ in })
  }

  private mutating func receiveNotification(
    _ method: String,
    _ params: JSONNode?,
    _ message: JSONDocument
  ) {
    guard method == "notifications/cancelled", let id = params?["requestId"] else { return }
    let request = Array(id.text(in: message.bytes))
    schedule.cancel(request)
    asked = asked.filter { $0.value != request }
  }

  /// The client's answer to a question of ours becomes the answer of the call.
  private mutating func receiveResponse(_ message: JSONDocument) {
    guard let id = message.root["id"]?.int(in: message.bytes),
      let call = asked.removeValue(forKey: id),
      let content = message.root["result"] ?? message.root["error"]
    else { return }
    let text = String(decoding: content.text(in: message.bytes), as: UTF8.self)
    answer(call, .init(text: text, isError: message.root["result"] == nil))
  }
}

// MARK: - Sending

extension ExampleSession {
  /// Sends a question to the client; its answer becomes that of the call.
  mutating func ask(
    _ method: String,
    for call: [UInt8],
    _ params: ((inout JSONWriter) -> Void)?
  ) {
    askedCount += 1
    asked[askedCount] = call
    emit(ExampleMessage.message(askedCount, method, params))
  }

  /// Sends a log message, if the client wants any of this level.
  mutating func log(_ level: Int, _ text: String) {
    guard level >= logLevel else { return }
    let name = options.name
    emit(
      ExampleMessage.message(nil, "notifications/message") { writer in
        writer.key("level")
        writer.string(ExampleTool.levels[level])
        writer.key("logger")
        writer.string(name)
        writer.key("data")
        writer.string(text)
      }
    )
  }

  /// Answers a call now.
  mutating func answer(_ call: [UInt8], _ result: ExampleMessage.ToolResult) {
    emit(.init(call: call, line: ExampleMessage.result(call, result), isAnswer: true))
  }

  /// Answers a call, after `span` and the configured delay.
  mutating func answer(_ call: ExampleCall, with line: [UInt8], after span: TimeSpan = .zero) {
    let delay = delays?.next(upTo: options.delay) ?? options.delay
    send(line, for: call, after: span + delay, isAnswer: true)
  }

  /// Sends a line that belongs to a call, unless the call is cancelled before.
  mutating func send(
    _ line: [UInt8],
    for call: ExampleCall,
    after span: TimeSpan,
    isAnswer: Bool = false
  ) {
    let event = ExampleSchedule.Event(call: call.id, line: line, isAnswer: isAnswer)
    if span > .zero { schedule.add(event, at: call.arrival + span) } else { emit(event) }
  }

  private mutating func emit(_ event: ExampleSchedule.Event) {
    if event.isAnswer, options.writesJunk { output += Array("this line is not JSON\n".utf8) }
    emit(event.line)
    guard event.isAnswer else { return }
    answeredCalls += 1
    if answeredCalls == options.diesAfter { die("\(answeredCalls) calls are answered") }
  }

  mutating func emit(_ line: [UInt8]) { output += line }

  /// Ends the process; says why on standard error.
  mutating func die(_ reason: String) {
    complaints += "\(options.name): exits, as told: \(reason)\n"
    exitCode = 1
  }
}
