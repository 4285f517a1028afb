import MCPProtocol

/// What the process has asked the client and not been told.
///
/// Each has a number that is never used again, not even for the next process: whoever comes too
/// late with one finds nothing, and two questions under one id are two.
struct OpenQuestions {
  struct Question {
    let id: RequestID
    /// Until when the client may answer; `nil`: it was not asked yet.
    var timer: EventLoop.TimerID?
  }

  private var questions: [UInt64: Question] = [:]
  private var last: UInt64 = 0

  /// More at once are no questions but a flood.
  static let most = 64

  var isFull: Bool { questions.count >= Self.most }
  /// Whether the client was asked one of them.
  var anyIsAsked: Bool { questions.values.contains { $0.timer != nil } }

  mutating func add(_ id: RequestID) -> UInt64 {
    last += 1
    questions[last] = Question(id: id)
    return last
  }

  subscript(number: UInt64) -> Question? { questions[number] }

  mutating func asked(_ number: UInt64, until timer: EventLoop.TimerID) {
    questions[number]?.timer = timer
  }

  mutating func remove(_ number: UInt64) -> Question? { questions.removeValue(forKey: number) }

  /// The last question under this id: who uses one twice and takes it back means the later.
  func number(of id: RequestID) -> UInt64? {
    questions.filter { $0.value.id == id }.keys.max()
  }

  mutating func removeAll() -> [Question] {
    defer { questions.removeAll() }
    return Array(questions.values)
  }
}

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
