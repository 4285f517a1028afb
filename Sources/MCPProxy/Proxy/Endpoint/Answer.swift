import MCPProtocol

/// A server's answer to a call, as the client is to get it.
///
/// A view of its attempt, which holds it: an answer is handed on through every layer, and its parts
/// would be copied each time.
package struct Answer {
  private let attempt: Attempt

  /// The answer to an attempt; `line` is in `source`.
  init(
    _ attempt: Attempt,
    _ envelope: borrowing Envelope,
    _ source: [UInt8],
    _ line: Range<Int>,
    received: Instant,
    _ remarks: Attempt.Remarks
  ) {
    self.attempt = attempt
    attempt.answer = Attempt.AnswerParts(
      source: source,
      line: line,
      splice: Self.splice(attempt, envelope, source, line),
      isError: envelope.isError,
      errorCode: Self.errorCode(envelope),
      received: received,
      remarks: remarks
    )
  }

  static func errorCode(_ envelope: borrowing Envelope) -> Int? {
    if case .error = envelope.kind { envelope.errorCode } else { nil }
  }

  package var isError: Bool { attempt.answer?.isError ?? false }
  package var errorCode: Int? { attempt.answer?.errorCode }
  /// It reports an internal error of the server, and the call does no harm twice: the one answer
  /// after which a call is tried again.
  package var mayBeRepeated: Bool { attempt.answer?.remarks.mayBeRepeated ?? false }
  /// When the request was handed to the server, and when its answer had come.
  package var sent: Instant { attempt.flight?.sent ?? received }
  package var received: Instant { attempt.answer?.received ?? .zero }
  package var queued: TimeSpan { attempt.flight?.queued ?? .zero }
  /// Time spent waiting for a human.
  package var paused: TimeSpan { attempt.flight?.paused ?? .zero }
  /// What the server says it charged.
  package var reportedCost: Double? { attempt.answer?.remarks.reportedCost }
  /// The server's breaker after it.
  package var breaker: BreakerWord { attempt.answer?.remarks.breaker ?? .closed }

  private static func splice(
    _ attempt: Attempt,
    _ envelope: borrowing Envelope,
    _ source: [UInt8],
    _ line: Range<Int>
  ) -> Splice {
    let base = line.lowerBound
    var splice = Splice()
    splice.replace(
      envelope.id.lowerBound + base..<envelope.id.upperBound + base,
      with: .slice(attempt.request.line, attempt.request.answerID)
    )
    let isComplete = envelope.hasContent && attempt.servedBy == nil
    if case .result = envelope.kind, !isComplete {
      ResultAddition(servedBy: attempt.servedBy, envelope, source, base: base).apply(to: &splice)
    }
    return splice
  }

  /// Moves the whole line for the client into what it is sent; returns how long it is.
  package func move(into wire: inout Wire) -> Int {
    let start = wire.end
    if let parts = attempt.answer.take() { wire.append(parts.splice, parts.source, parts.line) }
    return wire.end - start
  }

  /// The whole line for the client, line end included.
  package var frame: [UInt8] {
    var frame: [UInt8] = []
    if let parts = attempt.answer { parts.splice.append(parts.source, parts.line, to: &frame) }
    return frame
  }

  /// The same with bytes of its own: an answer that is not given at once must not keep the buffer
  /// that the next read needs.
  package func kept() -> Answer {
    let frame = frame
    attempt.answer?.source = frame
    attempt.answer?.line = 0..<frame.count - 1
    attempt.answer?.splice = Splice()
    return self
  }
}
