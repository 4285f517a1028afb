package import MCPProtocol

/// Who has calls made: a client's session, or whoever else asks for something.
///
/// All of it is the last thing a step does, and in that very step.
package protocol Caller: LoopBound {
  /// A call has ended; returns how many bytes its answer has.
  @discardableResult nonisolated func ended(_ call: Call, _ ending: CallEnding) -> Int
  /// A list that was asked for is there.
  nonisolated func listed(_ request: ListRequest, _ list: [UInt8], mark: Int)
  nonisolated func told(_ notice: Notice)
  /// An endpoint asks the client for something.
  nonisolated func asked(by endpoint: Endpoint, _ question: ServerQuestion) -> Reply
  /// Nobody waits for the answer to what was asked.
  nonisolated func takenBack(by endpoint: Endpoint, _ number: UInt64)
}

/// What a caller is given for a call.
package enum CallEnding {
  /// A server's answer.
  case answered(Answer)
  /// A whole line, its end included.
  case line([UInt8])
  /// Nothing: the client took it back.
  case nothing
}

/// Something a client is told.
package enum Notice {
  /// A whole line that may be lost when the client is behind.
  case progress([UInt8])
  /// A server's notification.
  case notification(Endpoint, line: [UInt8], Envelope)
  /// What is listed may have changed: lists are equal byte for byte if their marks are.
  case list(mark: Int)
}

/// A list that a client has asked for.
package struct ListRequest {
  package let number: UInt64
  package let id: [UInt8]
  /// The array it came in, if it did.
  package let batch: Int?
  package var isCancelled = false

  package init(number: UInt64, id: [UInt8], batch: Int?) {
    self.number = number
    self.id = id
    self.batch = batch
  }
}
