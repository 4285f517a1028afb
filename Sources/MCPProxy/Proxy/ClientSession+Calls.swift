package import MCPProtocol

// One tools/call from its arrival to its one answer.
extension ClientSession {
  func startCall(
    _ line: [UInt8],
    _ envelope: Envelope,
    _ batch: Int?,
    _ group: inout DiscardingTaskGroup
  ) {
    let number = register(RequestID(line.span, envelope.id), batch)
    if !envelope.progressToken.isEmpty {
      calls[number]?.progressToken = Array(line[envelope.progressToken])
    }
    group.addTask { await self.answerCall(number, line, envelope) }
  }

  /// Notes a request that is answered later; an id in use twice is answered twice.
  func register(_ id: RequestID, _ batch: Int?) -> UInt64 {
    lastCall += 1
    calls[lastCall] = ClientCall(id: id, batch: batch)
    callsByID[id] = lastCall
    return lastCall
  }

  /// Ends a request; returns what was known of it.
  func unregister(_ number: UInt64) -> ClientCall? {
    guard let call = calls.removeValue(forKey: number) else { return nil }
    if callsByID[call.id] == number { callsByID[call.id] = nil }
    return call
  }

  private func answerCall(_ number: UInt64, _ line: [UInt8], _ envelope: Envelope) async {
    var record = UsageRecord()
    record.began = loop.now
    record.line = line
    record.id = envelope.id
    guard let route = await route(of: line, envelope) else {
      return await refuseCall(number, line, envelope, unknownTool(line, envelope), &record)
    }
    let opening =
      envelope.arguments.isEmpty ? UInt8(ascii: "{") : line[envelope.arguments.lowerBound]
    guard opening == UInt8(ascii: "{") else {
      return await refuseCall(
        number,
        line,
        envelope,
        "Invalid params: arguments must be an object",
        &record
      )
    }
    record.endpoint = endpoints[route.endpoint].name
    record.tool = route.tool.name
    record.effect = route.effect
    var flow = CallFlow(
      number: number,
      line: line,
      envelope: envelope,
      route: route,
      began: record.began
    )
    let outcome = await follow(&flow)
    await finish(outcome, flow, &record)
  }

  /// Finds the route; a tool that is not known yet may be one of an endpoint that still starts.
  private func route(of line: [UInt8], _ envelope: Envelope) async -> Route? {
    if let route = table.route(line, envelope.name) { return route }
    guard !allListsAreSettled else { return nil }
    await startEndpoints()
    await waitUntil(loop.now + Self.routePatience) { session in
      session.allListsAreSettled || session.table.route(line, envelope.name) != nil
    }
    return table.route(line, envelope.name)
  }

  /// As long as an endpoint may take to start, and no longer than clients wait.
  private static let routePatience = TimeSpan.seconds(30)

  private func unknownTool(_ line: [UInt8], _ envelope: Envelope) -> String {
    guard !envelope.name.isEmpty, line[envelope.name.lowerBound] == UInt8(ascii: "\"") else {
      return "Invalid params: name must be a string"
    }
    return "Unknown tool: \(JSONDocument.decodeString(line, envelope.name).prefix(200))"
  }

  /// A call that cannot be routed: a protocol error (MCP 2025-11-25, tools).
  private func refuseCall(
    _ number: UInt64,
    _ line: [UInt8],
    _ envelope: Envelope,
    _ message: String,
    _ record: inout UsageRecord
  ) async {
    guard let call = unregister(number) else { return }
    record.status = call.isCancelled ? "cancelled" : "rpc_error"
    record.errorCode = -32602
    record.certainty = .notSent
    if !envelope.name.isEmpty, line[envelope.name.lowerBound] == UInt8(ascii: "\"") {
      record.tool = String(JSONDocument.decodeString(line, envelope.name).prefix(100))
    }
    if call.isCancelled {
      forgo(call.batch)
    } else {
      let answer = ResponseLine.error(id: call.id.json, code: -32602, message: message) + newline
      record.answerBytes = answer.count
      deliver(answer, call.batch)
    }
    await usage.append(record)
  }

  /// Gives the client its answer and the usage log its line.
  private func finish(
    _ outcome: CallOutcome,
    _ flow: CallFlow,
    _ record: inout UsageRecord
  ) async {
    guard let call = unregister(flow.number) else { return }
    record.attempts = flow.notes
    record.queued = flow.queued
    record.elsewhere = flow.elsewhere
    record.breaker = await endpoints[flow.route.endpoint].breakerWord
    switch outcome {
    case .cancelled: noteCancelled(flow, &record)
    case .answered where call.isCancelled, .failed where call.isCancelled:
      noteCancelled(flow, &record)
    case .answered(let answer, let endpoint):
      if let held = call.heldProgress { sendCourtesy(held) }
      note(answer, from: endpoint, &record)
      deliver(answer.frame, call.batch)
    case .failed(let failure):
      var failure = failure
      if failure.reason == .timeout {
        failure.text = FailureText.timeout(
          flow.route.tool.name,
          flow.route.effect,
          after: loop.now - flow.began,
          attempts: flow.attempts
        )
      }
      record.status = failure.reason.status
      record.certainty = failure.certainty
      let others = flow.failures.filter { $0.endpoint != failure.endpoint }
      let frame = FailureResult.frame(call.id.json, failure, others: others)
      record.answerBytes = frame.count
      deliver(frame, call.batch)
    }
    if record.status == "cancelled" { forgo(call.batch) }
    await usage.append(record)
  }

  private func noteCancelled(_ flow: CallFlow, _ record: inout UsageRecord) {
    record.status = "cancelled"
    record.certainty = flow.notes.isEmpty ? .notSent : .unknown
  }

  private func note(_ answer: Answer, from endpoint: Int, _ record: inout UsageRecord) {
    let configuration = endpoints[endpoint].configuration
    record.via = configuration.name
    record.status = answer.errorCode != nil ? "rpc_error" : answer.isError ? "tool_error" : "ok"
    record.errorCode = answer.errorCode
    record.answerBytes = answer.frame.count
    if let reported = answer.reportedCost {
      record.cost = reported
      record.costIsReported = true
    } else {
      record.cost = configuration.cost.tools[record.tool] ?? configuration.cost.perCall
    }
  }

  // MARK: Progress

  /// Reports a client gets for one call in a second; the last one always reaches it.
  private static let progressInterval = TimeSpan.milliseconds(100)

  package func progressed(_ number: UInt64, _ line: [UInt8], _ envelope: Envelope) {
    guard var call = calls[number], !call.isCancelled,
      let value = Double(String(decoding: line[envelope.progress], as: UTF8.self)),
      value > call.progress
    else { return }
    call.progress = value
    var splice = Splice()
    guard let token = call.progressToken else { return }
    splice.replace(envelope.progressToken, with: .bytes(token))
    var frame: [UInt8] = []
    splice.append(line, 0..<line.count, to: &frame)
    let now = loop.now
    if let last = call.progressSent, now - last < Self.progressInterval {
      call.heldProgress = frame
    } else {
      call.heldProgress = nil
      call.progressSent = now
      sendCourtesy(frame)
    }
    calls[number] = call
  }
}
