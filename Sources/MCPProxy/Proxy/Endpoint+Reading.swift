import MCPProtocol

// What the process writes: lines of protocol on its output, anything on its error output.
extension Endpoint {
  /// Reads messages until the output or the process ends.
  func readOutput() async {
    guard let output = process?.output else { return }
    process?.outputWatch = try? loop.watch(
      output,
      .reading,
      owner: self,
      token: Stream.output.rawValue
    )
    var buffer = LineBuffer(limit: launcher.maxLine)
    while process?.reasonToEnd == nil {
      await unsafe withUnsafeContinuation { unsafe readWaiter.wait($0) }
      guard process?.reasonToEnd == nil else { break }
      if await readOnce(output, &buffer) { break }
      if await observer?.isClogged == true { await pauseReading() }
    }
    if case .whole(let line) = buffer.remainder() {
      await receiveLine(buffer.storage, line)
    }
  }

  /// Reads what is there; true when nothing more will come.
  private func readOnce(_ output: Descriptor, _ buffer: inout LineBuffer) async -> Bool {
    while true {
      let room = buffer.makeRoom()
      let kernel = loop.kernel
      switch buffer.fill({ kernel.read(output, into: &$0, at: room) }) {
      case .bytes(let count):
        buffer.commit(count)
        await receiveLines(&buffer)
        // A short read has emptied the pipe; asking again would cost a call for nothing.
        if count < room.count, process?.exit == nil { return false }
      case .wouldBlock: return process?.exit != nil
      case .end, .failed: return true
      }
    }
  }

  /// The client does not keep up: reading on would only pile up what it does not take.
  private func pauseReading() async {
    guard let output = process?.output, let watch = process?.outputWatch else { return }
    loop.rewatch(output, watch, [])
    await observer?.roomForMore()
    guard process?.outputWatch == watch else { return }
    loop.rewatch(output, watch, .reading)
  }

  private func receiveLines(_ buffer: inout LineBuffer) async {
    while let line = buffer.next() {
      switch line {
      case .whole(let range): await receiveLine(buffer.storage, range)
      case .oversize(let head): receiveOversize(buffer.storage, head)
      }
    }
  }

  private func receiveLine(_ source: [UInt8], _ line: Range<Int>) async {
    let envelope: Envelope
    do throws(EnvelopeError) {
      envelope = try EnvelopeParser.parse(source.span.extracting(line))
    } catch {
      return receiveJunk(error, source, line)
    }
    junkLines = 0
    lastSpeech = loop.now
    switch envelope.kind {
    case .result, .error: receiveAnswer(envelope, source, line)
    case .notification: await receiveNotification(envelope, Array(source[line]))
    case .request: await receiveRequest(envelope, Array(source[line]))
    case .batch: await receiveBatch(source, line)
    }
  }

  /// Servers of 2025-03-26 may answer with an array of messages.
  private func receiveBatch(_ source: [UInt8], _ line: Range<Int>) async {
    let messages = try? JSONDocument(source, range: line).root.array
    for message in messages ?? [] where message.members != nil {
      await receiveLine(source, message.range)
    }
  }

  private func receiveJunk(_ error: EnvelopeError, _ source: [UInt8], _ line: Range<Int>) {
    if case .invalid(let problem, let id?) = error,
      let number = RequestID.integer(source.span.extracting(line), id), pending[number] != nil
    {
      return rejectAnswer(number, problem)
    }
    junkLines += 1
    log.debug("endpoint \"\(name)\" wrote a line that is no message")
    if junkLines >= 20 { end("wrote \(junkLines) lines in a row that are no messages") }
  }

  private func receiveOversize(_ source: [UInt8], _ head: Range<Int>) {
    let text = source.span.extracting(head)
    guard let token = EnvelopeParser.idInHead(text), let id = RequestID.integer(text, token) else {
      junkLines += 1
      return
    }
    rejectAnswer(id, "longer than \(launcher.maxLine) bytes", size: launcher.maxLine)
  }

  // MARK: Notifications and requests

  private func receiveNotification(_ envelope: Envelope, _ line: [UInt8]) async {
    switch envelope.method {
    case .progress: await receiveProgress(envelope, line)
    case .logMessage: await observer?.logged(by: index, line, envelope)
    case .toolsChanged: refreshTools()
    case .cancelled:
      guard !envelope.requestID.isEmpty else { return }
      await observer?.takenBack(by: index, RequestID(line.span, envelope.requestID))
    case .elicitationComplete: await observer?.notified(line, envelope)
    default: break
    }
  }

  /// Progress gives a call more time, up to its limit (MCP 2025-11-25, progress).
  private func receiveProgress(_ envelope: Envelope, _ line: [UInt8]) async {
    guard let id = RequestID.integer(line.span, envelope.progressToken),
      case .call(var call) = pending[id]
    else { return }
    let now = loop.now
    call.lastProgress = now
    call.deadline = max(call.deadline, min(now + call.attempt.timeout, call.attempt.limit))
    if let timer = call.timer {
      loop.cancelTimer(timer)
      call.timer = loop.setTimer(
        at: call.deadline,
        owner: self,
        token: EndpointTimer(.deadline, UInt64(id)).token
      )
    }
    pending[id] = .call(call)
    breaker.excuse(call.permit)
    toolBreakers.excuse(call.attempt.tool.index, call.toolPermit)
    guard !call.attempt.envelope.progressToken.isEmpty else { return }
    await observer?.progressed(call.attempt.call, line, envelope)
  }

  private func receiveRequest(_ envelope: Envelope, _ line: [UInt8]) async {
    let id = line[envelope.id]
    switch envelope.method {
    case .ping:
      sendLine(Array("{\"jsonrpc\":\"2.0\",\"id\":".utf8) + id + Array(",\"result\":{}}".utf8))
    case .listRoots, .createMessage, .elicit:
      await observer?.asked(by: index, line, envelope)
    default:
      let method = String(decoding: line[envelope.methodName], as: UTF8.self)
      refuse(Array(id), -32601, "Method not found: \(method)")
    }
  }

  /// Answers a request of the endpoint's with an error.
  package func refuse(_ id: [UInt8], _ code: Int, _ message: String) {
    sendLine(ResponseLine.error(id: id, code: code, message: message))
  }

  // MARK: Error output

  /// Keeps the pipe empty, so that a process that logs a lot does not stand still.
  func readErrors() async {
    guard let stream = process?.error else { return }
    process?.errorWatch = try? loop.watch(
      stream,
      .reading,
      owner: self,
      token: Stream.error.rawValue
    )
    var buffer = [UInt8](repeating: 0, count: 4096)
    while process?.errorIsOpen == true {
      await unsafe withUnsafeContinuation { unsafe errorWaiter.wait($0) }
      guard process?.errorIsOpen == true else { return }
      switch loop.kernel.read(stream, into: &buffer, at: 0..<buffer.count) {
      case .bytes(let count): tail.append(buffer[..<count])
      case .wouldBlock: continue
      case .end, .failed: closeErrors()
      }
    }
  }

  private func closeErrors() {
    guard let running = process, running.errorIsOpen else { return }
    process?.errorIsOpen = false
    if let watch = running.errorWatch { loop.unwatch(running.error, watch) }
    loop.kernel.close(running.error)
  }

  /// Closes what is still open of an ended process and lets its tasks end.
  func closePipes() {
    guard let running = process else { return }
    if running.errorIsOpen {
      // What it said last is often the reason.
      var buffer = [UInt8](repeating: 0, count: 4096)
      if case .bytes(let count) = loop.kernel.read(
        running.error,
        into: &buffer,
        at: 0..<buffer.count
      ) {
        tail.append(buffer[..<count])
      }
      closeErrors()
    }
    if let watch = running.outputWatch { loop.unwatch(running.output, watch) }
    loop.kernel.close(running.output)
    closeInput()
    errorWaiter.resume()
    refreshWaiter.resume()
  }

  func closeInput() {
    guard let running = process, running.inputIsOpen else { return }
    process?.inputIsOpen = false
    if let watch = running.inputWatch { loop.unwatch(running.input, watch) }
    loop.kernel.close(running.input)
  }
}
