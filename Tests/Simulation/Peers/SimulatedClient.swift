/// Who launched the proxy: asks for much, takes things back, reads slowly, goes away.
final class SimulatedClient {
  private let plan: Plan
  /// To the proxy.
  var input = ByteStream(capacity: 256 << 10)
  /// Bytes the proxy has written and the client has not taken.
  private var untaken = 0 {
    didSet { if untaken < oldValue { tookAt = Witness.now } }
  }
  /// When it last made room for more.
  private(set) var tookAt = Instant.zero
  private var outputCapacity = 64 << 10
  /// False once the client has closed its reading end.
  private(set) var isReading = true
  private(set) var calls: [Int: ClientRequest] = [:]
  /// Requests whose answer may still come, by the bytes of their id.
  private(set) var open: [[UInt8]: [Int]] = [:]
  /// How many requests have borne an id: of those with the same, nobody knows which is answered.
  private(set) var idUses: [[UInt8]: Int] = [:]
  /// Requests not yet read by the proxy whole, in order.
  private var unread: [Int] = []
  /// Cancellations not yet read by the proxy.
  private var unreadCancels: [Int] = []
  private var lastK = 0
  private(set) var written = 0
  private var line: [UInt8] = []
  /// Errors with the id null that the client has earned.
  var expectedNulls = 0
  var openQuestions: Set<Int> = []
  private(set) var isInitialized = false
  /// Arrays of messages exist in one revision only.
  private(set) var allowsBatches = false
  /// What was called since the faults ended.
  var quietCalls: [Tool: QuietCall] = [:]
  var hasEnded: Bool { !input.writerIsOpen }

  init(_ plan: Plan) { self.plan = plan }

  var outputRoom: Int { max(0, outputCapacity - untaken) }

  // MARK: Sending

  func newK() -> Int {
    lastK += 1
    return lastK
  }

  /// Sends a line of any kind.
  func send(_ text: String, _ world: World) {
    guard input.writerIsOpen else { return }
    let bytes = Array((text + "\n").utf8)
    input.append(bytes[...])
    written += bytes.count
  }

  /// Sends requests in one line: one by itself, several as an array.
  func request(_ requests: [(kind: ClientRequest.Kind, id: String?)], _ world: World) {
    guard input.writerIsOpen, !requests.isEmpty else { return }
    var parts: [String] = []
    var ks: [Int] = []
    var ids: [String] = []
    for request in requests {
      let k = newK()
      ks.append(k)
      ids.append(request.id ?? "\(k)")
      parts.append(text(request.kind, k: k, id: ids[ids.count - 1], world))
    }
    send(requests.count == 1 ? parts[0] : "[\(parts.joined(separator: ","))]", world)
    let end = written
    for (index, request) in requests.enumerated() {
      let id = Array(ids[index].utf8)
      calls[ks[index]] = ClientRequest(
        k: ks[index],
        id: id,
        kind: request.kind,
        sent: world.now,
        end: end,
        isInBatch: requests.count > 1
      )
      open[id, default: []].append(ks[index])
      idUses[id, default: 0] += 1
      unread.append(ks[index])
      if world.phase == .quiet, case .call(let endpoint, let tool) = request.kind {
        let key = Tool(endpoint: endpoint, name: tool)
        let good = quietCalls[key]?.good ?? 0
        quietCalls[key] = QuietCall(k: ks[index], last: world.now, good: good)
      }
      world.trace.tell(world.now) { "client asks \(parts[index])" }
      considerCancelling(ks[index], world)
    }
  }

  private func text(_ kind: ClientRequest.Kind, k: Int, id: String, _ world: World) -> String {
    let head = #"{"jsonrpc":"2.0","id":\#(id),"method":"#
    switch kind {
    case .initialize:
      let version = world.random.pick(["2025-11-25", "2025-03-26", "2025-06-18"])
      allowsBatches = version == "2025-03-26"
      let can = world.random.chance(0.7) ? #""sampling":{},"elicitation":{},"roots":{}"# : ""
      return head + #""initialize","params":{"protocolVersion":"\#(version)","#
        + #""capabilities":{\#(can)},"clientInfo":{"name":"sim","version":"1"}}}"#
    case .ping: return head + #""ping"}"#
    case .list: return head + #""tools/list"}"#
    case .setLevel: return head + #""logging/setLevel","params":{"level":"info"}}"#
    case .unknownMethod: return head + #""resources/list"}"#
    case .strangeCall:
      return head + #""tools/call","params":{"name":"nobody__has","arguments":{"k":\#(k)}}}"#
    case .call(let endpoint, let tool):
      let prefix = plan.endpoints[endpoint].configuration.prefix
      let wantsProgress = world.random.chance(0.5)
      let meta = wantsProgress ? #","_meta":{"progressToken":"t\#(k)"}"# : ""
      return head + #""tools/call","params":{"name":"\#(prefix)__\#(tool)","#
        + #""arguments":{"k":\#(k),"text":"µ \\u00e9"}\#(meta)}}"#
    }
  }

  private func considerCancelling(_ k: Int, _ world: World) {
    guard world.strikes(.cancels), calls[k]?.kind != .initialize else { return }
    if world.random.chance(0.2) { return cancel(k, world) }
    world.after(world.random.span(.milliseconds(1), .seconds(60))) { $0.client.cancel(k, $0) }
  }

  func cancel(_ k: Int, _ world: World) {
    guard let call = calls[k], input.writerIsOpen, call.cancelEnd == nil else { return }
    // An id that is in use twice may mean either; such a cancellation is not sent.
    guard idUses[call.id] == 1 else { return }
    let id = String(decoding: call.id, as: UTF8.self)
    world.trace.tell(world.now) { "client cancels \(id)" }
    send(
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#,
      world
    )
    calls[k]?.cancelEnd = written
    unreadCancels.append(k)
    world.goals.saw(call.answers > 0 ? .cancelAfterAnswer : .cancelBeforeAnswer)
  }

  /// The proxy has read something: what is complete by now counts as read.
  func wasRead(_ world: World) {
    let position = input.taken
    while let k = unread.first, let call = calls[k], call.end <= position {
      unread.removeFirst()
      calls[k]?.read = world.now
      calls[k]?.questionTimeBefore = world.checks.replies.questionTime
    }
    while let k = unreadCancels.first, let end = calls[k]?.cancelEnd, end <= position {
      unreadCancels.removeFirst()
      world.checks.replies.cancelsRead.append(k)
    }
  }

  func update(_ k: Int, _ change: (inout ClientRequest) -> Void) {
    guard var call = calls[k] else { return }
    change(&call)
    calls[k] = call
  }

  // MARK: Ending

  func closeInput(_ world: World) {
    world.trace.tell(world.now) { "client closes its side" }
    input.writerIsOpen = false
  }

  func closeOutput(_ world: World) {
    world.trace.tell(world.now) { "client reads no more" }
    isReading = false
  }

  // MARK: Receiving

  /// The proxy has written; the checks see it at once, the client takes it when it likes.
  func received(_ world: World, _ bytes: ArraySlice<UInt8>) {
    untaken += bytes.count
    let isSlow = world.plan.faults[.slowClient] + world.plan.faults[.bigResults] > 0
    if !isSlow || world.phase != .chaos {
      untaken = 0
    } else {
      takeLater(world)
    }
    var rest = bytes
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let whole = line + rest[..<end]
      line = []
      rest = rest[(end + 1)...]
      receive(whole, world)
    }
    line += rest
  }

  private func takeLater(_ world: World) {
    outputCapacity = 4096
    world.after(world.random.span(.milliseconds(1), .seconds(3))) { world in
      self.untaken = max(0, self.untaken - world.random.number(1...4096))
      if self.untaken > 0 { self.takeLater(world) }
    }
  }

  /// Catches up with everything.
  func takeAll() { untaken = 0 }

  private func receive(_ bytes: [UInt8], _ world: World) {
    world.trace.tell(world.now) { "client reads \(String(decoding: bytes, as: UTF8.self))" }
    let json = TinyJSON(bytes)
    guard let message = json.whole else {
      return world.fail("framing", "the client got \(String(decoding: bytes, as: UTF8.self))")
    }
    if bytes[message.lowerBound] == UInt8(ascii: "[") {
      world.goals.saw(.batchAnswered)
      for part in json.parts(message) { receive(json, part.value, world) }
    } else {
      receive(json, message, world)
    }
  }

  private func receive(_ json: TinyJSON, _ message: Range<Int>, _ world: World) {
    let id = json.at(message, "id")
    if let method = json.text(json.at(message, "method")) {
      if let id { return asked(json, id, method, world) }
      return notified(json, message, method, world)
    }
    guard let id else {
      // An error that answers a line without an id the proxy could read.
      guard json.at(message, "error") != nil, expectedNulls > 0 else {
        return world.fail("P2", "the client got an answer without an id")
      }
      expectedNulls -= 1
      return
    }
    world.checks.replies.answered(world, json, message, id)
  }

  /// An answer has come: the request is no longer open.
  func close(_ k: Int, _ world: World, _ json: TinyJSON, _ message: Range<Int>) {
    guard let call = calls[k] else { return }
    open[call.id]?.removeAll { $0 == k }
    if open[call.id]?.isEmpty == true { open[call.id] = nil }
    switch call.kind {
    case .initialize:
      let isHasty = world.plan.faults[.earlyQuestions] == 0
      let most = TimeSpan.milliseconds(isHasty ? 50 : 1000)
      world.after(world.random.span(.milliseconds(1), most)) { world in
        self.isInitialized = true
        self.send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, world)
        for server in world.servers { server.current?.server?.clientIsReady(world) }
      }
    case .list:
      let tools = json.at(message, "result", "tools").map { json.parts($0) } ?? []
      let isUp = world.snapshot?.endpoints.contains { $0.state == .ready } ?? false
      if !tools.isEmpty, !isUp { world.goals.saw(.staleListServed) }
    case .call:
      let meta = json.at(message, "result", "_meta")
      let isOurs = meta.map { json.at($0, "mcp-proxy/error") != nil } ?? false
      let isElsewhere = meta.map { json.at($0, "mcp-proxy/servedBy") != nil } ?? false
      let isResult = json.at(message, "result") != nil
      noteAnswer(call, isGood: isResult && !isOurs && !isElsewhere, world)
    default: break
    }
  }

  // MARK: Questions and notifications

  private func asked(_ json: TinyJSON, _ id: Range<Int>, _ method: String, _ world: World) {
    guard let number = json.int(id), openQuestions.insert(number).inserted else {
      return world.fail("questions", "the client was asked twice under one id")
    }
    world.goals.saw(.questionAsked)
    // Now and then the human never answers.
    guard !world.random.chance(0.05) else { return }
    world.after(world.random.span(.milliseconds(5), .minutes(3))) { world in
      guard self.openQuestions.remove(number) != nil else { return }
      self.send(#"{"jsonrpc":"2.0","id":\#(number),"result":{"roots":[]}}"#, world)
    }
  }
}
