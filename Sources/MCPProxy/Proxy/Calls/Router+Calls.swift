package import MCPProtocol

// One request from its arrival to its one answer.
extension Router {
  /// Takes a call up; its caller is told of its end.
  package func begin(_ request: Request, of caller: any Caller, batch: Int?) {
    let call = Call(nextNumber(), request, of: caller, batch: batch, began: loop.now)
    calls[call.number] = call
    guard let route = directory.table.route(request.line, request.name) else {
      return wait(call)
    }
    start(call, route)
  }

  private func start(_ call: Call, _ route: Route) {
    guard call.request.hasArguments else {
      return refuse(call, "Invalid params: arguments must be an object")
    }
    call.route = route
    call.started = loop.now
    let mayFallBack = mayFallBack(after: nil, route)
    let attempt = CallFlow.first(call, route, mayFallBack: mayFallBack, at: loop.now)
    call.present = (attempt, route.endpoint)
    // Both actors are on the loop, so the step is the same (docs/decisions/0011).
    if let failure = route.endpoint.onLoop(attempt, { $0.begin($1) }) {
      ended(call, attempt, .failed(failure))
    }
  }

  package nonisolated func ended(_ attempt: Attempt, _ result: AttemptResult) {
    onLoop((attempt, result)) { router, news in
      if let call = router.calls[news.0.call] { router.ended(call, news.0, news.1) }
    }
  }

  private func ended(_ call: Call, _ attempt: Attempt, _ result: AttemptResult) {
    if let mode = attempt.injected { call.injected.append(mode) }
    call.present = nil
    if let follower = call.follower { return follower.attemptEnded(result.kept()) }
    guard let route = call.route else { return }
    // Nearly every call: its own endpoint has answered its first attempt.
    if case .answered(let answer) = result, !answer.mayBeRepeated {
      return finish(call, answer, by: route.endpoint, CallRecord.answered(call, route, answer))
    }
    if case .cancelled = result {
      var flow = CallFlow(route, began: call.began)
      let target = CallFlow.Target(route.endpoint, route.tool, route.effect)
      flow.note(result, of: target, since: call.started, at: loop.now)
      return finish(call, .cancelled, flow)
    }
    let follower = CallFollower()
    call.follower = follower
    follower.attemptEnded(result.kept())
    followers.add(call)
  }

  /// Gives the client its answer and the usage log its line.
  private func finish(
    _ call: Call,
    _ answer: Answer,
    by endpoint: Endpoint,
    _ record: UsageRecord
  ) {
    _ = calls.remove(call.number)
    if let held = call.progress?.held { call.caller.told(.progress(held)) }
    if let route = call.route { record.take(answer, by: endpoint, route) }
    record.answerBytes = call.caller.ended(call, .answered(answer))
    book(record)
    requestEnded()
  }

  func finish(_ call: Call, _ outcome: CallFlow.Outcome, _ flow: CallFlow) {
    guard calls[call.number] != nil else { return }
    let record = CallRecord.followed(call, flow)
    switch outcome {
    case .answered(let answer, let endpoint) where call.isAnswered:
      return finish(call, answer, by: endpoint, record)
    case .failed(let failure) where call.isAnswered:
      record.status = failure.reason.status
      record.certainty = failure.certainty
      let others = flow.passedOver(failure, directory.offerings)
      let line = flow.line(call.idBytes, failure, passedOver: others, at: loop.now)
      record.answerBytes = call.caller.ended(call, .line(line))
    default:
      record.status = .cancelled
      record.certainty = flow.attempts == 0 ? .notSent : .unknown
      let line = ResponseLine.error(id: call.idBytes, code: -32800, message: "Cancelled") + newline
      call.caller.ended(call, call.isAnswered ? .line(line) : .nothing)
    }
    _ = calls.remove(call.number)
    if call.isBooked { book(record) }
    requestEnded()
  }

  private var newline: [UInt8] { [UInt8(ascii: "\n")] }

  package nonisolated func progressed(_ attempt: Attempt, _ line: [UInt8], _ envelope: Envelope) {
    onLoop((attempt, line, envelope)) { router, news in
      guard let call = router.calls[news.0.call], !call.isCancelled else { return }
      let line = call.progress?.take(news.1, news.2, at: router.loop.now)
      if let line { call.caller.told(.progress(line)) }
    }
  }

  // MARK: Taking back

  /// The caller takes a request back: it is ended wherever it is and never answered.
  ///
  /// An id in use twice means the later request; clients that do so get what they ask for.
  package func cancel(_ id: RequestID, of caller: any Caller, reason: [UInt8]?) {
    let number = calls.sortedNumbers.last { number in
      guard let call = calls[number] else { return false }
      return call.caller === caller && call.id == id
    }
    if expected.cancelList(id.json, of: caller, after: number ?? 0) { return lookAgain() }
    if let number, let call = calls[number], !call.isCancelled { cancel(call, reason) }
  }

  /// Ends everything a caller has under way, without an answer.
  package func cancelAll(of caller: any Caller) {
    for number in calls.sortedNumbers {
      guard let call = calls[number], call.caller === caller, !call.isCancelled else { continue }
      cancel(call, nil)
    }
    expected.cancelLists(of: caller)
    lookAgain()
  }

  private func cancel(_ call: Call, _ reason: [UInt8]?) {
    call.isCancelled = true
    if expected.cancel(call) { return refuse(call, "") }
    call.follower?.wake()
    // The endpoint tells how it ended.
    if let endpoint = call.present?.endpoint {
      endpoint.onLoop((call.number, reason)) { $0.cancel($1.0, reason: $1.1) }
    }
  }

  // MARK: What is not known yet

  /// A call whose tool is not known waits only while some endpoint's list is still to come.
  private func wait(_ call: Call) {
    // Endpoints that have not said what tools they have may do so when they are started again.
    for endpoint in directory.offerings.unlisted {
      ask(endpoint) { endpoint, _ in endpoint.demandStart() }
    }
    if let route = directory.table.route(call.request.line, call.request.name) {
      return start(call, route)
    }
    guard !directory.offerings.isSettled, !isEnding else {
      return refuse(call, directory.unknown(call.request.toolName))
    }
    let patience = directory.patience(call.request.toolName ?? "")
    expected.add(call, until: loop.now + patience)
    wake()
  }

  /// Has an endpoint started, if it can be: then it may say what it offers.
  ///
  /// It may fail in this very step, so what is known of it is forgotten before.
  @discardableResult
  func ask(
    _ endpoint: Endpoint,
    _ start: @escaping @Sendable (isolated Endpoint, Void) -> Bool
  ) -> Bool {
    let hadFailed = directory.offerings.hasFailed(endpoint)
    directory.setFailed(false, endpoint)
    let isStarted = endpoint.onLoop((), start)
    if !isStarted, hadFailed { directory.setFailed(true, endpoint) }
    return isStarted
  }

  /// How long a list waits for endpoints whose tools are not known: under the 5 s after which
  /// the least patient client gives up.
  private static let listPatience = TimeSpan.seconds(4)

  /// A list is asked for: it waits for endpoints that have not said what they offer.
  package func list(_ id: [UInt8], of caller: any Caller, batch: Int?) {
    // What crashed before it ever said what it has is started again, once its wait is over: no call
    // can be routed to it, so none would.
    for endpoint in directory.offerings.unlisted {
      ask(endpoint) { endpoint, _ in endpoint.revive() }
    }
    let request = ListRequest(number: nextNumber(), id: id, batch: batch)
    expected.add(request, of: caller, until: loop.now + Self.listPatience)
    lookAgain()
    wake()
  }

  /// What endpoints offer may have changed, or time has passed: lets go on who has waited for it.
  func lookAgain() {
    guard !expected.isEmpty || followers.hasSleepers else { return }
    let (now, isOver) = (loop.now, directory.offerings.isSettled || isEnding)
    for list in expected.takeLists(all: isOver, at: now) {
      list.caller.listed(list.request, directory.list, mark: directory.mark)
    }
    let table = directory.table
    let calls = expected.takeCalls(all: isOver, at: now) { call in
      table.route(call.request.line, call.request.name) != nil
    }
    for (call, hasTime) in calls {
      // What becomes known in the last moment has no time left to be called in.
      let route = hasTime ? table.route(call.request.line, call.request.name) : nil
      if let route, now - call.began < route.timeout {
        start(call, route)
      } else {
        refuse(call, directory.unknown(call.request.toolName))
      }
    }
    followers.wakeSleepers(at: now) { $0.follower?.waitsForList == true }
    requestEnded()
  }

  // MARK: Refusing

  /// A call that cannot be routed: a protocol error (MCP 2025-11-25, tools).
  private func refuse(_ call: Call, _ text: String) {
    guard calls.remove(call.number) != nil else { return }
    if call.isCancelled {
      let record = CallRecord.refused(call.request, nil, began: call.began)
      record.status = .cancelled
      call.caller.ended(call, .nothing)
      book(record)
    } else {
      let line = refuse(call.request, -32602, text, began: call.began)
      call.caller.ended(call, .line(line))
    }
    requestEnded()
  }

  /// Books a call that no endpoint is asked for; returns the line that answers it.
  package func refuse(
    _ request: Request,
    _ code: Int,
    _ text: String,
    began: Instant? = nil
  ) -> [UInt8] {
    let route = directory.table.route(request.line, request.name)
    let record = CallRecord.refused(request, route, began: began ?? loop.now)
    record.errorCode = code
    let id = request.id.isEmpty ? nil : Array(request.line[request.id])
    let line = ResponseLine.error(id: id, code: code, message: text) + newline
    record.answerBytes = line.count
    book(record)
    return line
  }
}
