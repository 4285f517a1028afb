import MCPProtocol

// What the client is told: answers, notices, questions of servers.
extension ClientSession: Caller {
  package nonisolated func ended(_ call: Call, _ ending: CallEnding) -> Int {
    onLoop((call, ending)) { $0.callEnded($1.0, $1.1) }
  }

  private func callEnded(_ call: Call, _ ending: CallEnding) -> Int {
    defer { requestEnded() }
    switch ending {
    case .answered(let answer) where call.batch == nil: return send(answer)
    case .answered(let answer):
      let frame = answer.frame
      deliver(frame, call.batch)
      return frame.count
    case .line(let line):
      deliver(line, call.batch)
      return line.count
    case .nothing:
      forgo(call.batch)
      return 0
    }
  }

  private func requestEnded() {
    phase.openRequests -= 1
    settle()
  }

  package nonisolated func listed(_ request: ListRequest, _ list: [UInt8], mark: Int) {
    onLoop((request, list, mark)) { session, news in
      let (request, list, mark) = news
      if request.isCancelled {
        session.forgo(request.batch)
      } else {
        session.announcement.sent(mark)
        let line = ResponseLine.result(id: request.id, list) + session.newline
        session.deliver(line, request.batch)
      }
      session.requestEnded()
    }
  }

  package nonisolated func told(_ notice: Notice) { onLoop(notice) { $0.tell($1) } }

  private func tell(_ notice: Notice) {
    switch notice {
    case .progress(let line): sendCourtesy(line)
    case .list(let mark):
      announcement.changed(to: mark, at: loop.now)
      wake()
    case .notification(let endpoint, let line, let envelope):
      switch envelope.method {
      case .logMessage: tell(line, envelope, of: endpoint)
      // The one that remains belongs to 2025-11-25 only. A starting server is read for a client
      // that is behind, too: it must not add to that.
      default:
        guard terms.isInitialized, terms.version == .november2025, !isClogged else { return }
        send(line + newline)
      }
    }
  }

  /// A log message: which server speaks shows in the logger's name.
  private func tell(_ line: [UInt8], _ envelope: Envelope, of endpoint: Endpoint) {
    guard let level = LogSeverity(line, envelope), terms.wants(level) else { return }
    var writer = JSONWriter()
    var splice = Splice()
    if envelope.logger.isEmpty {
      writer.string(endpoint.name)
      let position = envelope.body.lowerBound + 1
      let member = Array("\"logger\":".utf8) + writer.bytes + [UInt8(ascii: ",")]
      splice.replace(position..<position, with: .bytes(member))
    } else {
      let isString = line[envelope.logger.lowerBound] == UInt8(ascii: "\"")
      let own = isString ? "/\(JSONDocument.decodeString(line, envelope.logger))" : ""
      writer.string(endpoint.name + own)
      splice.replace(envelope.logger, with: .bytes(writer.bytes))
    }
    sendCourtesy(splice.applied(to: line))
  }

  // MARK: Questions of endpoints

  package nonisolated func asked(by endpoint: Endpoint, _ question: ServerQuestion) -> Reply {
    onLoop((endpoint, question)) { $0.ask($1.0, $1.1) }
  }

  private func ask(_ endpoint: Endpoint, _ question: ServerQuestion) -> Reply {
    guard question.line.count <= Bounds.answer else {
      return .refused(code: -32600, "Message exceeds \(Bounds.answer) bytes")
    }
    // The client may not be asked yet (2025-11-25, lifecycle); servers ask for roots at once.
    if !terms.isInitialized, !phase.answersNoMore {
      questions.keep(question, of: endpoint)
      return .later
    }
    guard !phase.answersNoMore else { return .refused(code: -32603, Self.closedSide) }
    if let refusal = terms.refusal(of: question.envelope.method) {
      return .refused(code: refusal.code, refusal.text)
    }
    send(questions.ask(question, of: endpoint))
    return .asked
  }

  private static let closedSide = "The client has closed its side"

  /// The client is ready: what came too early is asked now.
  func askEarlyQuestions() {
    while let early = questions.takeEarly() {
      let number = early.question.number
      switch ask(early.endpoint, early.question) {
      case .asked: early.endpoint.onLoop(number) { $0.questionAsked($1) }
      case .refused(let code, let text):
        early.endpoint.onLoop((number, code, text)) { $0.questionRefused($1.0, $1.1, $1.2) }
      case .later: break
      }
    }
  }

  /// The client will not answer any more.
  func refuseQuestions() {
    for (endpoint, number) in questions.closeAll() {
      endpoint.onLoop(number) { $0.questionRefused($1, -32603, Self.closedSide) }
    }
  }

  /// The client's answer to a question.
  func receiveAnswer(_ line: [UInt8], _ envelope: Envelope) {
    guard let number = RequestID.integer(line.span, envelope.id),
      let question = questions.close(number)
    else {
      phase.lateAnswers += 1
      let count = phase.lateAnswers
      return log.debug("the client has answered what is not open (\(count) such answers)")
    }
    var splice = Splice()
    splice.replace(envelope.id, with: .bytes(question.id.json))
    let answer = Array(splice.applied(to: line).dropLast())
    question.endpoint.onLoop((question.number, answer)) { $0.questionAnswered($1.0, $1.1) }
  }

  /// The client reports progress on a question.
  func receiveProgress(_ line: [UInt8], _ envelope: Envelope) {
    guard let number = RequestID.integer(line.span, envelope.progressToken),
      let question = questions[number], let token = question.progressToken
    else { return }
    var splice = Splice()
    splice.replace(envelope.progressToken, with: .bytes(token))
    let report = Array(splice.applied(to: line).dropLast())
    question.endpoint.onLoop(report) { $0.forward($1) }
  }

  /// Ends the question that a line was to answer; returns whether it was to answer any, open or
  /// not: an error in return could be taken for the answer to a request of the client's own.
  func endQuestion(_ id: [UInt8], _ head: MessageHead, _ problem: String) -> Bool {
    guard !head.isRequest else { return false }
    guard let number = RequestID.integer(id.span, id.indices),
      let question = questions.close(number)
    else { return head.isAnswer }
    let text = "The client gave an invalid answer (\(problem))"
    question.endpoint.onLoop((question.number, text)) { $0.questionRefused($1.0, -32603, $1.1) }
    return true
  }

  package nonisolated func takenBack(by endpoint: Endpoint, _ number: UInt64) {
    onLoop((endpoint, number)) { session, news in
      if let own = session.questions.takeBack(news.0, news.1) {
        session.send(RequestLine.cancelled(own) + session.newline)
      }
    }
  }
}
