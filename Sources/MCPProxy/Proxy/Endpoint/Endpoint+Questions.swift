import MCPProtocol

// Questions to the human behind the client: sampling, elicitation, roots. A question does not say
// which call it belongs to, so while one is open no call of the endpoint runs out of time.
extension Endpoint {
  /// The process asks the client something.
  func ask(_ line: [UInt8], _ envelope: Envelope) async {
    guard !questions.isFull else {
      return refuse(Array(line[envelope.id]), -32603, "Too many questions are open")
    }
    let number = questions.add(RequestID(line.span, envelope.id))
    await observer?.asked(by: index, number, line, envelope)
  }

  /// The process no longer wants an answer.
  func takeBackQuestion(_ id: RequestID) {
    guard let number = questions.number(of: id), close(number) != nil else { return }
    observer?.takenBack(by: index, number)
  }

  /// The client was asked; that may be news of a question that is no longer open.
  package func questionAsked(_ number: UInt64) {
    guard questions[number] != nil else { return }
    let now = loop.now
    if pausedSince == nil { pauseCalls(at: now) }
    let timer = loop.setTimer(
      at: now + configuration.policy.timeout.max,
      owner: self,
      token: EndpointTimer(.question, number).token
    )
    questions.asked(number, until: timer)
  }

  /// The client's answer, in the endpoint's terms.
  package func questionAnswered(_ number: UInt64, _ line: [UInt8]) {
    if close(number) != nil { sendLine(line) }
  }

  /// Nobody will answer, and this is why.
  package func questionRefused(_ number: UInt64, _ code: Int, _ message: String) {
    if let id = close(number) { refuse(id.json, code, message) }
  }

  /// The client is told, too: it need not bother the human any longer (MCP 2025-11-25, lifecycle:
  /// timeouts).
  func questionTimedOut(_ number: UInt64) {
    questionRefused(number, -32603, "No answer from the user in time")
    observer?.takenBack(by: index, number)
  }

  /// The process is gone, and nobody waits for an answer any more.
  func forgetQuestions() {
    for question in questions.removeAll() { question.timer.map(loop.cancelTimer) }
    pausedSince = nil
    observer?.takenBack(by: index, nil)
  }

  /// Ends a question; returns the process's id for it, or `nil` if it is not open.
  private func close(_ number: UInt64) -> RequestID? {
    guard let question = questions.remove(number) else { return nil }
    question.timer.map(loop.cancelTimer)
    if !questions.anyIsAsked { resumeCalls(at: loop.now) }
    return question.id
  }

  private func pauseCalls(at now: Instant) {
    pausedSince = now
    for id in pending.ids {
      guard case .call(let call) = pending[id] else { continue }
      breaker.excuse(call.permit)
      toolBreakers.excuse(call.attempt.tool.index, call.toolPermit)
    }
  }

  private func resumeCalls(at now: Instant) {
    guard let since = pausedSince else { return }
    pausedSince = nil
    for id in pending.ids {
      guard case .call(let call) = pending[id] else { continue }
      // A call that was sent while a question was open has paused only since then.
      let paused = max(.zero, now - max(since, call.sent))
      call.paused = call.paused + paused
      call.deadline = call.deadline + paused
    }
    if let next = pending.nextDeadline { armCallTimer(for: next) }
  }
}
