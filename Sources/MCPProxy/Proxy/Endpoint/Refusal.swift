/// Why an endpoint sends a call nowhere; its sentence is made by who tells the client.
package enum Refusal: Sendable, Equatable {
  /// Disabled, or its configuration is no good.
  case unusable(String)
  case shuttingDown
  /// It ended too often; `tail` is the last line of its standard error.
  case crashed(why: String, tail: String?, retryAfter: TimeSpan?)
  /// It could not be started.
  case notStarted(why: String, tail: String?)
  /// It is being started again, and another endpoint can take the call: else it would wait.
  case restarting(why: String, retryAfter: TimeSpan?)
  case stillStarting(TimeSpan)
  case queueFull(running: Int, waiting: Int)
  case waitedTooLong(TimeSpan, running: Int)
  /// It does not read what it is sent.
  case notReading
  case breakerOpen(CircuitBreaker.Refusal, trip: CircuitBreaker.Trip?, lastFailure: String?)
  case toolOpen(CircuitBreaker.Refusal)
  case effectDiffers
  case rateLimited(Limits.Shortage)
  case retryBudget
}

/// Why an attempt that was made has no answer.
package enum Loss: Sendable, Equatable {
  case timedOut
  /// The process has ended; `next` is what comes then, nil: it is started when it is needed.
  case died(how: String, next: RestartTracker.Advice?)
  /// The proxy itself has ended the process, to end with it.
  case ended
  case invalidAnswer(String)
  /// The answer was longer than so many bytes.
  case tooLarge(limit: Int)
  /// A fault that was injected.
  case injected
}
