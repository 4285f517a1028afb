import MCPProtocol

/// One sending of a call to one endpoint, from its making to its end.
///
/// An object of the loop, changed in place by whoever has it: the router makes it, the endpoint
/// lets it wait and sends it, and gives it back with its result.
package final class Attempt {
  /// When an attempt has had its time.
  package struct Times: Sendable {
    /// When to give up, unless progress is reported.
    package let deadline: Instant
    /// When to stop waiting for a process that comes up.
    package let startDeadline: Instant
    /// How far a report of progress moves the deadline.
    package let timeout: TimeSpan
    /// Where that ends.
    package let limit: Instant

    package init(
      deadline: Instant,
      startDeadline: Instant,
      timeout: TimeSpan,
      limit: Instant
    ) {
      self.deadline = deadline
      self.startDeadline = startDeadline
      self.timeout = timeout
      self.limit = limit
    }
  }

  /// What it is among the attempts of its call.
  package struct Role: Sendable {
    /// Whether it repeats an attempt and so costs a token of the retry budget.
    package var isRepeat = false
    /// Whether this endpoint may have carried the call out already: a repeat of that kind.
    package var mayHaveRun = false
    /// Whether another endpoint can take it: then there is no point in waiting for a dead one.
    package var hasAlternative = false

    package init() {}
  }

  /// What is known of it since it was sent.
  package struct Flight {
    package let permits: Permits
    package let sent: Instant
    package let queued: TimeSpan
    /// Where its last byte stands on the link.
    package let mark: Int
    package var deadline: Instant
    /// Time spent waiting for a human.
    package var paused = TimeSpan.zero
    package var lastProgress: Instant?

    package init(
      permits: Permits,
      sent: Instant,
      queued: TimeSpan,
      mark: Int,
      deadline: Instant
    ) {
      self.permits = permits
      self.sent = sent
      self.queued = queued
      self.mark = mark
      self.deadline = deadline
    }
  }

  /// The server's answer, from its coming until it is given to the client.
  struct AnswerParts {
    /// Where the server's line is: in what was read of its output, unless it is kept.
    var source: [UInt8]
    var line: Range<Int>
    /// The client's own id, and what the result must not do without.
    var splice: Splice
    let isError: Bool
    let errorCode: Int?
    let received: Instant
    let remarks: Remarks
  }

  /// What the endpoint says of an answer beside it.
  struct Remarks {
    /// Whether the call does no harm twice, and the answer is the one after which it may be.
    let mayBeRepeated: Bool
    let reportedCost: Double?
    /// The server's breaker after it.
    let breaker: BreakerWord
  }

  /// The call's number, for cancelling it.
  package let call: UInt64
  package let request: Request
  package let tool: ToolReference
  package let effect: Effect
  package let times: Times
  package let role: Role
  /// Named in the result when it is not the endpoint the client asked for.
  package let servedBy: String?
  /// The fault that was injected into it, if one was.
  package var injected: ChaosMode?
  /// The server's answer, once it has come.
  var answer: AnswerParts?
  /// Set while it is in flight, and after.
  package var flight: Flight?

  package init(
    call: UInt64,
    _ request: Request,
    _ tool: ToolReference,
    _ effect: Effect,
    _ times: Times,
    _ role: Role,
    servedBy: String? = nil
  ) {
    self.call = call
    self.request = request
    self.tool = tool
    self.effect = effect
    self.times = times
    self.role = role
    self.servedBy = servedBy
  }
}
