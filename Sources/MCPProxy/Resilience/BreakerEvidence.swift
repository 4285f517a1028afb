/// What the calls of one generation say for or against opening the breaker.
struct BreakerEvidence: Sendable {
  private(set) var window: OutcomeWindow
  /// Attempts that have not ended.
  var inFlight = InFlightCalls()
  /// Failures in a row, and the end of the last one.
  private var failureRun = 0
  private var lastFailure = Instant.zero

  init(policy: BreakerPolicy) {
    window = OutcomeWindow(capacity: policy.window)
  }

  /// Slow calls in the window and in flight.
  var slow: Int { window.slow + inFlight.slowCount }

  /// Adds the outcome of a call that began at `start` and ends now.
  mutating func record(
    isFailure: Bool,
    isSlow: Bool,
    start: Instant,
    at now: Instant,
    policy: BreakerPolicy
  ) {
    window.record(isFailure: isFailure, isSlow: isSlow, at: now)
    if isFailure {
      // Idle time ends a row, the length of the calls does not: calls that time out after a minute
      // each would else never make one.
      let continues = failureRun > 0 && start - lastFailure <= policy.windowAge
      failureRun = continues ? failureRun + 1 : 1
      lastFailure = now
    } else {
      failureRun = 0
    }
  }

  /// Counts as slow what has been in flight for too long; true if that found a new one.
  mutating func findSlow(at now: Instant, policy: BreakerPolicy) -> Bool {
    guard let limit = policy.slowLimit else { return false }
    #if MUTANTS
    if Mutant.isActive(.hungCallsInvisible) { return false }
    #endif
    return inFlight.markSlow(startedBefore: now.earlier(by: limit))
  }

  /// The rule that is broken now, with the numbers that break it.
  mutating func brokenRule(at now: Instant, policy: BreakerPolicy) -> CircuitBreaker.Trip? {
    window.forget(before: now.earlier(by: policy.windowAge))
    let least = min(policy.minCalls, window.capacity)
    if let limit = policy.consecutive, limit > 0, failureRun >= limit {
      // The row may be older than the window.
      let failures = max(window.failures, failureRun)
      return CircuitBreaker.Trip(
        cause: .consecutive,
        calls: max(window.calls, failures),
        failures: failures,
        slow: slow,
        at: now
      )
    }
    if let rate = policy.failureRate, window.calls >= least,
      reaches(rate, window.failures, of: window.calls)
    {
      return CircuitBreaker.Trip(
        cause: .failureRate,
        calls: window.calls,
        failures: window.failures,
        slow: slow,
        at: now
      )
    }
    let calls = window.calls + inFlight.slowCount
    if let rate = policy.slowRate, policy.slow != nil, calls >= least,
      reaches(rate, slow, of: calls)
    {
      return CircuitBreaker.Trip(
        cause: .slowRate,
        calls: calls,
        failures: window.failures,
        slow: slow,
        at: now
      )
    }
    return nil
  }

  /// Forgets everything, and keeps the memory.
  mutating func removeAll() {
    window.removeAll()
    inFlight.removeAll()
    failureRun = 0
  }

  /// Another window; the newest outcomes that fit stay.
  mutating func update(policy: BreakerPolicy) {
    window.resize(to: policy.window)
  }

  /// Divided, not multiplied: 11 of 20 is then exactly the 0.55 that somebody wrote.
  private func reaches(_ rate: Double, _ part: Int, of whole: Int) -> Bool {
    #if MUTANTS
    if Mutant.isActive(.rateMustBeExceeded) { return Double(part) / Double(whole) > rate }
    #endif
    return part > 0 && Double(part) / Double(whole) >= rate
  }
}

extension BreakerPolicy {
  /// The length beyond which a call is slow, if the slow rule is on and can trip.
  var slowLimit: TimeSpan? {
    guard let slowRate, slowRate <= 1 else { return nil }
    return slow
  }
}

extension Instant {
  /// Saturates instead of overflowing.
  fileprivate func earlier(by span: TimeSpan) -> Instant {
    self + TimeSpan(nanoseconds: -span.nanoseconds)
  }
}
