package import MCPProtocol

/// What endpoints have asked the client: each side keeps its own ids.
///
/// The endpoint knows which questions are open. What is done for one here and is told to the
/// endpoint may come late: then nothing is found under its number.
package struct ClientQuestions {
  /// A request of an endpoint's that waits for the client's answer.
  package struct Question {
    package let endpoint: Endpoint
    /// The endpoint's number for it.
    package let number: UInt64
    /// The server's own id for it.
    package let id: RequestID
    /// Its progress token, if it gave one.
    package let progressToken: [UInt8]?
  }

  /// A question that came before the client said it was ready.
  package struct Early {
    package let endpoint: Endpoint
    package let question: ServerQuestion
  }

  private var open: [Int: Question] = [:]
  private var early: [Early] = []
  private var last = 0

  package init() {}

  /// Keeps a question for later.
  package mutating func keep(_ question: ServerQuestion, of endpoint: Endpoint) {
    early.append(Early(endpoint: endpoint, question: question))
  }

  /// The first of those that were kept.
  package mutating func takeEarly() -> Early? { early.isEmpty ? nil : early.removeFirst() }

  /// Opens a question; returns the line for the client.
  package mutating func ask(_ question: ServerQuestion, of endpoint: Endpoint) -> [UInt8] {
    let (line, envelope) = (question.line, question.envelope)
    last += 1
    let token = envelope.progressToken.isEmpty ? nil : Array(line[envelope.progressToken])
    open[last] = Question(
      endpoint: endpoint,
      number: question.number,
      id: RequestID(line.span, envelope.id),
      progressToken: token
    )
    var splice = Splice()
    splice.replace(envelope.id, with: .integer(last))
    if token != nil { splice.replace(envelope.progressToken, with: .integer(last)) }
    if let (range, text) = Self.namedMessage(line, envelope, endpoint.name) {
      splice.replace(range, with: .bytes(text))
    }
    return splice.applied(to: line)
  }

  /// The user sees only the proxy, so the text says which server asks.
  private static func namedMessage(
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

  package subscript(number: Int) -> Question? { open[number] }

  /// Ends a question.
  package mutating func close(_ number: Int) -> Question? { open.removeValue(forKey: number) }

  /// Ends all: returns those that were asked, in order, then those that were kept.
  package mutating func closeAll() -> [(endpoint: Endpoint, number: UInt64)] {
    let asked = open.sorted { $0.key < $1.key }.map { ($0.value.endpoint, $0.value.number) }
    let kept = early.map { ($0.endpoint, $0.question.number) }
    open.removeAll()
    early.removeAll()
    return asked + kept
  }

  /// Nobody waits for the answer to a question of an endpoint; returns the number under which the
  /// client was asked, if it was.
  package mutating func takeBack(_ endpoint: Endpoint, _ number: UInt64) -> Int? {
    early.removeAll { $0.endpoint === endpoint && $0.question.number == number }
    let asked = open.first { $0.value.endpoint === endpoint && $0.value.number == number }?.key
    if let asked { open[asked] = nil }
    return asked
  }
}
