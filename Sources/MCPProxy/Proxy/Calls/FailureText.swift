/// The sentences of `CallFailure`, one function a situation (docs/errors.md).
package enum FailureText {
  package static func breakerOpen(
    _ endpoint: String,
    _ trip: CircuitBreaker.Trip?,
    lastFailure: String?,
    retryAfter: TimeSpan?
  ) -> String {
    var text = "Server \"\(endpoint)\" is not answering"
    if let trip, trip.cause == .slowRate {
      text = "Server \"\(endpoint)\" is too slow (\(trip.slow) of the last \(trip.calls) calls)"
    } else if let trip {
      let last = lastFailure.map { ", last: \($0)" } ?? ""
      text += " (\(trip.failures) of the last \(trip.calls) calls failed\(last))"
    }
    return "\(text). This call was not sent.\(next(retryAfter))"
  }

  package static func toolOpen(_ endpoint: String, _ tool: String, retryAfter: TimeSpan?) -> String
  {
    "Tool \"\(tool)\" of server \"\(endpoint)\" keeps failing; its other tools work. "
      + "This call was not sent.\(next(retryAfter))"
  }

  private static func next(_ retryAfter: TimeSpan?) -> String {
    retryAfter.map { " Next attempt possible in \(wait($0))." } ?? ""
  }

  package static func rateLimited(
    _ subject: String,
    _ policy: RateLimitPolicy,
    retryAfter: TimeSpan
  ) -> String {
    let calls = policy.calls == 1 ? "1 call" : "\(number(policy.calls)) calls"
    let limit = "\(calls) per \(seconds(policy.per)), burst \(policy.burst)"
    if policy.calls == 0 {
      return "Calls to \(subject) are switched off by its limit of 0. This call was not sent."
    }
    // A token that came just too late is there for the next call.
    let time = retryAfter > .zero ? "in \(wait(retryAfter))" : "now"
    return "Limit for \(subject) reached (\(limit)). This call was not sent. Try again \(time)."
  }

  package static func queueFull(_ endpoint: String, running: Int, waiting: Int) -> String {
    "\"\(endpoint)\" is busy: \(running) calls running, \(waiting) waiting. "
      + "This call was not sent."
  }

  package static func waitedTooLong(_ endpoint: String, _ time: TimeSpan, running: Int) -> String {
    "\"\(endpoint)\" is busy: no place came free in \(seconds(time)) (\(running) calls running). "
      + "This call was not sent."
  }

  package static func timeout(_ tool: String, _ effect: Effect, after: TimeSpan, attempts: Int)
    -> String
  {
    switch effect {
    case .unsafe:
      return "No answer from \"\(tool)\" after \(seconds(after)). It may have run. "
        + "Check its effect before calling it again."
    case .safe:
      let tries = attempts > 1 ? " after \(attempts) attempts in" : " after"
      return "No answer from \"\(tool)\"\(tries) \(seconds(after)). It changes nothing, "
        + "so it can be called again."
    }
  }

  /// `next` is what comes then; `nil`: it is started again when it is needed.
  package static func died(
    _ endpoint: String,
    _ how: String,
    _ next: RestartTracker.Advice?
  ) -> String {
    let sequel =
      switch next {
      case .restart: "; it is being restarted"
      case .crashed(let time): "; it ended too often and is left alone for \(wait(time))"
      case nil: ""
      }
    return "Server \"\(endpoint)\" exited (\(how)) during this call\(sequel). "
  }

  package static let ended = "The proxy was ended during this call. "

  package static func invalidAnswer(_ endpoint: String, _ problem: String) -> String {
    "Server \"\(endpoint)\" gave an invalid answer (\(problem)). "
  }

  package static func tooLarge(_ tool: String, limit: Int) -> String {
    "The result of \"\(tool)\" is bigger than \(size(limit)), the limit for one message. "
      + "The call has run."
  }

  /// What follows on `died`, `ended` and `invalidAnswer`; said last, because a later list may
  /// change the tool's effect.
  package static func whetherItRan(_ ran: Certainty, _ effect: Effect) -> String {
    switch (ran, effect) {
    case (.notSent, _): "The call was not sent."
    case (_, .safe): "The call changes nothing, so it can be called again."
    default: "The call may have run. Check its effect before calling it again."
    }
  }

  package static func effectDiffers(_ endpoint: String, _ tool: String) -> String {
    "\"\(tool)\" of server \"\(endpoint)\" is no longer declared safe to repeat."
  }

  package static func crashed(_ endpoint: String, _ why: String, tail: String?) -> String {
    let line = tail.map { " (last error line: \"\($0)\")" } ?? ""
    return "Server \"\(endpoint)\" cannot be started: \(why)\(line). This call was not sent."
  }

  package static let injected =
    "Fault injected by the chaos settings (mode error). This call was not sent."

  /// A span that has passed, or was set.
  package static func seconds(_ span: TimeSpan) -> String { span.words }

  /// A span to wait, rounded up.
  package static func wait(_ span: TimeSpan) -> String { span.waitWords }

  /// A number of bytes, exactly: `8 MB`, `100 KB`, `1001 bytes`.
  private static func size(_ bytes: Int) -> String {
    if bytes % (1 << 20) == 0 { return "\(bytes >> 20) MB" }
    return bytes % (1 << 10) == 0 ? "\(bytes >> 10) KB" : "\(bytes) bytes"
  }

  private static func number(_ value: Double) -> String { TimeSpan.number(value) }
}
