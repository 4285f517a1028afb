import MCPProtocol

// What the lines of the process say: answers, nonsense, notifications, requests, arrays of them.
extension Endpoint {
  func receive(_ incoming: IncomingLine) async {
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
  func receiveIfAnswer(_ source: [UInt8], _ line: Range<Int>) -> Envelope? {
    do throws(EnvelopeError) {
      let envelope = try EnvelopeParser.parse(source.span.extracting(line))
      guard envelope.kind == .result || envelope.kind == .error else {
        return other(envelope, source[line])
      }
      hasSpoken()
      receiveAnswer(envelope, source, line)
    } catch {
      receiveJunk(error, source, line)
    }
    return nil
  }

  /// Takes note of what is no answer; `nil` if it is nonsense.
  private func other(_ envelope: Envelope, _ line: ArraySlice<UInt8>) -> Envelope? {
    if envelope.kind == .batch {
      // Of an array of messages, its elements say whether the endpoint spoke.
      if process?.server?.version.allowsBatches == true { return envelope }
      countJunk(line)
      return nil
    }
    hasSpoken()
    return envelope
  }

  /// It wrote a message: it lives, and what was no message is no row any more.
  private func hasSpoken() {
    junkLines = 0
    lastSpeech = loop.now
  }

  private func receiveBatch(_ line: [UInt8]) async {
    let elements = EnvelopeParser.elements(line.span, most: Bounds.batch)
    guard let elements else { return countJunk(line[...]) }
    for element in elements where process?.reasonToEnd == nil {
      if line[element.lowerBound] == UInt8(ascii: "{") {
        await receive(IncomingLine(Array(line[element])))
      } else {
        countJunk(line[element])
      }
    }
  }

  private func receiveJunk(_ error: EnvelopeError, _ source: [UInt8], _ range: Range<Int>) {
    let line = Array(source[range])
    let head = MessageHead(line.span)
    switch error {
    // A request of the endpoint's own may bear the same number as one of ours.
    case .invalid(let problem, let id?) where !head.isRequest && isPending(line, id):
      return rejectAnswer(line, id, problem)
    case .syntax where head.isAnswer && isPending(line, head.id):
      return rejectAnswer(line, head.id, "not valid JSON")
    case .invalid(let problem, let id) where head.isRequest:
      if let id { refuse(Array(line[id]), -32600, "Invalid request: \(problem)") }
      guard head.namesMethod else { break }
      hasSpoken()
      return log.debug("endpoint \"\(name)\" wrote a message that is no good: \(problem)")
    case .syntax(let problem) where head.isRequest:
      if let id = head.id { refuse(Array(line[id]), -32700, "Parse error: \(problem)") }
    default: break
    }
    countJunk(line[...])
  }

  private func isPending(_ line: [UInt8], _ id: Range<Int>?) -> Bool {
    id.flatMap { RequestID.integer(line.span, $0) }.map { pending[$0] != nil } ?? false
  }

  private func rejectAnswer(_ line: [UInt8], _ id: Range<Int>?, _ problem: String) {
    if let id, let number = RequestID.integer(line.span, id) { rejectAnswer(number, problem) }
  }

  func countJunk(_ line: ArraySlice<UInt8>) {
    junkLines += 1
    // A usage text or a complaint on the wrong stream. Later it may be a part of a result.
    if state == .starting { tail.append(line + [UInt8(ascii: "\n")]) }
    log.debug("endpoint \"\(name)\" wrote a line that is no message")
    if junkLines >= 20 { end("wrote \(junkLines) lines in a row that are no messages") }
  }

  func takeOversize(_ head: [UInt8], tail: [UInt8]) {
    let message = LongMessage(head, tail: tail)
    let problem = "longer than \(launcher.maxLine) bytes"
    if message.head.isRequest {
      countJunk(head[...])
      // A notification has no id, and a request's may have been thrown away.
      if let id = message.id { refuse(id, -32600, "Message is \(problem)") }
      return
    }
    // Without an id it is nobody's, even if one call is open: it may come late, for another.
    guard let id = message.id, let number = RequestID.integer(id.span, id.indices) else {
      return countJunk(head[...])
    }
    rejectAnswer(number, problem, limit: launcher.maxLine)
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
    guard line.count > Bounds.answer else { return true }
    log.warn(
      "endpoint \"\(name)\" sent a notification of \(line.count) bytes, over the limit of "
        + "\(Bounds.answer) for one message; it is left out"
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
