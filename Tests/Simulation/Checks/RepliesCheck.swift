import MCPProtocol

/// P1, P2, P4, P5, P6: one answer to each request, with its id, in time, and true.
final class RepliesCheck {
  /// Cancellations the proxy has read and may not have dealt with.
  var cancelsRead: [Int] = []
  /// Cancellations that were read in the last turn.
  private(set) var cancelledInTurn = 0
  /// Time in which a question to the human was open; calls stand still meanwhile.
  private(set) var questionTime = TimeSpan.zero
  private var questionSince: Instant?
  /// Since when bytes have waited for the client.
  private var blockedSince: Instant?
  /// The end of the last time that passed all at once, as when a computer sleeps.
  var wokeAt = Instant.zero

  func turnEnded(_ world: World, _ next: Snapshot, _ last: Snapshot?) {
    if let since = questionSince { questionTime = questionTime + (world.now - since) }
    questionSince = next.endpoints.contains(where: \.hasQuestion) ? world.now : nil
    blockedSince = next.outboxPending > 0 ? blockedSince ?? world.now : nil
    markCancels(world, next)
    placeRequests(world, next)
  }

  // MARK: Cancellations

  /// From the turn in which a cancellation was dealt with, nothing more may be sent for it.
  private func markCancels(_ world: World, _ next: Snapshot) {
    cancelledInTurn = cancelsRead.count
    guard !cancelsRead.isEmpty else { return }
    let marks = next.endpoints.enumerated().map { index, endpoint in
      ClientRequest.OutboxMark(
        endpoint: index,
        process: endpoint.process,
        end: endpoint.outboxEnd
      )
    }
    for k in cancelsRead {
      world.client.update(k) { call in
        // What waits for a slow client may hold the answer already.
        if next.outboxPending == 0 { call.cancelReadTurn = world.turns }
        call.outboxAtCancel = marks
      }
    }
    cancelsRead.removeAll()
  }

  /// Finds out when each request was put on its way, and whether that was allowed.
  private func placeRequests(_ world: World, _ next: Snapshot) {
    for (index, view) in next.endpoints.enumerated() where view.process != 0 {
      guard let server = world.processes[view.process]?.server else { continue }
      if server.outboxEnds.last?.end != view.outboxEnd {
        server.outboxEnds.append((world.now, view.outboxEnd))
      }
      for id in server.unplaced { place(id, server, index, world) }
      server.unplaced.removeAll()
    }
  }

  private func place(_ id: Int, _ server: SimulatedServer, _ endpoint: Int, _ world: World) {
    guard let request = server.requests[id], let call = world.client.calls[request.k],
      let mark = call.outboxAtCancel.first(where: { $0.endpoint == endpoint })
    else { return }
    if mark.process != server.process.id || request.range.lowerBound >= mark.end {
      world.fail("P6", "k=\(request.k) was sent after its cancellation had been dealt with")
    }
  }

  // MARK: Answers

  func answered(
    _ world: World,
    _ json: TinyJSON,
    _ message: Range<Int>,
    _ id: Range<Int>
  ) {
    let token = Array(json.bytes[id])
    let result = json.at(message, "result")
    let said = json.int(result.flatMap { json.at($0, "structuredContent", "k") })
    let candidates = world.client.open[token] ?? []
    let best =
      candidates.first { $0 == said } ?? candidates.first { !isCancelled($0, world) }
      ?? candidates.first
    guard let k = best, let call = world.client.calls[k] else {
      let text = String(decoding: json.bytes, as: UTF8.self)
      return world.fail("P1", "an answer to nothing that is open: \(text)")
    }
    let isClear = world.client.uses(of: k) == 1
    if let said, said != k, isClear { world.fail("P2", "k=\(k) got the answer to k=\(said)") }
    if call.read == nil, isClear { world.fail("P1", "k=\(k) was answered before it was read") }
    // The answers of an array are gathered, some of them before the cancellation.
    if let turn = call.cancelReadTurn, world.turns > turn, !call.isInBatch {
      world.fail("P1", "k=\(k) was answered after its cancellation had been dealt with")
    }
    world.client.update(k) {
      $0.answers += 1
      $0.answeredAt = world.now
    }
    if isClear { checkContent(world, json, message, k) }
    world.client.close(k, world, json, message)
  }

  private func isCancelled(_ k: Int, _ world: World) -> Bool {
    world.client.calls[k]?.isCancelled ?? false
  }

  private func checkContent(
    _ world: World,
    _ json: TinyJSON,
    _ message: Range<Int>,
    _ k: Int
  ) {
    guard let call = world.client.calls[k], call.isCall else { return }
    if let result = json.at(message, "result") {
      let own = json.at(result, "_meta", "mcp-proxy/error")
      if let own { return checkFailure(world, json, own, k) }
      return checkResult(world, json, result, k, call)
    }
    let code = json.int(json.at(message, "error", "code")) ?? 0
    if case .strangeCall = call.kind {
      world.goals.saw(.unknownTool)
      if code != -32602 { world.fail("P4", "an unknown tool is answered with \(code)") }
      return
    }
    let answers = world.ledger.answers[k] ?? []
    if !answers.contains(where: { $0.code == code }), code != -32602 {
      world.fail("P4", "k=\(k) got the error \(code), which no server sent")
    }
  }

  /// A result reaches the client as the server wrote it.
  private func checkResult(
    _ world: World,
    _ json: TinyJSON,
    _ result: Range<Int>,
    _ k: Int,
    _ call: ClientRequest
  ) {
    guard case .call(let endpoint, _) = call.kind else {
      return world.fail("P4", "a call of an unknown tool has a result")
    }
    let bytes = Array(json.bytes[result])
    let match = (world.ledger.answers[k] ?? []).first { answer in
      guard let sent = answer.result else { return false }
      let name = world.plan.endpoints[answer.endpoint].configuration.name
      let standIn = answer.endpoint == endpoint ? nil : name
      return Ledger.passedOn(sent, standIn: standIn) == bytes
    }
    guard let match else {
      let text = String(decoding: bytes, as: UTF8.self)
      return world.fail("P4", "k=\(k) got a result that no server sent: \(text)")
    }
    if match.endpoint != endpoint { world.goals.saw(.fallbackAnswered) }
  }

  /// What the proxy says of a call it ended itself must be true.
  private func checkFailure(_ world: World, _ json: TinyJSON, _ own: Range<Int>, _ k: Int) {
    let executed = json.text(json.at(own, "executed")) ?? ""
    let reason = json.text(json.at(own, "reason")) ?? ""
    world.client.update(k) {
      $0.executed = executed
      $0.reason = reason
    }
    if let call = world.client.calls[k], case .call(let endpoint, _) = call.kind,
      reason == "breaker_open",
      world.plan.endpoints[endpoint].configuration.policy.breaker.mode == .forcedOpen
    {
      world.goals.saw(.refusedWhileForcedOpen)
    }
    let count = world.ledger.executions[k]?.count ?? 0
    if executed == "no", count > 0 {
      world.fail("P4", "k=\(k) is said not to have run (\(reason)) and ran \(count) times")
    }
    FailureGoals.note(reason, executed, json, own, world)
  }

  // MARK: Time

  static let slack = TimeSpan.milliseconds(100)

  /// What the client can take must not wait for something else to happen.
  func findStalled(_ world: World) {
    guard let blockedSince, world.client.outputRoom > 0, world.client.isReading else { return }
    let since = max(blockedSince, world.client.tookAt, wokeAt)
    guard world.now > since + Self.slack else { return }
    world.fail("P5", "bytes have waited \((world.now - since).seconds) s for a client with room")
  }

  func findOverdue(_ world: World) {
    guard let snapshot = world.snapshot, snapshot.outboxPending == 0, world.client.isReading,
      world.phase != .ending
    else { return }
    for ks in world.client.open.values {
      for k in ks {
        guard let call = world.client.calls[k], let read = call.read, !call.isCancelled,
          !call.isInBatch, world.client.uses(of: k) == 1
        else {
          continue
        }
        let limit = limit(call, world) + (questionTime - call.questionTimeBefore) + Self.slack
        let due = max(read + limit, wokeAt + Self.slack)
        guard world.now > due else { continue }
        world.fail(
          "P5",
          "\(call.kind) k=\(k) has no answer after \((world.now - read).seconds) s, "
            + "\(limit.seconds) s are allowed"
        )
      }
    }
  }

  private func limit(_ call: ClientRequest, _ world: World) -> TimeSpan {
    switch call.kind {
    case .list: return .seconds(4)
    case .initialize, .ping, .setLevel, .unknownMethod: return .zero
    case .strangeCall: return .seconds(30)
    case .call(let endpoint, let tool):
      let configuration = world.plan.endpoints[endpoint].configuration
      let own = configuration.tools[tool]?.timeout ?? configuration.policy.timeout.call
      var limit = own
      if world.ledger.progressed.contains(call.k) {
        limit = max(limit, configuration.policy.timeout.max)
      }
      // The tool is not known yet: that time comes first.
      return world.books.wasListed(endpoint) ? limit : limit + .seconds(30)
    }
  }
}

/// Which goals a failure of the proxy's reaches.
enum FailureGoals {
  static func note(
    _ reason: String,
    _ executed: String,
    _ json: TinyJSON,
    _ own: Range<Int>,
    _ world: World
  ) {
    if executed == "unknown" { world.goals.saw(.unknownReported) }
    if executed == "no" { world.goals.saw(.notSentReported) }
    let others = json.at(own, "others").map { json.parts($0) } ?? []
    for reason in [reason] + others.compactMap({ json.text(json.at($0.value, "reason")) }) {
      if let goal = goals[reason] { world.goals.saw(goal) }
    }
  }

  private static let goals: [String: Goal] = [
    "timeout": .timedOut, "server_died": .serverDiedDuringCall, "tool_open": .toolBreakerOpened,
    "rate_limited": .rateLimitRejected, "queue_full": .queueFull, "crashed": .crashed,
    "invalid_answer": .invalidAnswer, "result_too_large": .resultTooLarge,
    "retry_budget": .retryBudgetEmpty, "schema_differs": .fallbackSkippedForSchema,
  ]
}
