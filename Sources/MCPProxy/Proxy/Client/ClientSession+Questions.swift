package import MCPProtocol

/// A request of an endpoint's that waits for the client's answer.
struct Question {
  let endpoint: Int
  /// The endpoint's number for it.
  let number: UInt64
  /// The endpoint's process's own id for it.
  let id: RequestID
  /// Its progress token, if it gave one.
  let progressToken: [UInt8]?
}

/// A question that came before the client said it was ready.
struct EarlyQuestion {
  let endpoint: Int
  let number: UInt64
  let line: [UInt8]
  let envelope: Envelope
}

// Requests of endpoints to the client: roots, sampling, elicitation. Each side keeps its own ids.
//
// The endpoint knows which questions are open. What is done for one here and is told to the
// endpoint may come late: then nothing is found under its number.
extension ClientSession {
  package func asked(
    by endpoint: Int,
    _ number: UInt64,
    _ line: [UInt8],
    _ envelope: Envelope
  ) async {
    guard line.count <= Bounds.answer else {
      let text = "Message exceeds \(Bounds.answer) bytes"
      return await endpoints[endpoint].questionRefused(number, -32600, text)
    }
    let question = EarlyQuestion(
      endpoint: endpoint,
      number: number,
      line: line,
      envelope: envelope
    )
    // The client may not be asked yet (2025-11-25, lifecycle); servers ask for roots at once.
    if !isInitialized, !answersNoMore { return earlyQuestions.append(question) }
    await ask(question)
  }

  private var answersNoMore: Bool { inputHasEnded || isEnding }

  /// The client is ready: what came too early is asked now.
  func askEarlyQuestions() async {
    // One by one: those behind may be taken back meanwhile.
    while !earlyQuestions.isEmpty { await ask(earlyQuestions.removeFirst()) }
  }

  private func ask(_ question: EarlyQuestion) async {
    let (line, envelope) = (question.line, question.envelope)
    let endpoint = endpoints[question.endpoint]
    guard !answersNoMore else { return await refuse(question.endpoint, question.number) }
    guard canBeAsked.contains(envelope.method) else {
      let method = envelope.method
      return await endpoint.questionRefused(
        question.number,
        method == .elicit ? -32602 : -32601,
        "The client does not support \(Self.capability(of: method))"
      )
    }
    lastQuestion += 1
    let token = envelope.progressToken.isEmpty ? nil : Array(line[envelope.progressToken])
    questions[lastQuestion] = Question(
      endpoint: question.endpoint,
      number: question.number,
      id: RequestID(line.span, envelope.id),
      progressToken: token
    )
    var splice = Splice()
    splice.replace(envelope.id, with: .integer(lastQuestion))
    if token != nil { splice.replace(envelope.progressToken, with: .integer(lastQuestion)) }
    if let (range, text) = namedMessage(line, envelope, endpoint.name) {
      splice.replace(range, with: .bytes(text))
    }
    var frame: [UInt8] = []
    splice.append(line, 0..<line.count, to: &frame)
    send(frame)
    await endpoint.questionAsked(question.number)
  }

  /// The client will not answer any more.
  func refuseQuestions() async {
    let early = earlyQuestions.map { ($0.endpoint, $0.number) }
    let open = questions.sorted { $0.key < $1.key }.map { ($0.value.endpoint, $0.value.number) }
    earlyQuestions.removeAll()
    questions.removeAll()
    for (endpoint, number) in open + early { await refuse(endpoint, number) }
  }

  private func refuse(_ endpoint: Int, _ number: UInt64) async {
    let text = "The client has closed its side"
    await endpoints[endpoint].questionRefused(number, -32603, text)
  }

  private static func capability(of method: Method) -> String {
    switch method {
    case .listRoots: "roots"
    case .createMessage: "sampling"
    default: "elicitation"
    }
  }

  /// The user sees only the proxy, so the text says which server asks.
  private func namedMessage(
    _ line: [UInt8],
    _ envelope: Envelope,
    _ endpoint: String
  ) -> (Range<Int>, [UInt8])? {
    guard envelope.method == .elicit, !envelope.message.isEmpty,
      line[envelope.message.lowerBound] == UInt8(ascii: "\"")
    else { return nil }
    var writer = JSONWriter()
    writer.string("[\(endpoint)] ")
    let start = envelope.message.lowerBound
    // The message itself stays as it came: only a beginning is put before it.
    return (start..<start + 1, Array(writer.bytes.dropLast()))
  }

  /// The client's answer to a question.
  func receiveAnswer(_ line: [UInt8], _ envelope: Envelope) async {
    guard let number = RequestID.integer(line.span, envelope.id),
      let question = questions.removeValue(forKey: number)
    else {
      lateAnswers += 1
      log.debug("the client has answered what is not open (\(lateAnswers) such answers)")
      return
    }
    var splice = Splice()
    splice.replace(envelope.id, with: .bytes(question.id.json))
    var frame: [UInt8] = []
    splice.append(line, 0..<line.count, to: &frame)
    await endpoints[question.endpoint].questionAnswered(question.number, Array(frame.dropLast()))
  }

  /// The client reports progress on a question.
  func receiveProgress(_ line: [UInt8], _ envelope: Envelope) async {
    guard let number = RequestID.integer(line.span, envelope.progressToken),
      let question = questions[number], let token = question.progressToken
    else { return }
    var splice = Splice()
    splice.replace(envelope.progressToken, with: .bytes(token))
    var frame: [UInt8] = []
    splice.append(line, 0..<line.count, to: &frame)
    await endpoints[question.endpoint].forward(Array(frame.dropLast()))
  }

  package nonisolated func takenBack(by endpoint: Int, _ number: UInt64?) {
    onLoop((endpoint, number)) { $0.takeBack($1.0, $1.1) }
  }

  private func takeBack(_ endpoint: Int, _ number: UInt64?) {
    earlyQuestions.removeAll { $0.endpoint == endpoint && number ?? $0.number == $0.number }
    let gone = questions.filter { _, question in
      question.endpoint == endpoint && number ?? question.number == question.number
    }
    for own in gone.keys.sorted() {
      questions[own] = nil
      var writer = JSONWriter()
      writer.beginNotification("notifications/cancelled")
      writer.key("params")
      writer.beginObject()
      writer.key("requestId")
      writer.int(own)
      writer.endObject()
      writer.endObject()
      send(writer.bytes + newline)
    }
  }
}
