import MCPProtocol

// What goes to the process: calls, notifications, requests of our own.
extension Endpoint {
  /// Writes an admitted call into the outbox and starts its time.
  func send(_ waiter: WaitingCall, _ permit: Permit, _ toolPermit: Permit) {
    waiter.timer.map(loop.cancelTimer)
    send(
      waiter.attempt,
      permit,
      toolPermit,
      queued: loop.now - waiter.since,
      waiter.completion
    )
  }

  func send(
    _ attempt: Attempt,
    _ permit: Permit,
    _ toolPermit: Permit,
    queued: TimeSpan,
    _ completion: Completion
  ) {
    let id = pending.nextID()
    var splice = Splice()
    let message = attempt.message
    splice.replace(message.envelope.id, with: .integer(id))
    splice.replace(message.envelope.name, with: .bytes(attempt.tool.token))
    if !message.envelope.progressToken.isEmpty {
      splice.replace(message.envelope.progressToken, with: .integer(id))
    }
    if chaos == nil || passes(id, attempt) {
      outbox.append(splice, message.line, 0..<message.length)
    }
    flushAtEndOfTurn()
    let call = CallInFlight(
      attempt,
      permit,
      toolPermit,
      sent: loop.kernel.now(),
      queued: queued,
      // The line end behind it proves nothing: many readers take a last line without one.
      frameEnd: outbox.end - 1,
      completion
    )
    pending.add(id, .call(call))
    if pausedSince == nil { armCallTimer(for: attempt.deadline) }
  }

  /// Appends a whole line of our own.
  func sendLine(_ line: [UInt8]) {
    guard process?.inputIsOpen == true else { return }
    // Calls are refused long before, but one of them may be as long as a line may be; what else
    // there is must not grow for ever.
    let most = 8 * Self.outboxLimit + launcher.maxLine
    if outbox.pendingBytes > most { return end("does not read what it is sent") }
    outbox.append(line + [UInt8(ascii: "\n")])
    flushAtEndOfTurn()
  }

  func flushAtEndOfTurn() {
    guard !flushIsDue else { return }
    flushIsDue = true
    loop.atEndOfTurn(self)
  }

  func flush() {
    guard let input = process?.input, process?.inputIsOpen == true else { return }
    switch outbox.flush(into: input, loop.kernel) {
    case .done: stopWatchingInput()
    case .blocked:
      if process?.inputWatch == nil {
        let watch = watch(input, .writing, .input)
        process?.inputWatch = watch
      }
    case .failed:
      // A closed end is reported again and again until the process is gone.
      stopWatchingInput()
      // What it answered before, or said instead of starting, is in the pipe.
      outputReady(isClosed: true, isLast: true)
      end(Self.closedInput)
    }
  }

  private func stopWatchingInput() {
    guard let input = process?.input, let watch = process?.inputWatch else { return }
    loop.unwatch(input, watch)
    process?.inputWatch = nil
  }

  func sendCancellation(of id: Int, reason: [UInt8]?) {
    var writer = JSONWriter()
    writer.beginNotification("notifications/cancelled")
    writer.key("params")
    writer.beginObject()
    writer.key("requestId")
    writer.int(id)
    if let reason {
      writer.key("reason")
      writer.raw(reason[...])
    }
    writer.endObject()
    writer.endObject()
    sendLine(writer.bytes)
  }

  /// Passes on a message of the client's that is already in the endpoint's terms.
  package func forward(_ line: [UInt8]) {
    if isOpen { sendLine(line) }
  }

  /// Whether the handshake is done: servers hear of nothing else before (2025-11-25, lifecycle).
  private var isOpen: Bool {
    (state == .ready || state == .starting) && process?.server != nil
  }

  /// Sends a request of our own and waits for its answer; `nil` if none came in time.
  func request(_ method: StaticString, params: [UInt8]?, within: TimeSpan) async -> OwnAnswer? {
    guard process?.isOver == false else { return nil }
    let id = pending.nextID()
    sendRequest(id, method, params)
    let timer = loop.setTimer(
      at: loop.now + within,
      owner: self,
      token: EndpointTimer(.deadline, UInt64(id)).token
    )
    return await unsafe withUnsafeContinuation { continuation in
      pending.add(id, .own(.step(unsafe OwnStep(timer: timer, continuation: continuation))))
    }
  }

  func sendRequest(_ id: Int, _ method: StaticString, _ params: [UInt8]?) {
    guard chaos == nil || passesOwn(id, method) else { return }
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("jsonrpc")
    writer.string("2.0")
    writer.key("id")
    writer.int(id)
    writer.key("method")
    writer.string("\(method)")
    if let params {
      writer.key("params")
      writer.raw(params[...])
    }
    writer.endObject()
    sendLine(writer.bytes)
  }

  /// What the client can be asked; for processes started from now on.
  package func setClientCapabilities(_ capabilities: [UInt8]) {
    clientCapabilities = capabilities
  }

  /// The client's wish for log messages; kept for processes to come.
  package func setLogLevel(_ level: String) {
    logLevel = level
    if isOpen, process?.server?.supportsLogging == true { sendLogLevel(level) }
  }

  func sendLogLevel(_ level: String) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("level")
    writer.string(level)
    writer.endObject()
    // Its answer says nothing that anybody waits for.
    sendRequest(pending.nextID(), "logging/setLevel", writer.bytes)
  }
}

extension JSONWriter {
  /// Opens a notification's object, up to its params.
  mutating func beginNotification(_ method: StaticString) {
    beginObject()
    key("jsonrpc")
    string("2.0")
    key("method")
    string("\(method)")
  }
}
