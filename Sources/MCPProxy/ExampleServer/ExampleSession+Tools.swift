import MCPProtocol

/// What the tools do, and what they are told to do instead.
extension ExampleSession {
  mutating func call(_ call: ExampleCall) {
    guard let name = call.name, call.hasValidArguments else {
      return emit(ExampleMessage.error(call.id, -32602, "Invalid params: no tool's name"))
    }
    if let imitation = options.imitated { return imitate(imitation, name, call) }
    guard let tool = ExampleTool(rawValue: name), offers(tool) else {
      return emit(ExampleMessage.error(call.id, -32602, "Unknown tool: \(name)"))
    }
    callCounts[tool, default: 0] += 1
    if options.refusesOn.contains(tool) { return refuse(call) }
    // What follows may have run, even if no answer tells so.
    record(tool.rawValue, call)
    if let fatal = options.diesOn[tool], fatal == 0 || fatal == callCounts[tool] {
      return die("call \(callCounts[tool] ?? 0) of \(name)")
    }
    if options.hangsOn.contains(tool) { return }
    if let code = options.errorsOn[tool] {
      return answer(call, with: ExampleMessage.error(call.id, code, "\(name) fails, as told"))
    }
    do {
      try run(tool, call)
    } catch {
      finish(call, .init(text: error.message, isError: true))
    }
  }

  /// A service behind the tool has no capacity; nothing has run.
  private mutating func refuse(_ call: ExampleCall) {
    finish(
      call,
      .init(
        text: "429 Too Many Requests: try again in 1 s",
        isError: true,
        meta: #"{"retryAfterMs":1000}"#
      )
    )
  }

  /// Does what every tool of an imitated server does.
  private mutating func imitate(
    _ imitation: ExampleImitation,
    _ name: String,
    _ call: ExampleCall
  ) {
    guard imitation.names.contains(name) else {
      return emit(ExampleMessage.error(call.id, -32602, "Unknown tool: \(name)"))
    }
    record(name, call)
    finish(call, .init(text: "\(name) of a stand-in of \(options.name)"))
  }

  private mutating func record(_ tool: String, _ call: ExampleCall) {
    guard options.ledger != nil else { return }
    ledger += Array("\(tool)\t".utf8) + call.id + [0x09]
    ledger += call.argumentsText.prefix(100) + [0x0A]
  }

  private mutating func run(
    _ tool: ExampleTool,
    _ call: ExampleCall
  ) throws(ExampleCall.ArgumentError) {
    switch tool {
    case .echo, .extra: finish(call, .init(text: try call.string("text")))
    case .add: try add(call)
    case .writeNote:
      _ = try call.string("text")
      noteCount += 1
      finish(call, .init(text: "note \(noteCount) written"))
    case .slow: try beSlow(call)
    case .fail: finish(call, .init(text: try call.string("message"), isError: true))
    case .crash: die("crash was called")
    case .hang: break
    case .big:
      let count = try call.integer("bytes", in: 0...(1 << 30))
      finish(call, .init(text: String(repeating: "x", count: count)))
    case .ask: try ask(call)
    case .log:
      let level = try call.string("level")
      guard let number = ExampleTool.levels.firstIndex(of: level) else {
        throw .init(message: "no level \(level)")
      }
      log(number, try call.string("message"))
      finish(call, .init(text: "logged"))
    case .price:
      finish(call, .init(text: "that cost 0.0025 USD", meta: #"{"usageTotalUsd":0.0025}"#))
    case .changeTools:
      hasExtra.toggle()
      emit(ExampleMessage.message(nil, "notifications/tools/list_changed"))
      finish(call, .init(text: hasExtra ? "added extra" : "removed extra"))
    }
  }

  private mutating func finish(_ call: ExampleCall, _ result: ExampleMessage.ToolResult) {
    answer(call, with: ExampleMessage.result(call.id, result))
  }

  private mutating func add(_ call: ExampleCall) throws(ExampleCall.ArgumentError) {
    let (sum, overflow) = try call.integer("a").addingReportingOverflow(try call.integer("b"))
    guard !overflow else { throw .init(message: "the sum is too large") }
    // Structured content came with this revision.
    let structured = call.revision >= .june2025 ? #"{"sum":\#(sum)}"# : nil
    finish(call, .init(text: "\(sum)", structured: structured))
  }

  /// Ten steps: nine reports of progress, then the answer.
  private mutating func beSlow(_ call: ExampleCall) throws(ExampleCall.ArgumentError) {
    let span = TimeSpan.milliseconds(Int64(try call.integer("ms", in: 0...3_600_000)))
    if let token = call.progressToken, span > .zero {
      for step in 1..<10 {
        let line = ExampleMessage.message(nil, "notifications/progress") { writer in
          writer.key("progressToken")
          writer.raw(token[...])
          writer.key("progress")
          writer.int(step)
          writer.key("total")
          writer.int(10)
        }
        send(line, for: call, after: TimeSpan(nanoseconds: span.nanoseconds / 10 * Int64(step)))
      }
    }
    let milliseconds = span.nanoseconds / 1_000_000
    let result = ExampleMessage.ToolResult(text: "answered after \(milliseconds) ms")
    answer(call, with: ExampleMessage.result(call.id, result), after: span)
  }

  private mutating func ask(_ call: ExampleCall) throws(ExampleCall.ArgumentError) {
    switch try call.string("kind") {
    case "roots": ask("roots/list", for: call.id, nil)
    case "sampling":
      ask("sampling/createMessage", for: call.id) { writer in
        writer.key("messages")
        let message = #"[{"role":"user","content":{"type":"text","text":"What is 2 + 2?"}}]"#
        writer.raw(Array(message.utf8)[...])
        writer.key("maxTokens")
        writer.int(100)
      }
    case "elicitation":
      ask("elicitation/create", for: call.id) { writer in
        writer.key("message")
        writer.string("What is your name?")
        writer.key("requestedSchema")
        let schema =
          #"{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}"#
        writer.raw(Array(schema.utf8)[...])
      }
    case let kind: throw .init(message: "nothing of kind \(kind) can be asked")
    }
  }
}
