#if !MUTANTS
import MCPProxy
#endif

/// The breaker's rules again, written to be obviously right: it keeps whole lists and counts anew.
struct BreakerModel {
  private struct Live {
    let id: Int
    let start: Instant
    var isExcused = false
    var isSeenSlow = false
  }

  private struct Outcome {
    let start: Instant
    let end: Instant
    let isFailure: Bool
    let isSlow: Bool
  }

  var state = CircuitBreaker.State.closed
  var generation: UInt32 = 0
  var lateResults = 0
  var trips = 0
  var cause: CircuitBreaker.Trip.Cause?
  var good = 0
  var bad = 0
  private var policy: BreakerPolicy
  /// Half-open calls of this generation.
  private(set) var probeLimit = 0
  private var live: [Live] = []
  private var outcomes: [Outcome] = []
  /// How many of them a window of the past has lost; for failures in a row they count.
  private var lost = 0
  private var openings = 0
  private var isWaitSeen = false
  private var isExcursion = false

  init(policy: BreakerPolicy) { self.policy = policy }

  /// Other limits: nothing that has happened changes, and the present probes keep their number.
  mutating func update(_ policy: BreakerPolicy) {
    lost = max(lost, outcomes.count - min(self.policy.window, policy.window))
    self.policy = policy
  }

  var inFlight: Int { live.count }

  var nextDeadline: Instant? {
    switch state {
    case .open(let until): probeDeadline ?? (isWaitSeen ? nil : until)
    case .halfOpen: probeDeadline
    default: nil
    }
  }

  /// Nil: admitted.
  mutating func admit(_ id: Int, at now: Instant) -> CircuitBreaker.Refusal? {
    expire(at: now)
    var refusal: CircuitBreaker.Refusal?
    switch state {
    case .closed, .metricsOnly, .disabled: break
    case .forcedOpen: refusal = .forcedOpen
    case .open(let until):
      if let probeDeadline {
        refusal = .probing(retryAfter: probeDeadline - now)
      } else if now < until {
        refusal = .open(retryAfter: until - now)
      } else {
        go(.halfOpen)
      }
    case .halfOpen:
      if live.count + good + bad >= probeLimit {
        refusal = .probing(retryAfter: (probeDeadline ?? now) - now)
      }
    }
    if refusal == nil, state != .disabled { live.append(Live(id: id, start: now)) }
    return refusal
  }

  mutating func settle(
    _ id: Int,
    generation: UInt32,
    start: Instant,
    _ verdict: Verdict,
    at now: Instant,
    pausedFor: TimeSpan,
    slowExempt: Bool
  ) {
    applyDeadlines(at: now)
    let place = live.firstIndex { $0.id == id }
    guard generation == self.generation, place != nil || state == .disabled else {
      if verdict != .ignored { lateResults += 1 }
      return
    }
    if let place { live.remove(at: place) }
    if verdict == .ignored { return }
    var isSlow = false
    if let slow = policy.slow, policy.slowRate ?? 2 <= 1, !slowExempt {
      isSlow = now - start - pausedFor > slow
    }
    let isFailure = verdict == .failure
    switch state {
    case .closed, .metricsOnly:
      outcomes.append(Outcome(start: start, end: now, isFailure: isFailure, isSlow: isSlow))
      let isNew = seeSlow(at: now)
      if isFailure || isSlow || isNew || state == .metricsOnly { judge(at: now) }
    case .halfOpen:
      if isFailure || isSlow { bad += 1 } else { good += 1 }
      if Double(bad) >= Double(probeLimit) / 2 {
        goOpen(.probeFailed, at: now)
      } else if Double(good) > Double(probeLimit) / 2 {
        go(.closed)
        openings = 0
      }
    case .open:
      if isFailure { goOpen(.ownProbeFailed, at: now) } else { go(.halfOpen) }
    case .forcedOpen, .disabled: break
    }
  }

  mutating func excuse(_ id: Int, generation: UInt32) {
    guard generation == self.generation, let place = live.firstIndex(where: { $0.id == id })
    else { return }
    live[place].isExcused = true
  }

  /// True: a probe begins.
  mutating func beginOwnProbe(_ id: Int, at now: Instant) -> Bool {
    expire(at: now)
    guard case .open(let until) = state, now >= until, live.isEmpty else { return false }
    live.append(Live(id: id, start: now))
    return true
  }

  mutating func expire(at now: Instant) {
    applyDeadlines(at: now)
    if state == .closed || state == .metricsOnly, seeSlow(at: now) { judge(at: now) }
  }

  mutating func setMode(_ mode: BreakerPolicy.Mode) {
    let next: CircuitBreaker.State =
      switch mode {
      case .normal: .closed
      case .forcedOpen: .forcedOpen
      case .disabled: .disabled
      case .metricsOnly: .metricsOnly
      }
    let isOperators = [.forcedOpen, .disabled, .metricsOnly].contains(state)
    if mode == .normal && !isOperators || next == state { return }
    go(next)
    openings = 0
    if mode == .forcedOpen { note(.operator) }
  }

  mutating func reset() {
    go([.forcedOpen, .disabled, .metricsOnly].contains(state) ? state : .closed)
    openings = 0
  }

  private var probeDeadline: Instant? {
    live.map(\.start).min().map { $0 + policy.probeTimeout }
  }

  private mutating func applyDeadlines(at now: Instant) {
    guard state == .halfOpen || state.kind == .open else { return }
    if let probeDeadline, now >= probeDeadline { goOpen(.probeTimeout, at: probeDeadline) }
    if case .open(let until) = state, live.isEmpty, now >= until { isWaitSeen = true }
  }

  private mutating func seeSlow(at now: Instant) -> Bool {
    guard let slow = policy.slow, policy.slowRate ?? 2 <= 1 else { return false }
    var isNew = false
    for place in live.indices where !live[place].isSeenSlow && now - live[place].start > slow {
      live[place].isSeenSlow = true
      if !live[place].isExcused { isNew = true }
    }
    return isNew
  }

  private mutating func judge(at now: Instant) {
    guard let broken = brokenRule(at: now) else {
      isExcursion = false
      return
    }
    if state == .closed {
      goOpen(broken, at: now)
    } else if !isExcursion {
      isExcursion = true
      note(broken)
    }
  }

  private func brokenRule(at now: Instant) -> CircuitBreaker.Trip.Cause? {
    var row = 0
    var later: Outcome?
    for outcome in outcomes.reversed() {
      guard outcome.isFailure else { break }
      if let later, later.start - outcome.end > policy.windowAge { break }
      row += 1
      later = outcome
    }
    if let limit = policy.consecutive, row >= limit { return .consecutive }
    let window = outcomes.dropFirst(lost).suffix(policy.window)
      .filter { now - $0.end <= policy.windowAge }
    let failures = window.filter(\.isFailure).count
    if let rate = policy.failureRate, window.count >= policy.minCalls, failures > 0,
      Double(failures) / Double(window.count) >= rate
    {
      return .failureRate
    }
    let hung = live.filter { $0.isSeenSlow && !$0.isExcused }.count
    let slow = window.filter(\.isSlow).count + hung
    if let rate = policy.slowRate, policy.slow != nil, window.count + hung >= policy.minCalls,
      slow > 0, Double(slow) / Double(window.count + hung) >= rate
    {
      return .slowRate
    }
    return nil
  }

  private mutating func goOpen(_ cause: CircuitBreaker.Trip.Cause, at now: Instant) {
    var wait = policy.open
    for _ in 0..<openings where wait < policy.maxOpen { wait = wait + wait }
    go(.open(until: now + min(wait, policy.maxOpen)))
    openings += 1
    note(cause)
  }

  private mutating func note(_ cause: CircuitBreaker.Trip.Cause) {
    trips += 1
    self.cause = cause
  }

  private mutating func go(_ next: CircuitBreaker.State) {
    state = next
    generation += 1
    live = []
    outcomes = []
    lost = 0
    probeLimit = policy.halfOpenCalls
    good = 0
    bad = 0
    isWaitSeen = false
    isExcursion = false
  }
}
