import MCPProtocol

// What the client sends that is no message.
extension ClientSession {
  func reject(_ error: EnvelopeError, _ line: [UInt8], _ batch: Int?) async {
    switch error {
    case .syntax where line.allSatisfy { $0 <= 0x20 }:
      // A line of blanks is as good as an empty one.
      break
    case .syntax(let error):
      let head = MessageHead(line.span)
      if let id = head.id, head.isAnswer,
        await endQuestion(Array(line[id]), head, "not valid JSON")
      {
        return forgo(batch)
      }
      respond(nil, -32700, "Parse error: \(error)", batch)
    case .invalid(let problem, let id):
      if let id, await endQuestion(Array(line[id]), MessageHead(line.span), problem) {
        return forgo(batch)
      }
      respond(id.map { Array(line[$0]) }, -32600, "Invalid request: \(problem)", batch)
    }
  }

  func rejectOversize(_ message: LongMessage) async {
    let problem = "Message exceeds \(settings.maxLine) bytes"
    if let id = message.id, await endQuestion(id, message.head, problem) { return }
    respond(message.id, -32600, problem)
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
