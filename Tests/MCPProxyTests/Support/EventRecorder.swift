import MCPProtocol
import MCPProxy

/// Who hears of an endpoint in a test, and writes it down.
actor EventRecorder: EndpointEvents {
  nonisolated let loop: EventLoop
  /// What happened, in order.
  private(set) var events: [String] = []
  /// How attempts ended, by the numbers of their calls.
  private(set) var results: [UInt64: [AttemptResult]] = [:]
  private(set) var questions: [ServerQuestion] = []
  private(set) var tools: [ToolEntry] = []
  /// What becomes of questions.
  private var reply = Reply.asked

  init(_ loop: EventLoop) { self.loop = loop }

  func answerQuestions(_ reply: Reply) { self.reply = reply }

  private nonisolated func note(_ event: String) { onLoop(event) { $0.events.append($1) } }

  nonisolated func ended(_ attempt: Attempt, _ result: AttemptResult) {
    onLoop((attempt.call, result)) { $0.results[$1.0, default: []].append($1.1) }
    note("ended \(attempt.call)")
  }

  nonisolated func listed(by endpoint: Endpoint, _ tools: [ToolEntry]) {
    onLoop(tools) { $0.tools = $1 }
    note("listed \(tools.map(\.name).joined(separator: " "))")
  }

  nonisolated func listingFailed(by endpoint: Endpoint) { note("listing failed") }

  nonisolated func progressed(_ attempt: Attempt, _ line: [UInt8], _ envelope: Envelope) {
    note("progressed \(attempt.call)")
  }

  nonisolated func said(by endpoint: Endpoint, _ line: [UInt8], _ envelope: Envelope) {
    note("said \(String(decoding: line[envelope.methodName], as: UTF8.self))")
  }

  nonisolated func asked(by endpoint: Endpoint, _ question: ServerQuestion) -> Reply {
    note("asked \(question.number)")
    return onLoop(question) {
      $0.questions.append($1)
      return $0.reply
    }
  }

  nonisolated func takenBack(by endpoint: Endpoint, _ number: UInt64) {
    note("taken back \(number)")
  }

  nonisolated func stopped(_ endpoint: Endpoint) { note("stopped") }
}
