import MCPProtocol

// What the client sends, sorted: requests, notifications, answers to questions, nonsense.
extension ClientSession {
  /// Reads in a row, so that a client that writes without end does not keep the loop.
  private static let mostReads = 16

  /// The client has sent something, or closed its side: calls are sent on at once.
  func inputReady(isClosed: Bool) {
    guard !inputHasEnded, !isEnding else { return }
    var isEmpty = false
    var reads = 0
    while !isEmpty, reads < Self.mostReads, !isClogged {
      reads += 1
      isEmpty = readInput(isClosed)
    }
    if !isEmpty { watchInput() }
    if !inbox.isEmpty || inputHasEnded || isClogged { wakeReader() }
  }

  /// Reads once; returns whether nothing is left for now.
  private func readInput(_ isClosed: Bool) -> Bool {
    let room = lines.makeRoom()
    let kernel = loop.kernel
    switch lines.fill({ [input] in kernel.read(input, into: &$0, at: room) }) {
    case .bytes(let count):
      lines.commit(count)
      while let line = lines.next() { take(line) }
      // A short read has emptied a pipe; asking again would cost a call for nothing.
      return count < room.count && !isClosed
    case .wouldBlock: break
    case .end:
      inputHasEnded = true
      if let last = lines.remainder() { take(last) }
    case .failed(let error): inputFailed(error)
    }
    return true
  }

  private func take(_ line: LineBuffer.Line) {
    switch line {
    case .oversize(let head, let tail):
      inbox.append(.oversize(head: head, LongMessage(head, tail: tail)))
    case .whole(let range):
      let range = withoutMark(range, lines.storage)
      do throws(EnvelopeError) {
        let envelope = try EnvelopeParser.parse(lines.storage.span.extracting(range))
        // Nothing overtakes what waits for its turn.
        let mayStart =
          inbox.isEmpty && version != nil && envelope.kind == .request
          && envelope.method == .callTool
        let message = message(range, envelope, isCall: mayStart)
        if mayStart, startCall(message) { return }
        inbox.append(.message(message))
      } catch {
        inbox.append(.unreadable(error, Array(lines.storage[range])))
      }
    }
  }

  private func message(_ range: Range<Int>, _ envelope: Envelope, isCall: Bool) -> ClientMessage {
    if isCall, let memory = lines.take(range) {
      return ClientMessage(memory, length: range.count, envelope)
    }
    return ClientMessage(Array(lines.storage[range]), envelope)
  }

  /// Some programs begin a stream with a byte order mark.
  private func withoutMark(_ line: Range<Int>, _ source: [UInt8]) -> Range<Int> {
    var range = line
    // The last byte of what is forwarded decides whether a call was sent whole.
    while let last = range.last, source[last] <= 0x20 { range.removeLast() }
    guard !range.isEmpty else { return line }
    guard source[range.lowerBound] == 0xEF, source[range].starts(with: [0xEF, 0xBB, 0xBF]) else {
      return range
    }
    return range.dropFirst(3)
  }

  /// Deals with what was not dealt with at once.
  func receive(_ incoming: IncomingMessage, _ group: inout DiscardingTaskGroup) async {
    switch incoming {
    case .message(let message): await receive(message, batch: nil, &group)
    case .unreadable(let error, let line): await reject(error, line, nil)
    case .oversize(let head, let message): await rejectOversize(head, message)
    }
  }

  private func receive(
    _ message: ClientMessage,
    batch: Int?,
    _ group: inout DiscardingTaskGroup
  ) async {
    let (line, envelope) = (message.line, message.envelope)
    switch envelope.kind {
    case .request where envelope.method == .callTool && version != nil:
      answerCall(message, batch, &group)
    case .request where envelope.method == .listTools && version != nil:
      let number = register(message, batch: batch)
      group.addTask { await self.answerList(number) }
    case .request where envelope.method == .callTool:
      refuseCall(message, -32602, "Received tools/call before initialize", batch)
    case .request: await answerRequest(line, envelope, batch)
    case .notification:
      await receiveNotification(line, envelope)
      forgo(batch)
    case .result, .error:
      await receiveAnswer(line, envelope)
      forgo(batch)
    case .batch: await receiveBatch(line, within: batch, &group)
    }
  }

  /// Arrays of messages exist in 2025-03-26 only.
  private func receiveBatch(
    _ line: [UInt8],
    within outer: Int?,
    _ group: inout DiscardingTaskGroup
  ) async {
    guard version?.allowsBatches == true, outer == nil else {
      let name = version.map { "by protocol version \($0.rawValue)" } ?? "before initialize"
      return respond(
        nil,
        -32600,
        outer == nil
          ? "JSON-RPC batching is not supported \(name)"
          : "Invalid request: an array within an array",
        outer
      )
    }
    guard let messages = try? JSONDocument(line).root.array, !messages.isEmpty,
      messages.count <= Bounds.batch
    else {
      return respond(
        nil,
        -32600,
        "Invalid request: an array must have 1 to \(Bounds.batch) messages"
      )
    }
    lastBatch += 1
    let number = lastBatch
    // One more than it has elements, so that it stays open until all of them were looked at.
    batches[number] = Batch(open: messages.count + 1)
    for message in messages {
      let part = Array(line[message.range])
      do throws(EnvelopeError) {
        let message = ClientMessage(part, try EnvelopeParser.parse(part.span))
        await receive(message, batch: number, &group)
      } catch {
        await reject(error, part, number)
      }
    }
    forgo(number)
  }

  // MARK: Notifications

  private func receiveNotification(_ line: [UInt8], _ envelope: Envelope) async {
    switch envelope.method {
    case .initialized:
      isInitialized = true
      // What has changed since the client was given a list could not be announced before.
      if listKnown != nil { announceChange() }
      await askEarlyQuestions()
    case .cancelled:
      guard !envelope.requestID.isEmpty else { return }
      await cancel(RequestID(line.span, envelope.requestID), reason: reason(in: line, envelope))
    case .rootsChanged:
      for endpoint in endpoints { await endpoint.forward(line) }
    case .progress: await receiveProgress(line, envelope)
    default: break
    }
  }

  private func reason(in line: [UInt8], _ envelope: Envelope) -> [UInt8]? {
    guard let reason = try? JSONDocument(line, range: envelope.body).root["reason"],
      reason.string != nil
    else { return nil }
    return Array(reason.text(in: line))
  }

  /// The client takes a request back: it is ended wherever it is and never answered.
  private func cancel(_ id: RequestID, reason: [UInt8]?) async {
    // An id in use twice means the later call; clients that do so get what they ask for.
    let number = calls.sortedNumbers.last { calls[$0]?.id == id }
    guard let number, calls[number]?.isCancelled == false else { return }
    await cancel(number, reason: reason)
  }

  /// Ends everything that is under way, without an answer.
  func cancelAll() async {
    for number in calls.sortedNumbers where calls[number]?.isCancelled == false {
      await cancel(number, reason: nil)
    }
  }

  private func cancel(_ number: UInt64, reason: [UInt8]?) async {
    calls[number]?.isCancelled = true
    wake(number)
    resumeListWaiters()
    if let endpoint = calls[number]?.endpoint {
      await endpoints[endpoint].cancel(number, reason: reason)
    }
  }

  // MARK: Answering

  /// Sends an error, or adds it to the array it belongs to.
  func respond(_ id: [UInt8]?, _ code: Int, _ message: String, _ batch: Int? = nil) {
    deliver(ResponseLine.error(id: id, code: code, message: message) + newline, batch)
  }

  var newline: [UInt8] { [UInt8(ascii: "\n")] }

  /// Sends an answer, at once or with the others of its array.
  func deliver(_ frame: [UInt8], _ batch: Int?) {
    guard let number = batch, var gathered = batches[number] else { return send(frame) }
    // Out of the dictionary while it grows: two owners would mean a copy for each answer.
    batches[number] = nil
    // Several arrays then: each answer is found by its id.
    if gathered.isFull(for: frame.count), let line = gathered.takeLine() { send(line) }
    gathered.add(frame)
    settleBatch(number, &gathered)
  }

  /// Sends an endpoint's answer, spliced where it is to go; returns how long it is.
  func deliver(_ answer: Answer, _ batch: Int?) -> Int {
    guard batch == nil else {
      let frame = answer.frame
      deliver(frame, batch)
      return frame.count
    }
    return send(answer)
  }

  /// One message of an array will not be answered.
  func forgo(_ batch: Int?) {
    guard let number = batch, var gathered = batches[number] else { return }
    settleBatch(number, &gathered)
  }

  private func settleBatch(_ number: Int, _ batch: inout Batch) {
    batch.open -= 1
    guard batch.open <= 0 else {
      batches[number] = batch
      return
    }
    batches[number] = nil
    if let line = batch.takeLine() { send(line) }
  }
}

/// A message of the client's that waits for its turn.
enum IncomingMessage {
  case message(ClientMessage)
  case unreadable(EnvelopeError, [UInt8])
  /// Longer than the limit.
  case oversize(head: [UInt8], LongMessage)
}
