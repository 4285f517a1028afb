package import MCPProtocol

/// What an endpoint has asked the client and not been told.
struct OpenQuestions {
  private(set) var timers: [RequestID: EventLoop.TimerID] = [:]
  private var numbers: [UInt64: RequestID] = [:]
  private var last: UInt64 = 0

  var isEmpty: Bool { timers.isEmpty }

  mutating func nextNumber(for id: RequestID) -> UInt64 {
    last += 1
    numbers[last] = id
    return last
  }

  mutating func add(_ id: RequestID, _ timer: EventLoop.TimerID) { timers[id] = timer }

  mutating func remove(_ id: RequestID) -> EventLoop.TimerID? {
    numbers = numbers.filter { $0.value != id }
    return timers.removeValue(forKey: id)
  }

  func id(of number: UInt64) -> RequestID? { numbers[number] }

  mutating func removeAll() -> [EventLoop.TimerID] {
    let all = Array(timers.values)
    timers.removeAll()
    numbers.removeAll()
    return all
  }
}

// Questions to the human behind the client: sampling, elicitation, roots. A question does not say
// which call it belongs to, so while one is open no call of the endpoint runs out of time.
extension Endpoint {
  /// A question went to the client.
  package func questionOpened(_ id: RequestID) {
    let now = loop.now
    if questions.isEmpty { pauseCalls(at: now) }
    let timer = loop.setTimer(
      at: now + configuration.policy.timeout.max,
      owner: self,
      token: EndpointTimer(.question, questions.nextNumber(for: id)).token
    )
    questions.add(id, timer)
  }

  /// The client's answer, in the endpoint's terms.
  package func questionAnswered(_ id: RequestID, _ line: [UInt8]) {
    guard closeQuestion(id) else { return }
    sendLine(line)
  }

  /// The endpoint no longer wants an answer, or nobody will give one.
  @discardableResult
  package func closeQuestion(_ id: RequestID) -> Bool {
    guard let timer = questions.remove(id) else { return false }
    loop.cancelTimer(timer)
    if questions.isEmpty { resumeCalls(at: loop.now) }
    return true
  }

  func questionTimedOut(_ number: UInt64) {
    guard let id = questions.id(of: number), closeQuestion(id) else { return }
    refuse(id.json, -32603, "No answer from the user in time")
  }

  func forgetQuestions() {
    for timer in questions.removeAll() { loop.cancelTimer(timer) }
    pausedSince = nil
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
