import MCPProtocol

/// One running server of an endpoint: whether it is up, and what is said to it and by it.
///
/// Its parts decide; what is left to do for the endpoint comes back as events, in order.
package final class Replica {
  let configuration: EndpointConfiguration
  let log: Log
  let link: any Link
  private(set) var life: Life
  private(set) var traffic: Traffic
  private var dialogue = Dialogue()
  private var questions: Questions
  private var terms = ClientTerms()

  /// `number`: which of the endpoint's servers it is; its questions are told apart by it.
  init(_ configuration: EndpointConfiguration, _ link: any Link, number: Int, log: Log) {
    self.configuration = configuration
    self.log = log
    self.link = link
    life = Life(configuration.policy, unusable: configuration.unusable)
    traffic = Traffic(configuration)
    questions = Questions(from: UInt64(number) << Self.questionBits)
  }

  var isReady: Bool { life.isReady }
  var allowsBatches: Bool { dialogue.allowsBatches }

  // MARK: Calls

  func admit(
    _ attempt: Attempt,
    _ limits: inout Limits,
    patience: Instant,
    at now: Instant
  ) -> Admission {
    traffic.admit(attempt, &limits, patience: patience, at: now)
  }

  /// Puts an admitted call on its way.
  func send(_ attempt: Attempt, _ permits: Permits, queued: TimeSpan, sent: Instant) {
    let id = traffic.nextID()
    let sending = link.send(attempt.request.outgoing(id, attempt.tool))
    if let mode = sending.injected { attempt.injected = mode }
    let flight = Attempt.Flight(
      permits: permits,
      sent: sent,
      queued: queued,
      mark: sending.mark,
      deadline: attempt.times.deadline
    )
    traffic.sent(attempt, id, flight)
  }

  /// Gives up a call that was sent; nil if it is not in flight here.
  func cancel(_ call: UInt64, reason: [UInt8]?, at now: Instant) -> Attempt? {
    guard let (id, attempt) = traffic.cancel(call, at: now) else { return nil }
    takeBack(id, reason: reason)
    return attempt
  }

  /// Tells the server that nobody waits for an answer.
  private func takeBack(_ id: Int, reason: [UInt8]?) {
    _ = link.send(Outgoing(RequestLine.cancelled(id, reason: reason), .cancelled(id)))
  }

  // MARK: What comes, for the reader of lines

  func answered(
    _ envelope: borrowing Envelope,
    _ source: [UInt8],
    _ line: Range<Int>,
    at now: Instant
  ) -> ReplicaEvent? {
    traffic.answered(envelope, source, line, at: now).map(ReplicaEvent.ended)
  }

  func rejected(_ id: Int, _ problem: String, limit: Int? = nil, at now: Instant) -> ReplicaEvent? {
    traffic.rejected(id, problem, limit: limit, at: now).map(ReplicaEvent.ended)
  }

  func progressed(_ id: Int, at now: Instant) -> Attempt? { traffic.progressed(id, at: now) }
  func spoke(at now: Instant) { traffic.spoke(at: now) }

  /// A line that is no message.
  func wroteJunk(_ line: ArraySlice<UInt8>, at now: Instant) -> ReplicaEvent? {
    // A usage text or a complaint on the wrong stream. Later it may be a part of a result.
    if !life.isReady { link.note(line + [UInt8(ascii: "\n")]) }
    log.debug("endpoint \"\(configuration.name)\" wrote a line that is no message")
    return traffic.wroteJunk().map { misbehaved($0, at: now) }
  }

  // MARK: Messages of our own

  /// Sends a line of our own.
  func send(_ line: [UInt8]) { _ = link.send(Outgoing(line)) }

  /// Passes on a message of the client's that is already in the server's terms.
  func forward(_ line: [UInt8]) { if dialogue.isOpen, life.isUp { send(line) } }

  /// What the session asks of the server, now and for processes to come.
  func take(_ terms: ClientTerms) {
    let wish = self.terms.logLevel
    self.terms = terms
    hold()
    if terms.logLevel != wish { sendLogLevel() }
  }

  private func sendLogLevel() {
    guard let level = terms.logLevel, life.isUp, dialogue.supportsLogging else { return }
    // Its answer says nothing that anybody waits for.
    let id = traffic.nextID()
    send(RequestLine.request(id, "logging/setLevel", RequestLine.level(level)))
  }

  private func ask(
    _ method: StaticString,
    _ params: [UInt8]?,
    _ purpose: InFlight.Purpose,
    within span: TimeSpan,
    at now: Instant
  ) {
    let id = traffic.nextID()
    traffic.sent(purpose, id, until: now + span)
    let line = RequestLine.request(id, method, params)
    _ = link.send(Outgoing(line, purpose.isPing ? .ping(id) : .other))
  }

  // MARK: Life

  /// Takes in what happened on the link; `take` gets lines that nothing comes after.
  func happened(
    _ event: LinkEvent,
    _ moment: Life.Moment,
    _ take: (LinkLine) -> Void
  ) -> [ReplicaEvent] {
    let now = moment.now
    switch event {
    case .launched:
      let actions = life.launched(at: now)
      guard actions.isEmpty else { return [.life(actions)] }
      return perform(dialogue.begin(capabilities: terms.capabilities, at: now), at: now)
    case .launchFailed(let why): return [.life(life.launchFailed(why, moment))]
    case .launchable:
      if life.state == .launching { return link.perform(.launch).map { [.link($0)] } ?? [] }
      return [.life(life.launchFailed("the proxy is shutting down", moment))]
    case .outputEnded: return [.life(life.outputEnded(at: now))]
    case .exited(let process, let status):
      guard link.isAlive(process) else { return [] }
      _ = link.readRest(hasExited: true, take)
      return [.life(life.exited(status, moment))]
    case .broken(let why):
      // What it answered before, or said instead of starting, is in the pipe.
      _ = link.readRest(hasExited: false, take)
      return [misbehaved(why, at: now)]
    case .buried: return [.life(life.buried())]
    case .failed(let id): return traffic.failed(id, at: now).map { [.ended($0)] } ?? []
    }
  }

  /// Does what the server's life asks of the link and of those who wait for its answers.
  func perform(_ action: Life.Action, at now: Instant) -> [ReplicaEvent] {
    switch action {
    case .launch: traffic.reset()
    case .lose(let death):
      // Nothing of it outlives it, not even the wish to look at its list once more.
      dialogue = Dialogue()
      let forgotten = questions.forget().map(ReplicaEvent.forgotten)
      let lost = traffic.lose(death, isWritten: link.isWritten, at: now)
      traffic.unpause()
      return lost.map(ReplicaEvent.ended) + forgotten
    default: break
    }
    let event = link.perform(action)
    hold()
    return event.map { [.link($0)] } ?? []
  }

  func demand(at now: Instant) -> [Life.Action] { life.demand(at: now) }
  func opened() -> [Life.Action] { life.opened() }
  func stop(at now: Instant) -> [Life.Action] { life.stop(at: now) }

  private func misbehaved(_ why: String, at now: Instant) -> ReplicaEvent {
    .life(life.misbehaved(why, at: now))
  }

  /// Nothing is read, for the client's sake.
  ///
  /// Not while the process starts: then it answers nobody but us, and in a time of its own.
  private var isHeld: Bool { terms.isBehind && life.isReady }

  private func hold() { link.hold(isHeld) }

  // MARK: What is said beside calls

  private func perform(_ steps: [Dialogue.Step], at now: Instant) -> [ReplicaEvent] {
    var events: [ReplicaEvent] = []
    for step in steps {
      switch step {
      case .request(let method, let params, let purpose):
        // The start's own time limit ends its opening; initialize may not be cancelled.
        let limit = configuration.policy.timeout.start + .seconds(purpose.isOpening ? 1 : 0)
        ask(method, params, purpose, within: limit, at: now)
      case .send(let line): send(line)
      case .opened: sendLogLevel()
      case .listed(let listing): events.append(.listed(listing))
      case .listingFailed(let listing):
        traffic.declare(nil)
        events.append(.listingFailed(listing))
      case .serve: events.append(.serve)
      case .fail(let problem): events.append(misbehaved(problem, at: now))
      }
    }
    return events
  }

  /// The tools of a list have their numbers.
  func declare(_ tools: [ToolEntry]) { traffic.declare(tools) }

  func listChanged(at now: Instant) { dialogue.listChanged(at: now) }

  /// A request of our own has an answer, or gets none.
  func ended(
    _ purpose: InFlight.Purpose,
    _ answer: OwnAnswer?,
    at now: Instant
  ) -> [ReplicaEvent] {
    guard purpose.isPing else { return perform(dialogue.ended(purpose, answer, at: now), at: now) }
    let hangs = traffic.pinged(purpose, isAnswered: answer != nil, isHeld: isHeld, at: now)
    return hangs.map { [misbehaved($0, at: now)] } ?? []
  }

  // MARK: Questions to the human behind the client

  /// The server asks something; nil: too much is open, and it was told so.
  func question(_ line: [UInt8], _ envelope: Envelope) -> ServerQuestion? {
    guard !questions.isFull else {
      refuse(Array(line[envelope.id]), -32603, "Too many questions are open")
      return nil
    }
    let number = questions.add(RequestID(line.span, envelope.id))
    return ServerQuestion(number: number, line: line, envelope: envelope)
  }

  /// The client was asked; that may be news of a question that is no longer open.
  func questionAsked(_ number: UInt64, at now: Instant) {
    let limit = configuration.policy.timeout.max
    if questions.asked(number, until: now + limit) { traffic.pause(at: now) }
  }

  /// Ends a question; returns the server's id for it, or nil if it is not open.
  func close(_ number: UInt64, at now: Instant) -> RequestID? {
    guard let id = questions.close(number) else { return nil }
    if !questions.anyIsAsked { traffic.resume(at: now) }
    return id
  }

  /// The number of a question that the server no longer wants an answer to; nil: it is not open.
  func takeBackQuestion(_ id: RequestID, at now: Instant) -> UInt64? {
    guard let number = questions.number(of: id), close(number, at: now) != nil else { return nil }
    return number
  }

  // MARK: Time

  var nextDeadline: Instant? {
    var first = Instant.earlier(traffic.nextDeadline, life.nextDeadline)
    first = Instant.earlier(first, dialogue.nextDeadline)
    first = Instant.earlier(first, questions.nextDeadline)
    first = Instant.earlier(first, link.nextDeadline)
    return first
  }

  func expire(_ moment: Life.Moment, _ take: (LinkLine) -> Void) -> [ReplicaEvent] {
    let now = moment.now
    var events = questions.expired(at: now).map(ReplicaEvent.unanswered)
    events += link.expire(at: now, take).map(ReplicaEvent.link)
    for expiry in traffic.expire(isHeld: isHeld, at: now) {
      if let id = expiry.cancelled { takeBack(id, reason: Array("\"timed out\"".utf8)) }
      if let ping = expiry.ping { ask("ping", nil, ping.purpose, within: ping.within, at: now) }
      events.append(.ended(expiry.ending))
    }
    if let permit = traffic.probe(mayPing: isReady && !isHeld, at: now) {
      ask("ping", nil, .probe(permit), within: Traffic.pingPatience, at: now)
    }
    events += perform(dialogue.expire(at: now), at: now)
    events.append(.life(life.expire(moment)))
    return events
  }

  /// What is wrong with it, if anything is; the simulation asks after every turn.
  func check() -> String? {
    life.check() ?? traffic.check() ?? questions.check() ?? link.check()
  }
}
