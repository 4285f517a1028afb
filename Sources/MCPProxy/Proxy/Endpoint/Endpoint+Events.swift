import MCPProtocol

// What happens at the servers, passed on: what concerns the client goes up to the router.
extension Endpoint {
  /// What the life of a server depends on beside it.
  var moment: Life.Moment {
    Life.Moment(loop.now, isAwaited: !lobby.isEmpty, random: loop.kernel.random)
  }

  /// Something happened on a link at a time of its own.
  func happened(_ event: LinkEvent, on number: Int) { happened(event, of: replicas[number]) }

  func happened(_ event: LinkEvent, of replica: Replica) {
    let events = replica.happened(event, moment) { take($0, from: replica) }
    for event in events { handle(event, of: replica) }
    settle()
  }

  func handle(_ event: ReplicaEvent, of replica: Replica) {
    if case .ended(.call(let attempt, let result)) = event {
      return ended(attempt, result, replica)
    }
    defer { settle() }
    switch event {
    case .ended(.call): break
    case .ended(.own(let purpose, let answer)):
      for event in replica.ended(purpose, answer, at: loop.now) { handle(event, of: replica) }
      admitWaiting()
    case .life(let actions): perform(actions, on: replica)
    case .serve: perform(replica.opened(), on: replica)
    case .link(let event): happened(event, of: replica)
    case .listed(let listing):
      warn(listing)
      let tools = numbered(listing.tools)
      replica.declare(tools)
      events?.listed(by: self, tools)
    case .listingFailed(let listing):
      warn(listing)
      events?.listingFailed(by: self)
    case .progressed(let attempt, let line, let envelope):
      guard !attempt.request.progressToken.isEmpty, fits(line) else { return }
      events?.progressed(attempt, line, envelope)
    case .said(let line, let envelope): if fits(line) { events?.said(by: self, line, envelope) }
    case .asked(let line, let envelope): ask(line, envelope, replica)
    case .unanswered(let number):
      questionRefused(number, -32603, "No answer from the user in time")
      // The client is told, too: it need not bother the human any longer (MCP 2025-11-25,
      // lifecycle: timeouts).
      events?.takenBack(by: self, number)
    case .takenBack(let id):
      guard let number = replica.takeBackQuestion(id, at: loop.now) else { return }
      events?.takenBack(by: self, number)
    case .forgotten(let number): events?.takenBack(by: self, number)
    case .batch(let line, let parts):
      for part in parts where replica.life.isUp {
        if let event = replica.receivePart(line, part, at: loop.now) { handle(event, of: replica) }
      }
    }
  }

  private func ended(_ attempt: Attempt, _ result: AttemptResult, _ replica: Replica) {
    if case .answered(let answer) = result {
      let code = answer.errorCode
      if code != OutcomeTable.internalError { lobby.succeeded(at: loop.now) }
      // The tool may be gone: look once (outcome table, row 5).
      if code == -32601 || code == -32602 {
        replica.listChanged(at: loop.now)
        settle()
      }
    }
    if !lobby.isEmpty {
      admitWaiting()
      // Who waits on may wait for something else now, and that has another time.
      settle()
    }
    // A breaker that is open, or tries, has a time to wake us at.
    if replica.traffic.health.nextDeadline != nil { settle() }
    events?.ended(attempt, result)
  }

  private func warn(_ listing: ToolListing) {
    for warning in listing.warnings { log.warn("endpoint \"\(name)\": \(warning)") }
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

  // MARK: Life

  func perform(_ actions: [Life.Action], on replica: Replica) {
    for action in actions {
      for event in replica.perform(action, at: loop.now) { handle(event, of: replica) }
      switch action {
      case .serve:
        log.info("endpoint \"\(name)\" is ready")
        lobby.serve(at: loop.now)
        admitWaiting()
      case .ended(let death): ended(death, replica)
      case .stopped:
        if replicas.allSatisfy({ $0.life.state == .buried }) { events?.stopped(self) }
      default: break
      }
    }
    if !actions.isEmpty { settle() }
  }

  private func ended(_ death: Life.Death, _ replica: Replica) {
    let tail = replica.link.lastWords
    if death.next != .never {
      let what = death.wasLaunched ? death.story : "cannot be started: \(death.story)"
      log.warn("endpoint \"\(name)\" \(what)" + (tail.map { ": \($0)" } ?? ""))
    }
    // As long as another server serves, nobody waits in vain.
    guard !replicas.contains(where: \.isReady) else { return }
    switch death.next {
    case .never: refuseWaiting(.shuttingDown)
    case .whenNeeded: break
    case .again(.crashed(let wait)):
      refuseWaiting(.crashed(why: death.story, tail: tail, retryAfter: wait))
    case .again(.restart) where death.wasReady:
      refuseWaiting(.restarting(why: death.story, retryAfter: nil), ifAlternative: true)
    case .again(.restart): refuseWaiting(.notStarted(why: death.story, tail: tail))
    }
    lobby.unserve(at: loop.now)
    if !death.wasReady, death.next != .never { events?.listingFailed(by: self) }
  }

  // MARK: Questions to the human behind the client

  private func ask(_ line: [UInt8], _ envelope: Envelope, _ replica: Replica) {
    guard let question = replica.question(line, envelope) else { return }
    switch events?.asked(by: self, question) ?? .later {
    case .asked: questionAsked(question.number)
    case .later: break
    case .refused(let code, let text): questionRefused(question.number, code, text)
    }
  }

  private func asker(_ number: UInt64) -> Replica { replicas[Replica.number(ofQuestion: number)] }

  /// The client was asked.
  package func questionAsked(_ number: UInt64) {
    asker(number).questionAsked(number, at: loop.now)
    settle()
  }

  /// The client's answer, in the server's terms.
  package func questionAnswered(_ number: UInt64, _ line: [UInt8]) {
    if asker(number).close(number, at: loop.now) != nil { asker(number).send(line) }
    settle()
  }

  /// Nobody will answer, and this is why.
  package func questionRefused(_ number: UInt64, _ code: Int, _ message: String) {
    if let id = asker(number).close(number, at: loop.now) {
      asker(number).refuse(id.json, code, message)
    }
    settle()
  }
}
