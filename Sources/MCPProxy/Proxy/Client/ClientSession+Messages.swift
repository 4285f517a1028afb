import MCPProtocol

// What the client sends, sorted: requests, notifications, answers to questions, nonsense.
extension ClientSession {
  func take(_ line: LineBuffer.Line) {
    switch line {
    case .whole(let range): receive(range)
    case .oversize(let head, let tail): rejectOversize(head, LongMessage(head, tail: tail))
    }
  }

  /// Deals with a line.
  func receive(_ range: Range<Int>) {
    do throws(EnvelopeError) {
      let envelope = try EnvelopeParser.parse(wire.storage.span.extracting(range))
      if case .request = envelope.kind, case .callTool = envelope.method, terms.version != nil {
        // A big one is not copied.
        let memory = wire.take(range)
        return call(memory ?? Array(wire.storage[range]), range.count, envelope, nil)
      }
      receive(Array(wire.storage[range]), envelope, batch: nil)
    } catch {
      reject(error, Array(wire.storage[range]), nil)
    }
  }

  private func call(_ line: [UInt8], _ length: Int, _ envelope: Envelope, _ batch: Int?) {
    phase.openRequests += 1
    let request = Request(line, length: length, envelope)
    router.onLoop((request, self, batch)) { $0.begin($1.0, of: $1.1, batch: $1.2) }
  }

  private func receive(_ line: [UInt8], _ envelope: Envelope, batch: Int?) {
    switch envelope.kind {
    case .request: answer(line, envelope, batch)
    case .notification:
      receiveNotification(line, envelope)
      forgo(batch)
    case .result, .error:
      receiveAnswer(line, envelope)
      forgo(batch)
    case .batch: receiveBatch(line, within: batch)
    }
  }

  // MARK: Requests

  private func answer(_ line: [UInt8], _ envelope: Envelope, _ batch: Int?) {
    let id = Array(line[envelope.id])
    switch LocalRequests.answer(line, envelope, terms, isInBatch: batch != nil) {
    case .result(let result): deliver(ResponseLine.result(id: id, result) + newline, batch)
    case .error(let code, let text):
      guard envelope.method == .callTool else { return respond(id, code, text, batch) }
      refuseCall(Request(line, length: line.count, envelope), code, text, batch)
    case .initialize: initialize(line, envelope, id)
    case .level(let level):
      terms.logLevel = level
      deliver(ResponseLine.result(id: id, Array("{}".utf8)) + newline, batch)
      tellTerms()
    case .list:
      phase.openRequests += 1
      router.onLoop((id, self, batch)) { $0.list($1.0, of: $1.1, batch: $1.2) }
    case .call: call(line, line.count, envelope, batch)
    }
  }

  private func initialize(_ line: [UInt8], _ envelope: Envelope, _ id: [UInt8]) {
    let parameters = (try? JSONDocument(line, range: envelope.body))?.root
    guard let asked = parameters?["protocolVersion"]?.string else {
      return respond(id, -32602, "Invalid params: protocolVersion must be a string")
    }
    let agreed = terms.agree(on: asked, parameters?["capabilities"], line)
    send(ResponseLine.result(id: id, LocalRequests.initialized(agreed)) + newline)
    // The answer must not wait for processes to be launched.
    flush()
    let client = parameters?["clientInfo"]
    let name = (client?["name"]?.string, client?["version"]?.string, agreed.rawValue)
    router.onLoop(name) { $0.setClient(name: $1.0, version: $1.1, proto: $1.2) }
    tellTerms()
    router.onLoop(()) { router, _ in router.start() }
  }

  /// Arrays of messages exist in 2025-03-26 only.
  private func receiveBatch(_ line: [UInt8], within outer: Int?) {
    guard terms.allowsBatches, outer == nil else {
      let name = terms.version.map { "by protocol version \($0.rawValue)" } ?? "before initialize"
      let text =
        outer == nil
        ? "JSON-RPC batching is not supported \(name)"
        : "Invalid request: an array within an array"
      return respond(nil, -32600, text, outer)
    }
    guard let messages = try? JSONDocument(line).root.array, !messages.isEmpty,
      messages.count <= Bounds.batch
    else {
      let text = "Invalid request: an array must have 1 to \(Bounds.batch) messages"
      return respond(nil, -32600, text)
    }
    let number = batches.open(messages.count)
    for message in messages {
      let part = Array(line[message.range])
      do throws(EnvelopeError) {
        receive(part, try EnvelopeParser.parse(part.span), batch: number)
      } catch {
        reject(error, part, number)
      }
    }
    forgo(number)
  }

  // MARK: Notifications

  private func receiveNotification(_ line: [UInt8], _ envelope: Envelope) {
    switch envelope.method {
    case .initialized:
      terms.isInitialized = true
      // What has changed since the client was given a list could not be announced before.
      announce()
      askEarlyQuestions()
    case .cancelled where !envelope.requestID.isEmpty:
      let id = RequestID(line.span, envelope.requestID)
      let reason = reason(in: line, envelope)
      router.onLoop((id, self, reason)) { $0.cancel($1.0, of: $1.1, reason: $1.2) }
    case .rootsChanged: router.onLoop(line) { $0.forward($1) }
    case .progress: receiveProgress(line, envelope)
    default: break
    }
  }

  private func reason(in line: [UInt8], _ envelope: Envelope) -> [UInt8]? {
    guard let reason = try? JSONDocument(line, range: envelope.body).root["reason"],
      reason.string != nil
    else { return nil }
    return Array(reason.text(in: line))
  }

  // MARK: Nonsense

  private func reject(_ error: EnvelopeError, _ line: [UInt8], _ batch: Int?) {
    let head = MessageHead(line.span)
    switch error {
    // A line of blanks is as good as an empty one.
    case .syntax where line.allSatisfy { $0 <= 0x20 }: break
    case .syntax(let error):
      if let id = head.id, head.isAnswer, endQuestion(Array(line[id]), head, "not valid JSON") {
        return forgo(batch)
      }
      respond(nil, -32700, "Parse error: \(error)", batch)
    case .invalid(let problem, let id):
      if let id, endQuestion(Array(line[id]), head, problem) { return forgo(batch) }
      refuse(head, line, id, "Invalid request: \(problem)", batch)
    }
  }

  /// `head` is what was kept of its beginning.
  func rejectOversize(_ head: [UInt8], _ message: LongMessage) {
    let problem = "Message exceeds \(wire.limit) bytes"
    let id = message.id ?? []
    if !id.isEmpty, endQuestion(id, message.head, problem) { return }
    // The id may have come last: behind the head it has a place in what was kept.
    let place = head.count..<head.count + id.count
    let text = id.isEmpty ? nil : place
    refuse(message.head, head + id, text, problem, nil, length: wire.limit)
  }

  /// Answers what is no message; where it was to be a call, with its line in the usage log.
  private func refuse(
    _ head: MessageHead,
    _ line: [UInt8],
    _ id: Range<Int>?,
    _ text: String,
    _ batch: Int?,
    length: Int? = nil
  ) {
    guard head.method == .callTool else {
      return respond(id.map { Array(line[$0]) }, -32600, text, batch)
    }
    let request = Request(line, length: length ?? line.count, Envelope(head, id: id))
    refuseCall(request, -32600, text, batch)
  }

  /// Answers a call with an error; like every other it leaves its line in the usage log.
  private func refuseCall(_ request: Request, _ code: Int, _ text: String, _ batch: Int?) {
    deliver(router.onLoop((request, code, text)) { $0.refuse($1.0, $1.1, $1.2) }, batch)
  }

  // MARK: Answering

  /// Sends an error, or adds it to the array it belongs to.
  private func respond(_ id: [UInt8]?, _ code: Int, _ message: String, _ batch: Int? = nil) {
    deliver(ResponseLine.error(id: id, code: code, message: message) + newline, batch)
  }

  /// Sends an answer, at once or with the others of its array.
  func deliver(_ frame: [UInt8], _ batch: Int?) {
    guard let batch else { return send(frame) }
    for line in batches.add(frame, to: batch) { send(line) }
  }

  /// One message of an array will not be answered.
  func forgo(_ batch: Int?) {
    guard let batch else { return }
    for line in batches.forgo(batch) { send(line) }
  }
}
