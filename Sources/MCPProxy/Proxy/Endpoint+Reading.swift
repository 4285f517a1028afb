import MCPProtocol

// What the process writes on its output: lines of protocol.
extension Endpoint {
  /// The output has something to read, or has ended: answers are taken at once.
  func outputReady(isClosed: Bool = false) {
    guard let running = process, running.reasonToEnd == nil, !outputHasEnded else { return }
    if congestion.isClogged, mustPause {
      watchOutputAgain()
      return readWaiter.resume()
    }
    let hasExited = running.exit != nil
    // A process that writes without end must not keep the loop; one that has ended is read dry,
    // even for a client that is behind: it is what a pipe holds, and nothing comes after it.
    let mostReads = hasExited ? 1024 : 16
    var isEmpty = false
    var reads = 0
    while !isEmpty, reads < mostReads {
      reads += 1
      isEmpty = readOutput(running.output, mayHaveEnded: hasExited || isClosed)
    }
    if hasExited { outputHasEnded = true }
    if outputHasEnded {
      stopWatchingOutput()
      if case .whole(let line) = lines.remainder() { take(line) }
    } else if !isEmpty {
      watchOutputAgain()
    }
    if !inbox.isEmpty || outputHasEnded { readWaiter.resume() }
  }

  /// Reads once; returns whether nothing is left for now.
  private func readOutput(_ output: Descriptor, mayHaveEnded: Bool) -> Bool {
    let room = lines.makeRoom()
    let kernel = loop.kernel
    switch lines.fill({ kernel.read(output, into: &$0, at: room) }) {
    case .bytes(let count):
      lines.commit(count)
      takeLines()
      // A short read has emptied the pipe; asking again would cost a call for nothing.
      return count < room.count && !mayHaveEnded
    case .wouldBlock: return true
    case .end, .failed:
      outputHasEnded = true
      return true
    }
  }

  private func watchOutput() {
    guard let output = process?.output, process?.outputWatch == nil else { return }
    let watch = watch(output, [.reading, .once], .output)
    process?.outputWatch = watch
  }

  /// Watches a pipe of the process, or ends it: nobody would hear of it any more.
  func watch(_ pipe: Descriptor, _ interest: Interest, _ stream: Stream) -> UInt64? {
    do throws(SystemError) {
      return try loop.watch(pipe, interest, owner: self, token: stream.rawValue)
    } catch {
      endUnwatched(error)
      return nil
    }
  }

  private func endUnwatched(_ error: SystemError) {
    end("was ended because its pipes cannot be watched (\(error))")
  }

  /// Asks to be told once more of what is still to be read.
  private func watchOutputAgain() {
    guard let output = process?.output, let watch = process?.outputWatch else { return }
    do throws(SystemError) {
      try loop.rewatch(output, watch, [.reading, .once])
    } catch {
      endUnwatched(error)
    }
  }

  func stopWatchingOutput() {
    guard let output = process?.output, let watch = process?.outputWatch else { return }
    loop.unwatch(output, watch)
    process?.outputWatch = nil
  }

  private func takeLines() {
    while let line = lines.next() {
      switch line {
      case .whole(let range): take(range)
      case .oversize(let head): takeOversize(head)
      }
    }
  }

  private func take(_ range: Range<Int>) {
    let source = lines.take(range) ?? lines.storage
    if chaos == nil || !intercepts(source, range) { take(source, range) }
  }

  @inline(__always)
  func take(_ source: [UInt8], _ range: Range<Int>) {
    guard inbox.isEmpty else { return inbox.append(IncomingLine(Array(source[range]))) }
    if let other = receiveIfAnswer(source, range) {
      inbox.append(IncomingLine(Array(source[range]), other))
    }
  }

  /// Deals with what needs a hop to other actors, until the output or the process ends.
  func readOutput() async {
    lines = LineBuffer(limit: launcher.maxLine)
    inbox.removeAll()
    outputHasEnded = false
    watchOutput()
    // It may have ended before anybody watched.
    if process?.exit != nil { outputReady() }
    while process?.reasonToEnd == nil {
      if inbox.isEmpty, !outputHasEnded, !mustPause {
        await unsafe withUnsafeContinuation { unsafe readWaiter.wait($0) }
      }
      var position = 0
      while position < inbox.count {
        await receive(inbox[position])
        position += 1
      }
      inbox.removeAll()
      if outputHasEnded { return }
      if mustPause { await pauseReading() }
    }
  }

  /// The client does not keep up: reading on would only pile up what it does not take.
  ///
  /// Not while the process starts: then it answers nobody but us, and in a time of its own.
  private var mustPause: Bool {
    congestion.isClogged && state != .starting && !outputHasEnded && process?.exit == nil
      && process?.reasonToEnd == nil
  }

  private func pauseReading() async {
    // Not merely without interest: an end that is seen again and again would keep us busy. That of
    // the process is told by the launcher all the same.
    stopWatchingOutput()
    while mustPause { await unsafe withUnsafeContinuation { unsafe readWaiter.wait($0) } }
    guard process?.isOver == false, process?.reasonToEnd == nil, !outputHasEnded else { return }
    watchOutput()
    // What came meanwhile may have been the end.
    outputReady()
  }

  /// The client has taken enough of what was sent for more to be read.
  package nonisolated func clientHasRoom() {
    onLoop(()) { endpoint, _ in endpoint.readWaiter.resume() }
  }

  private func receive(_ incoming: IncomingLine) async {
    let line = incoming.line
    let envelope = incoming.envelope ?? receiveIfAnswer(line, 0..<line.count)
    guard let envelope else { return }
    switch envelope.kind {
    case .result, .error: break
    case .notification: await receiveNotification(envelope, line)
    case .request: await receiveRequest(envelope, line)
    case .batch: await receiveBatch(line)
    }
  }

  /// Takes an answer, or nonsense, at once; returns any other message.
  private func receiveIfAnswer(_ source: [UInt8], _ line: Range<Int>) -> Envelope? {
    do throws(EnvelopeError) {
      let envelope = try EnvelopeParser.parse(source.span.extracting(line))
      guard envelope.kind == .result || envelope.kind == .error else { return other(envelope) }
      junkLines = 0
      lastSpeech = loop.now
      receiveAnswer(envelope, source, line)
    } catch {
      receiveJunk(error, source, line)
    }
    return nil
  }

  /// Takes note of what is no answer; `nil` if it is nonsense.
  private func other(_ envelope: Envelope) -> Envelope? {
    if envelope.kind == .batch {
      // Of an array of messages, its elements say whether the endpoint spoke.
      if process?.server?.version.allowsBatches == true { return envelope }
      countJunk()
      return nil
    }
    junkLines = 0
    lastSpeech = loop.now
    return envelope
  }

  private static let largestBatch = 1000

  private func receiveBatch(_ line: [UInt8]) async {
    let elements = EnvelopeParser.elements(line.span, most: Self.largestBatch)
    guard let elements else { return countJunk() }
    for element in elements where process?.reasonToEnd == nil {
      if line[element.lowerBound] == UInt8(ascii: "{") {
        await receive(IncomingLine(Array(line[element])))
      } else {
        countJunk()
      }
    }
  }

  private func receiveJunk(_ error: EnvelopeError, _ source: [UInt8], _ line: Range<Int>) {
    if case .invalid(let problem, let id?) = error,
      let number = RequestID.integer(source.span.extracting(line), id), pending[number] != nil,
      // A request of the endpoint's own may bear the same number.
      !MessageHead(source.span.extracting(line)).isRequest
    {
      return rejectAnswer(number, problem)
    }
    countJunk()
  }

  private func countJunk() {
    junkLines += 1
    // A usage text or a complaint on the wrong stream. Later it may be a part of a result.
    if state == .starting { tail.append(source[line] + [UInt8(ascii: "\n")]) }
    log.debug("endpoint \"\(name)\" wrote a line that is no message")
    if junkLines >= 20 { end("wrote \(junkLines) lines in a row that are no messages") }
  }

  private func takeOversize(_ head: Range<Int>) {
    let line = Array(lines.storage[head])
    let message = MessageHead(line.span)
    let problem = "longer than \(launcher.maxLine) bytes"
    if message.isRequest {
      countJunk()
      // A notification has no id, and a request's may have been thrown away.
      if let id = message.id { refuse(Array(line[id]), -32600, "Message is \(problem)") }
      return
    }
    let number = message.id.flatMap { RequestID.integer(line.span, $0) }
    // Some servers write the id last, where it was thrown away; with one call open it is its.
    guard let id = number ?? (pending.count == 1 ? pending.ids.first : nil) else {
      return countJunk()
    }
    rejectAnswer(id, problem, size: launcher.maxLine)
  }

  // MARK: Notifications and requests

  private func receiveNotification(_ envelope: Envelope, _ line: [UInt8]) async {
    switch envelope.method {
    case .progress: await receiveProgress(envelope, line)
    case .logMessage where fits(line): await observer?.logged(by: index, line, envelope)
    case .toolsChanged: refreshTools()
    case .cancelled:
      guard !envelope.requestID.isEmpty else { return }
      takeBackQuestion(RequestID(line.span, envelope.requestID))
    case .elicitationComplete where fits(line): await observer?.notified(line, envelope)
    default: break
    }
  }

  /// Whether the client can be sent a notification; one that is too long is left out.
  private func fits(_ line: [UInt8]) -> Bool {
    guard line.count > Self.longestAnswer else { return true }
    log.warn(
      "endpoint \"\(name)\" sent a notification of \(line.count) bytes, over the limit of "
        + "\(Self.longestAnswer) for one message; it is left out"
    )
    return false
  }

  /// Progress gives a call more time, up to its limit (MCP 2025-11-25, progress).
  private func receiveProgress(_ envelope: Envelope, _ line: [UInt8]) async {
    guard let id = RequestID.integer(line.span, envelope.progressToken),
      case .call(let call) = pending[id]
    else { return }
    let now = loop.now
    call.lastProgress = now
    call.deadline = max(call.deadline, min(now + call.attempt.timeout, call.attempt.limit))
    breaker.excuse(call.permit)
    toolBreakers.excuse(call.attempt.tool.index, call.toolPermit)
    guard !call.attempt.message.envelope.progressToken.isEmpty, fits(line) else { return }
    await observer?.progressed(call.attempt.call, line, envelope)
  }

  private func receiveRequest(_ envelope: Envelope, _ line: [UInt8]) async {
    let id = line[envelope.id]
    switch envelope.method {
    case .ping:
      sendLine(Array("{\"jsonrpc\":\"2.0\",\"id\":".utf8) + id + Array(",\"result\":{}}".utf8))
    case .listRoots, .createMessage, .elicit:
      await ask(line, envelope)
    default:
      let method = String(decoding: line[envelope.methodName], as: UTF8.self)
      refuse(Array(id), -32601, "Method not found: \(method)")
    }
  }

  /// Answers a request of the endpoint's with an error.
  package func refuse(_ id: [UInt8], _ code: Int, _ message: String) {
    sendLine(ResponseLine.error(id: id, code: code, message: message))
  }
}

/// A line that is dealt with in turn; read already, or to be read then.
struct IncomingLine {
  let line: [UInt8]
  let envelope: Envelope?

  init(_ line: [UInt8], _ envelope: Envelope? = nil) {
    self.line = line
    self.envelope = envelope
  }
}
