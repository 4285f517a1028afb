package import MCPProtocol

/// What an endpoint tells its router: always the last thing a step does, and in that very step.
package protocol EndpointEvents: LoopBound {
  /// An attempt that was begun has ended.
  nonisolated func ended(_ attempt: Attempt, _ result: AttemptResult)
  /// The endpoint's tools are known, for the first time or anew.
  nonisolated func listed(by endpoint: Endpoint, _ tools: [ToolEntry])
  /// The endpoint cannot say what tools it has: it did not start, or its list is no good.
  nonisolated func listingFailed(by endpoint: Endpoint)
  /// A call made progress; `line` is the server's notification.
  nonisolated func progressed(_ attempt: Attempt, _ line: [UInt8], _ envelope: Envelope)
  /// The server notifies the client of something.
  nonisolated func said(by endpoint: Endpoint, _ line: [UInt8], _ envelope: Envelope)
  /// The server asks the client for something.
  nonisolated func asked(by endpoint: Endpoint, _ question: ServerQuestion) -> Reply
  /// Nobody waits for the answer to what was asked.
  nonisolated func takenBack(by endpoint: Endpoint, _ number: UInt64)
  /// Nothing of the endpoint's servers is left after it was stopped.
  nonisolated func stopped(_ endpoint: Endpoint)
}

/// A request of a server's to the client.
package struct ServerQuestion {
  /// The endpoint's number for it.
  package let number: UInt64
  package let line: [UInt8]
  package let envelope: Envelope

  package init(number: UInt64, line: [UInt8], envelope: Envelope) {
    self.number = number
    self.line = line
    self.envelope = envelope
  }
}

/// What becomes of a question.
package enum Reply: Equatable, Sendable {
  /// The client was asked: the time of calls stands still.
  case asked
  /// The client is asked when it is ready; `questionAsked` will say so.
  case later
  /// Nobody will be asked.
  case refused(code: Int, String)
}

/// What a session asks of the servers that serve it.
package struct ClientTerms: Sendable {
  /// What the client can be asked, as the object to declare; for processes started from now on.
  package var capabilities = Array("{}".utf8)
  /// Its wish for log messages, if it has one.
  package var logLevel: String?
  /// It is behind with reading: nothing more is read for it.
  package var isBehind = false

  package init() {}
}
