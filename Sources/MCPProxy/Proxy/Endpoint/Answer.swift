import MCPProtocol

/// An endpoint's answer, as the client is to get it.
package struct Answer: Sendable {
  /// Where the endpoint's line is: in what was read of its output, unless `kept`.
  let source: [UInt8]
  let line: Range<Int>
  /// The client's own id, and what the result must not do without.
  let splice: Splice
  package let isError: Bool
  package let errorCode: Int?
  /// It reports an internal error of the server, and the call does no harm twice: the one answer
  /// after which a call is tried again.
  let mayBeRepeated: Bool
  /// When the request was handed to the endpoint, and when its answer had come.
  package let sent: Instant
  package let received: Instant
  package let queued: TimeSpan
  /// Time spent waiting for a human.
  package let paused: TimeSpan
  /// What the endpoint says it charged.
  package let reportedCost: Double?
  /// The endpoint's breaker after it.
  package let breaker: BreakerWord

  /// The whole line for the client, line end included.
  var frame: [UInt8] {
    var frame: [UInt8] = []
    splice.append(source, line, to: &frame)
    return frame
  }

  /// The same with bytes of its own: an answer that is not given at once must not keep the buffer
  /// that the next read needs.
  func kept() -> Answer {
    let bytes = frame
    return Answer(
      source: bytes,
      line: 0..<bytes.count - 1,
      splice: Splice(),
      isError: isError,
      errorCode: errorCode,
      mayBeRepeated: mayBeRepeated,
      sent: sent,
      received: received,
      queued: queued,
      paused: paused,
      reportedCost: reportedCost,
      breaker: breaker
    )
  }
}

extension AttemptResult {
  /// The result with bytes of its own.
  func kept() -> AttemptResult {
    if case .answered(let answer) = self { .answered(answer.kept()) } else { self }
  }
}
