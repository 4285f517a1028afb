/// The last outcomes of a breaker: at most `capacity`, and none older than the age given.
///
/// The sums are kept as outcomes come and go, so reading them costs nothing.
struct OutcomeWindow: Sendable {
  private struct Outcome {
    var at: Instant
    var isFailure: Bool
    var isSlow: Bool
  }

  /// Outcomes remembered.
  private(set) var calls = 0
  /// Those that failed.
  private(set) var failures = 0
  /// Those that took too long; a slow failure counts here too.
  private(set) var slow = 0

  private var outcomes: [Outcome]
  private var head = 0

  /// Remembers at most `capacity` outcomes, at least one.
  init(capacity: Int) {
    let none = Outcome(at: .zero, isFailure: false, isSlow: false)
    outcomes = Array(repeating: none, count: max(1, capacity))
  }

  var capacity: Int { outcomes.count }

  /// Adds an outcome; the oldest goes if there is no room.
  mutating func record(isFailure: Bool, isSlow: Bool, at now: Instant) {
    if calls == outcomes.count { removeOldest() }
    outcomes[place(calls)] = Outcome(at: now, isFailure: isFailure, isSlow: isSlow)
    calls += 1
    if isFailure { failures += 1 }
    if isSlow { slow += 1 }
  }

  /// Forgets the outcomes from before `limit`.
  mutating func forget(before limit: Instant) {
    #if MUTANTS
    if Mutant.isActive(.windowNeverAges) { return }
    #endif
    while calls > 0, outcomes[head].at < limit { removeOldest() }
  }

  /// Forgets every outcome, and keeps the memory.
  mutating func removeAll() {
    calls = 0
    failures = 0
    slow = 0
  }

  /// Another capacity; the newest outcomes that fit stay.
  mutating func resize(to capacity: Int) {
    guard max(1, capacity) != outcomes.count else { return }
    while calls > max(1, capacity) { removeOldest() }
    var other = OutcomeWindow(capacity: capacity)
    for offset in 0..<calls {
      let outcome = outcomes[place(offset)]
      other.record(isFailure: outcome.isFailure, isSlow: outcome.isSlow, at: outcome.at)
    }
    self = other
  }

  private mutating func removeOldest() {
    if outcomes[head].isFailure { failures -= 1 }
    if outcomes[head].isSlow { slow -= 1 }
    calls -= 1
    head = place(1)
  }

  private func place(_ offset: Int) -> Int {
    let index = head + offset
    return index < outcomes.count ? index : index - outcomes.count
  }
}
