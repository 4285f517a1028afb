package import MCPProtocol

// One tools/call from its arrival to its one answer.
extension ClientSession {
  /// Takes a call up; true if it is on its way already, else the caller gives it a task.
  func startCall(_ message: ClientMessage) -> Bool {
    guard let route = table.route(message.line, message.envelope.name), hasArguments(message)
    else { return false }
    let now = loop.now
    lastCall += 1
    let number = lastCall
    let attempt = attempt(number, message, route, at: now)
    // Both actors are on the loop, so the step is the same (docs/decisions/0009).
    guard endpoints[route.endpoint].onLoop(attempt, { $0.begin($1) }) else { return false }
    let call = clientCall(message, batch: nil)
    call.direct = DirectCall(message: message, route: route, began: now)
    call.endpoint = route.endpoint
    calls[number] = call
    return true
  }

  package nonisolated func attemptEnded(_ number: UInt64, _ result: AttemptResult) {
    onLoop((number, result)) { $0.ended($1.0, $1.1) }
  }

  /// What a call that was sent on at once has come to; what is not simply answered gets a task.
  private func ended(_ number: UInt64, _ result: AttemptResult) {
    guard let call = unregister(number), let direct = call.direct else { return }
    if case .answered(let answer) = result, !answer.mayBeRepeated {
      return finish(answer, direct, call)
    }
    var flow = CallFlow(number: number, direct.message, direct.route, began: direct.began)
    note(result, direct.route.endpoint, since: direct.began, &flow)
    if case .cancelled = result { return finish(.cancelled, flow, call) }
    call.direct = nil
    call.endpoint = nil
    calls[number] = call
    unfinished.append(UnfinishedCall(flow: flow, result: result.kept()))
    wakeReader()
  }

  /// The end of nearly every call: its own endpoint has answered its first attempt.
  private func finish(_ answer: Answer, _ direct: DirectCall, _ call: ClientCall) {
    let route = direct.route
    var record = UsageRecord(direct.message, began: direct.began)
    record.endpoint = route.endpoint
    record.tool = route.tool.token
    record.effect = route.effect
    record.attempts.append(AttemptNotes.Note(answer, by: route.endpoint))
    record.queued = answer.queued
    record.elsewhere = answer.received - answer.sent
    record.breaker = answer.breaker
    record.injected = call.injected
    give(answer, from: route.endpoint, route, call, &record)
    append(record)
  }

  func answerCall(
    _ message: ClientMessage,
    _ batch: Int?,
    _ group: inout DiscardingTaskGroup
  ) {
    let number = register(message, batch: batch)
    let began = loop.now
    if let route = table.route(message.line, message.envelope.name), hasArguments(message) {
      group.addTask {
        await self.answerCall(CallFlow(number: number, message, route, began: began), after: nil)
      }
    } else {
      group.addTask { await self.answerUnrouted(number, message, began) }
    }
  }

  /// Arguments are an object, where there are any (MCP 2025-11-25, schema).
  func hasArguments(_ message: ClientMessage) -> Bool {
    let arguments = message.envelope.arguments
    return arguments.isEmpty || message.line[arguments.lowerBound] == UInt8(ascii: "{")
  }

  /// Notes a request that is answered later; an id in use twice is answered twice.
  func register(_ message: ClientMessage, batch: Int?) -> UInt64 {
    lastCall += 1
    calls[lastCall] = clientCall(message, batch: batch)
    return lastCall
  }

  private func clientCall(_ message: ClientMessage, batch: Int?) -> ClientCall {
    let (line, envelope) = (message.line, message.envelope)
    let call = ClientCall(id: RequestID(line.span, envelope.id), batch: batch)
    if !envelope.progressToken.isEmpty {
      call.progressToken = Array(line[envelope.progressToken])
    }
    return call
  }

  /// Ends a request; returns what was known of it.
  func unregister(_ number: UInt64) -> ClientCall? {
    guard let call = calls.remove(number) else { return nil }
    if calls.isEmpty, inputHasEnded || isEnding { wakeReader() }
    return call
  }

  /// Follows a call to its end; `first` is how its first attempt ended, if it was made already.
  func answerCall(_ opening: CallFlow, after first: AttemptResult?) async {
    var flow = opening
    let outcome = await follow(&flow, after: first)
    if let call = unregister(flow.number) { finish(outcome, flow, call) }
  }

  /// Gives the client its answer and the usage log its line.
  private func finish(_ outcome: CallOutcome, _ flow: CallFlow, _ call: ClientCall) {
    var record = UsageRecord(flow.message, began: flow.began)
    record.endpoint = flow.route.endpoint
    record.tool = flow.route.tool.token
    record.effect = flow.effect
    record.attempts = flow.notes
    record.queued = flow.queued
    record.elsewhere = flow.elsewhere
    record.breaker = flow.breaker
    record.injected = call.injected
    switch outcome {
    case .answered(let answer, let endpoint) where !call.isCancelled:
      give(answer, from: endpoint, flow.route, call, &record)
    case .failed(let failure) where !call.isCancelled:
      record.status = failure.reason.status
      record.certainty = failure.certainty
      let frame = failureFrame(failure, flow, call)
      record.answerBytes = frame.count
      deliver(frame, call.batch)
    default:
      record.status = .cancelled
      record.certainty = flow.attempts == 0 ? .notSent : .unknown
      forgo(call.batch)
      #if MUTANTS
      if Mutant.isActive(.cancelAnswered) { respond(call.id.json, -32800, "Cancelled") }
      if Mutant.isActive(.cancelledCallNotBooked) { return }
      #endif
    }
    append(record)
  }

  private func failureFrame(
    _ failure: CallFailure,
    _ flow: CallFlow,
    _ call: ClientCall
  ) -> [UInt8] {
    var failure = failure
    if failure.reason == .timeout {
      // The client waited for all attempts, not for the last one.
      failure.text = FailureText.timeout(
        flow.route.tool.name,
        failure.effect,
        after: loop.now - flow.began,
        attempts: flow.attempts
      )
    }
    switch failure.reason {
    case .serverDied, .shuttingDown, .invalidAnswer:
      guard failure.wasAttempted else { break }
      failure.text += FailureText.whetherItRan(failure.certainty, failure.effect)
    default: break
    }
    let others = flow.failures.filter { $0.endpoint != failure.endpoint }
    return FailureResult.frame(
      call.id.json,
      failure,
      others: others + passedOver(flow, after: failure)
    )
  }

  /// Stand-ins that were known to take other arguments, where one could have taken the call.
  private func passedOver(_ flow: CallFlow, after failure: CallFailure) -> [CallFailure] {
    let permission = RepeatRule.permission(
      failure.effect,
      failure.certainty,
      isInternalError: false
    )
    guard permission == .yes else { return [] }
    let tool = flow.route.tool.name
    return flow.route.fallback.compactMap { other in
      let name = endpoints[other].name
      guard !flow.failures.contains(where: { $0.endpoint == name }),
        let offered = catalog.tool(tool, of: other), offered.schemaHash != flow.route.schemaHash
      else { return nil }
      return CallFailure(.schemaDiffers, endpoint: name, tool: tool, text: "")
    }
  }

  /// Gives the client an answer, and the record what it says.
  private func give(
    _ answer: Answer,
    from endpoint: Int,
    _ route: Route,
    _ call: ClientCall,
    _ record: inout UsageRecord
  ) {
    if let held = call.heldProgress { sendCourtesy(held) }
    record.answerBytes = deliver(answer, call.batch)
    record.via = endpoint
    if answer.errorCode != nil {
      record.status = .rpcError
    } else if answer.isError {
      record.status = .toolError
    }
    record.errorCode = answer.errorCode
    if let reported = answer.reportedCost {
      record.cost = reported
      record.costIsReported = true
    } else {
      let cost = endpoints[endpoint].configuration.cost
      record.cost =
        cost.tools.isEmpty ? cost.perCall : cost.tools[route.tool.name] ?? cost.perCall
    }
  }

  // MARK: Progress

  /// Reports a client gets for one call in a second; the last one always reaches it.
  private static let progressInterval = TimeSpan.milliseconds(100)

  package func progressed(_ number: UInt64, _ line: [UInt8], _ envelope: Envelope) {
    guard let call = calls[number], !call.isCancelled,
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
  }
}
