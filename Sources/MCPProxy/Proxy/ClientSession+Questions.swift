package import MCPProtocol

// Requests of endpoints to the client: roots, sampling, elicitation. Each side keeps its own ids.
extension ClientSession {
  package func asked(by endpoint: Int, _ line: [UInt8], _ envelope: Envelope) async {
    let id = RequestID(line.span, envelope.id)
    guard line.count <= Endpoint.longestAnswer else {
      let text = "Message exceeds \(Endpoint.longestAnswer) bytes"
      return await endpoints[endpoint].refuse(id.json, -32600, text)
    }
    guard isInitialized else {
      // The client may not be asked yet (2025-11-25, lifecycle); servers ask for roots at once.
      if earlyQuestions.count < 64 { earlyQuestions.append((endpoint, line, envelope)) }
      return
    }
    guard canBeAsked.contains(envelope.method), !inputHasEnded else {
      let method = envelope.method
      return await endpoints[endpoint].refuse(
        id.json,
        method == .elicit ? -32602 : -32601,
        "The client does not support \(Self.capability(of: method))"
      )
    }
    lastQuestion += 1
    let number = lastQuestion
    let token = envelope.progressToken.isEmpty ? nil : Array(line[envelope.progressToken])
    questions[number] = Question(endpoint: endpoint, id: id, progressToken: token)
    var splice = Splice()
    splice.replace(envelope.id, with: .integer(number))
    if token != nil { splice.replace(envelope.progressToken, with: .integer(number)) }
    if let (range, text) = namedMessage(line, envelope, endpoints[endpoint].name) {
      splice.replace(range, with: .bytes(text))
    }
    var frame: [UInt8] = []
    splice.append(line, 0..<line.count, to: &frame)
    await endpoints[endpoint].questionOpened(id)
    send(frame)
  }

  /// The client will not answer any more.
  func refuseQuestions() async {
    for (number, question) in questions.sorted(by: { $0.key < $1.key }) {
      questions[number] = nil
      // One that has run out of time has been refused already.
      guard await endpoints[question.endpoint].closeQuestion(question.id) else { continue }
      await endpoints[question.endpoint].refuse(
        question.id.json,
        -32603,
        "The client has closed its side"
      )
    }
  }

  /// The client is ready: what came too early is asked now.
  func askEarlyQuestions() async {
    let early = earlyQuestions
    earlyQuestions.removeAll()
    for question in early { await asked(by: question.endpoint, question.line, question.envelope) }
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
    else { return }
    var splice = Splice()
    splice.replace(envelope.id, with: .bytes(question.id.json))
    var frame: [UInt8] = []
    splice.append(line, 0..<line.count, to: &frame)
    await endpoints[question.endpoint].questionAnswered(question.id, Array(frame.dropLast()))
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

  package func takenBack(by endpoint: Int, _ request: RequestID?) async {
    earlyQuestions.removeAll { early in
      let id = RequestID(early.line.span, early.envelope.id)
      return early.endpoint == endpoint && (request == nil || id == request)
    }
    for (number, question) in questions.sorted(by: { $0.key < $1.key })
    where question.endpoint == endpoint && (request == nil || question.id == request) {
      questions[number] = nil
      await endpoints[endpoint].closeQuestion(question.id)
      var writer = JSONWriter()
      writer.beginNotification("notifications/cancelled")
      writer.key("params")
      writer.beginObject()
      writer.key("requestId")
      writer.int(number)
      writer.endObject()
      writer.endObject()
      send(writer.bytes + newline)
    }
  }
}
