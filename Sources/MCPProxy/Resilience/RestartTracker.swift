/// When a child process that ended may be started again.
///
/// Waits double from `base` up to `cap`, ±20 %, and begin anew after a process that lived for
/// `healthy`. More restarts than `max` within a span: the endpoint has crashed, and one start is
/// tried every five minutes until a process stays healthy.
package struct RestartTracker: Sendable {
  package enum Advice: Sendable, Equatable {
    case restart(after: TimeSpan)
    /// Calls are refused until then.
    case crashed(retryAfter: TimeSpan)
  }

  /// The wait between two attempts to start what has crashed.
  package static let crashedWait = TimeSpan.seconds(300)

  private var policy: RestartPolicy
  /// The last starts, oldest first: one to begin with, and as many restarts as may follow it.
  private var starts: RingBuffer<Instant>
  private var lastStart: Instant?
  /// Ends in a row of processes that were not healthy.
  private var failures = 0
  private var hasCrashed = false

  package init(policy: RestartPolicy) {
    self.policy = policy
    starts = RingBuffer(capacity: policy.max + 1)
  }

  /// Whether there were too many starts, and no process has been healthy since.
  package var isCrashed: Bool { hasCrashed }

  /// Notes that a process was launched.
  package mutating func started(at now: Instant) {
    while starts.count > policy.max { starts.removeFirst() }
    starts.append(now)
    lastStart = now
  }

  /// Notes that the process ended or never came up, and says when to start the next.
  package mutating func ended(at now: Instant, random: UInt64) -> Advice {
    if let lastStart, now - lastStart >= policy.healthy {
      forget()
      return .restart(after: .zero)
    }
    if hasCrashed { return .crashed(retryAfter: RestartTracker.crashedWait) }
    let ceiling = Backoff.ceiling(base: policy.base, doublings: failures, cap: policy.cap)
    failures += 1
    #if MUTANTS
    if Mutant.isActive(.restartNotDoubled) { failures = 0 }
    #endif
    let delay = ceiling * (0.8 + 0.4 * Double(random >> 11) / Double(1 << 53))
    if starts.count > policy.max, let oldest = starts.first,
      now + delay < oldest + policy.within
    {
      hasCrashed = true
      return .crashed(retryAfter: RestartTracker.crashedWait)
    }
    return .restart(after: delay)
  }

  /// The operator asks for a start now: all is forgotten.
  package mutating func forget() {
    while !starts.isEmpty { starts.removeFirst() }
    lastStart = nil
    failures = 0
    hasCrashed = false
  }

  /// Takes other limits from now on; what has happened stays.
  package mutating func update(policy: RestartPolicy) {
    self.policy = policy
  }
}
