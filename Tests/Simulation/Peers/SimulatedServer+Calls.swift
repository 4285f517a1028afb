// What the server does with a call: carries it out, enters it in the ledger, answers somehow.
extension SimulatedServer {
  /// One call as the server understands it.
  struct Call {
    let id: Int
    let k: Int
    let tool: String
    let progressToken: String?
  }

  func call(_ json: TinyJSON, _ message: Range<Int>, _ range: Range<Int>, _ world: World) {
    guard let id = json.int(json.at(message, "id")),
      let k = json.int(json.at(message, "params", "arguments", "k")),
      let tool = json.text(json.at(message, "params", "name"))
    else { return world.fail("framing", "process \(process.id) was sent an unreadable call") }
    if requests[id] != nil {
      return world.fail("P2", "process \(process.id) was given the id \(id) twice")
    }
    requests[id] = Received(k: k, range: range)
    unplaced.append(id)
    let token = json.at(message, "params", "_meta", "progressToken")
    let call = Call(
      id: id,
      k: k,
      tool: tool,
      progressToken: token.map { String(decoding: json.bytes[$0], as: UTF8.self) }
    )
    world.trace.tell(world.now) { "process \(self.process.id) runs \(tool) k=\(k) as \(id)" }
    world.ledger.executed(
      Ledger.Execution(
        k: k,
        endpoint: endpoint,
        tool: tool,
        process: process.id,
        isSafe: world.plan.endpoints[endpoint].isSafe(tool, of: tools),
        sent: outboxEnds.first { $0.end >= range.upperBound }?.time ?? world.now
      ),
      world
    )
    guard !isSilent, !isHung(tool, world) else { return }
    switch conduct(of: tool, world) {
    case .plain, .answersAtLength: answer(call, world)
    case .asks: ask(call, world)
    case .crashes: process.exit(.signal(11), world)
    case .hangs: break
    }
  }

  private func conduct(of tool: String, _ world: World) -> Plan.Tool.Conduct {
    let known = world.phase == .chaos ? tools.first { $0.name == tool } : nil
    return known?.conduct ?? .plain
  }

  private func answer(_ call: Call, _ world: World) {
    if world.strikes(.crash, 0.3) { return process.exit(.signal(11), world) }
    let slowest = TimeSpan.milliseconds(world.phase == .chaos ? 60 : 20)
    var delay = world.random.span(.milliseconds(1), slowest)
    let timeout = world.plan.endpoints[endpoint].configuration.policy.timeout.call
    if world.strikes(.slow) { delay = world.random.span(.seconds(1), .seconds(20)) }
    if world.strikes(.late, 0.5) {
      delay = timeout + world.random.span(.milliseconds(1), .seconds(30))
    }
    if world.strikes(.progress) { reportProgress(call, delay, world) }
    if world.strikes(.questions) { return ask(call, world) }
    world.after(delay) { self.write(answerTo: call, $0) }
  }

  private func reportProgress(_ call: Call, _ delay: TimeSpan, _ world: World) {
    guard let token = call.progressToken else { return }
    world.ledger.progressed.insert(call.k)
    let count = world.random.number(1...20)
    for step in 1...count {
      world.after(delay * (Double(step) / Double(count + 1))) { world in
        guard !self.isSilent else { return }
        self.write(
          #"{"jsonrpc":"2.0","method":"notifications/progress","params":"#
            + #"{"progressToken":\#(token),"progress":\#(step)}}"#,
          world
        )
      }
    }
  }

  /// Asks the human first and answers the call when that is answered.
  private func ask(_ call: Call, _ world: World) {
    let question = nextQuestion()
    let method = world.random.pick(["sampling/createMessage", "elicitation/create", "roots/list"])
    heldBack[question] = { [unowned self, unowned world] in
      world.after(.milliseconds(2)) { self.write(answerTo: call, $0) }
    }
    ask(question, method, world)
  }

  private func write(answerTo call: Call, _ world: World) {
    guard process.isAlive, !isSilent else { return }
    // A server that obeys a cancellation answers no more; others answer all the same.
    if requests[call.id]?.cancellations ?? 0 > 0, world.random.chance(0.5) { return }
    if world.strikes(.wrongID) { return writeUnderOtherID(call, world) }
    if world.strikes(.garbage) { writeGarbage(call, world) }
    guard process.isAlive, requests[call.id]?.isAnswered == false else { return }
    requests[call.id]?.isAnswered = true
    let body = body(of: call, world)
    let line = #"{"jsonrpc":"2.0","id":\#(call.id),\#(body)}"#
    let end = world.random.chance(0.1) ? "\r" : ""
    write(line + end, world)
    if world.strikes(.twice) { write(line, world) }
    if world.strikes(.crash, 0.1) { process.exit(.signal(6), world) }
    if world.strikes(.listChanges) {
      for _ in 0..<world.random.number(1...10) {
        write(#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#, world)
      }
    }
  }

  private func body(of call: Call, _ world: World) -> String {
    if world.strikes(.errors) {
      let code = world.random.pick([-32603, -32603, -32602, -32601, -32000, -32700, 4711])
      world.ledger.answered(call.k, endpoint: endpoint, code: code, at: world.now)
      return #""error":{"code":\#(code),"message":"no"}"#
    }
    let isError = world.strikes(.toolErrors)
    var text = world.random.pick(["plain", #"qu\"ote"#, "üñí€𝄞", #"\u00e9\n"#, ""])
    if world.strikes(.bigResults, 3), world.bigResultsLeft > 0 {
      world.bigResultsLeft -= 1
      text = filler(400 << 10)
    }
    let isLong = conduct(of: call.tool, world) == .answersAtLength
    if isLong { text = filler(6000) }
    let meta = world.random.chance(0.1) ? #","_meta":{"own":1}"# : ""
    let error = isError ? #","isError":true"# : ""
    let content =
      world.random.chance(0.05) && !isLong
      ? "" : #""content":[{"type":"text","text":"\#(text)"}],"#
    let result = #"{\#(content)"structuredContent":{"k":\#(call.k)}\#(error)\#(meta)}"#
    world.ledger.answered(
      call.k,
      endpoint: endpoint,
      result: result,
      isError: isError,
      at: world.now
    )
    return #""result":\#(result)"#
  }

  private func writeUnderOtherID(_ call: Call, _ world: World) {
    let other = world.random.pick(["\(call.id + 100_000)", #""\#(call.id)""#, "null", "-1"])
    write(#"{"jsonrpc":"2.0","id":\#(other),"result":{"content":[]}}"#, world)
  }

  /// Nonsense before, or instead of, the answer.
  private func writeGarbage(_ call: Call, _ world: World) {
    switch world.random.below(6) {
    case 0: for _ in 0..<world.random.number(1...25) { write("warning: this is no JSON", world) }
    case 1: write([0x7B, 0xFF, 0xFE, 0x7D, 0x0A], world)
    case 2: write(#"{"jsonrpc":"2.0","id":"#, world)
    case 3:
      // Too long for the proxy: the call ends without its answer.
      requests[call.id]?.isAnswered = true
      let filler = filler(world.plan.settings.maxLine)
      write(#"{"jsonrpc":"2.0","id":\#(call.id),"result":{"f":"\#(filler)"}}"#, world)
    case 4:
      // No answer at all: neither a result nor an error.
      requests[call.id]?.isAnswered = true
      write(#"{"jsonrpc":"2.0","id":\#(call.id),"result":{},"error":{}}"#, world)
    default: write("", world)
    }
  }

  /// Many bytes that say nothing; a string that repeats one character is built one by one.
  private func filler(_ count: Int) -> String {
    String(decoding: [UInt8](repeating: UInt8(ascii: "x"), count: count), as: UTF8.self)
  }
}
