import MCPProtocol

// What the client sends that is no message.
extension ClientSession {
  func reject(_ error: EnvelopeError, _ line: [UInt8], _ batch: Int?) async {
    let head = MessageHead(line.span)
    switch error {
    case .syntax where line.allSatisfy { $0 <= 0x20 }:
      // A line of blanks is as good as an empty one.
      break
    case .syntax(let error):
      if let id = head.id, head.isAnswer,
        await endQuestion(Array(line[id]), head, "not valid JSON")
      {
        return forgo(batch)
      }
      respond(nil, -32700, "Parse error: \(error)", batch)
    case .invalid(let problem, let id):
      if let id, await endQuestion(Array(line[id]), head, problem) {
        return forgo(batch)
      }
      refuse(head, line, id, "Invalid request: \(problem)", batch)
    }
  }

  /// `head` is what was kept of its beginning.
  func rejectOversize(_ head: [UInt8], _ message: LongMessage) async {
    let problem = "Message exceeds \(settings.maxLine) bytes"
    let id = message.id ?? []
    if !id.isEmpty, await endQuestion(id, message.head, problem) { return }
    // The id may have come last: behind the head it has a place in what was kept.
    let (length, place) = (settings.maxLine, head.count..<head.count + id.count)
    refuse(message.head, head + id, id.isEmpty ? nil : place, problem, nil, length: length)
  }

  // MARK: Calls

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
    let message = ClientMessage(line, length: length, Envelope(head, id: id))
    refuseCall(message, -32600, text, batch)
  }

  /// Answers a call with an error; like every other it leaves its line in the usage log.
  func refuseCall(
    _ message: ClientMessage,
    _ code: Int,
    _ text: String,
    _ batch: Int?,
    _ began: Instant? = nil
  ) {
    var record = refusedRecord(message, began ?? loop.now)
    record.errorCode = code
    let id = message.id.isEmpty ? nil : Array(message.id)
    let answer = ResponseLine.error(id: id, code: code, message: text) + newline
    record.answerBytes = answer.count
    deliver(answer, batch)
    append(record)
  }

  /// What is booked of a call that no endpoint was asked for.
  func refusedRecord(_ message: ClientMessage, _ began: Instant) -> UsageRecord {
    var record = UsageRecord(message, began: began)
    record.status = .rpcError
    record.certainty = .notSent
    if let route = table.route(message.line, message.envelope.name) {
      record.endpoint = route.endpoint
      record.tool = route.tool.token
      record.effect = route.effect
    } else if let name = toolName(message) {
      var writer = JSONWriter()
      writer.string(String(name.prefix(100)))
      record.tool = writer.bytes
    }
    return record
  }

  /// Ends the question that a line was to answer; returns whether it was to answer any, open or
  /// not: an error in return could be taken for the answer to a request of the client's own.
  private func endQuestion(
    _ id: [UInt8],
    _ head: MessageHead,
    _ problem: String
  ) async -> Bool {
    guard !head.isRequest else { return false }
    guard let number = RequestID.integer(id.span, id.indices), questions[number] != nil else {
      return head.isAnswer
    }
    await refuseQuestion(number, "The client gave an invalid answer (\(problem))")
    return true
  }

  private func refuseQuestion(_ number: Int, _ message: String) async {
    guard let question = questions.removeValue(forKey: number) else { return }
    await endpoints[question.endpoint].questionRefused(question.number, -32603, message)
  }
}
