import MCPProxy
import Testing

@Suite struct RetryBudgetTests {
  @Test func `a full budget pays for its capacity and no more`() {
    var budget = RetryBudget(policy: RetryPolicy(), at: at(0))
    let paid = (0..<20).filter { _ in budget.withdraw(at: at(0)) }
    #expect(paid.count == 10)
    #expect(budget.tokens(at: at(0)) == 0)
  }

  @Test func `five successes or ten seconds earn one repeat`() {
    var budget = RetryBudget(policy: RetryPolicy(), at: at(0))
    while budget.withdraw(at: at(0)) {}
    for _ in 0..<4 { budget.deposit(at: at(0)) }
    let early = budget.withdraw(at: at(0))
    #expect(!early)
    budget.deposit(at: at(0))
    let earned = budget.withdraw(at: at(0))
    #expect(earned)
    let tooSoon = budget.withdraw(at: at(9.9))
    #expect(!tooSoon)
    let waited = budget.withdraw(at: at(10))
    #expect(waited)
  }

  @Test func `time and successes never fill it beyond its capacity`() {
    var budget = RetryBudget(policy: RetryPolicy(), at: at(0))
    for _ in 0..<100 { budget.deposit(at: at(1e6)) }
    #expect(budget.tokens(at: at(2e6)) == 10)
  }

  @Test func `an update keeps the balance as far as it fits`() {
    var policy = RetryPolicy()
    var budget = RetryBudget(policy: policy, at: at(0))
    for _ in 0..<4 { _ = budget.withdraw(at: at(0)) }
    policy.budget = 20
    budget.update(policy: policy, at: at(0))
    #expect(budget.tokens(at: at(0)) == 6)
    policy.budget = 2
    budget.update(policy: policy, at: at(0))
    #expect(budget.tokens(at: at(0)) == 2)
    policy.budget = 0
    budget.update(policy: policy, at: at(0))
    let paid = budget.withdraw(at: at(1e6))
    #expect(!paid)
  }

  @Test func `an update does not pay the new rate for the time before it`() {
    var policy = RetryPolicy()
    policy.perSecond = 0
    var budget = RetryBudget(policy: policy, at: at(0))
    while budget.withdraw(at: at(0)) {}
    policy.perSecond = 1
    budget.update(policy: policy, at: at(100))
    #expect(budget.tokens(at: at(100)) == 0)
    #expect(budget.tokens(at: at(101)) == 1)
  }

  @Test(arguments: 0..<200)
  func `no span pays for more than capacity, successes and time allow`(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    let policy = RetryPolicy()
    var budget = RetryBudget(policy: policy, at: at(0))
    var now = at(0)
    var sums = [(time: now, paid: 0, successes: 0)]
    for _ in 0..<200 {
      now = now + .milliseconds(Int64(random.below(random.chance(20) ? 8000 : 50)))
      var sum = sums[sums.count - 1]
      sum.time = now
      if random.chance(40) {
        budget.deposit(at: now)
        sum.successes += 1
      } else if budget.withdraw(at: now) {
        sum.paid += 1
      }
      sums.append(sum)
    }
    for first in sums.indices {
      for last in first..<sums.count {
        let span = (sums[last].time - sums[first].time).seconds
        let successes = Double(sums[last].successes - sums[first].successes)
        let bound = policy.budget + policy.perSuccess * successes + policy.perSecond * span
        if Double(sums[last].paid - sums[first].paid) > bound + 1e-9 {
          Issue.record("seed \(seed)")
        }
      }
    }
  }
}
