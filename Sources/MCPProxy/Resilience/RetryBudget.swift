/// Bounds the repeats of one endpoint, so that a failing one is not hit harder than a healthy one.
///
/// In any span of t seconds with s successes there are at most
/// `budget + perSuccess · s + perSecond · t` repeats. Counted in billionths, rounded down.
package struct RetryBudget: Sendable {
  private static let one: Int64 = 1_000_000_000

  private var capacity: Int64
  private var perSuccess: Int64
  /// Billionths of a token in a nanosecond: the same number as tokens in a second.
  private var perSecond: Double
  private var balance: Int64
  private var refilledAt: Instant

  /// Starts full.
  package init(policy: RetryPolicy, at now: Instant) {
    capacity = RetryBudget.billionths(policy.budget)
    perSuccess = RetryBudget.billionths(policy.perSuccess)
    perSecond = max(0, policy.perSecond)
    balance = capacity
    refilledAt = now
  }

  /// Whether it would pay for one repeat now; changes nothing.
  package func pays(at now: Instant) -> Bool {
    var copy = self
    return copy.withdraw(at: now)
  }

  /// Pays for one repeat; false, and nothing paid, if that is more than there is.
  @discardableResult package mutating func withdraw(at now: Instant) -> Bool {
    refill(at: now)
    #if MUTANTS
    if Mutant.isActive(.budgetOverdrawn), balance >= 0, balance < RetryBudget.one {
      balance -= RetryBudget.one
      return true
    }
    #endif
    guard balance >= RetryBudget.one else { return false }
    balance -= RetryBudget.one
    return true
  }

  /// Credits a success.
  package mutating func deposit(at now: Instant) {
    refill(at: now)
    balance = min(capacity, balance + perSuccess)
  }

  /// The repeats it would pay for now.
  package func tokens(at now: Instant) -> Double {
    var copy = self
    copy.refill(at: now)
    return Double(copy.balance) / Double(RetryBudget.one)
  }

  /// Takes other limits from now on; the balance stays, as far as it fits.
  package mutating func update(policy: RetryPolicy, at now: Instant) {
    refill(at: now)
    // What is left of the time before was at the old rate, which may have been zero.
    refilledAt = max(refilledAt, now)
    capacity = RetryBudget.billionths(policy.budget)
    perSuccess = RetryBudget.billionths(policy.perSuccess)
    perSecond = max(0, policy.perSecond)
    balance = min(balance, capacity)
  }

  private mutating func refill(at now: Instant) {
    guard now > refilledAt else { return }
    let earned = Double((now - refilledAt).nanoseconds) * perSecond
    // Time too short to earn a whole billionth is kept for the next time.
    guard earned >= 1 else { return }
    balance = earned >= Double(capacity) ? capacity : min(capacity, balance + Int64(earned))
    refilledAt = now
  }

  /// Bounded, so that no sum of two overflows.
  private static func billionths(_ tokens: Double) -> Int64 {
    Int64(min(max(0, tokens), 1_000_000_000) * Double(one))
  }
}
