#if !MUTANTS
import MCPProxy
#endif

/// A retry budget beside an account in thousandths of a repeat.
///
/// What a success and a second earn are whole thousandths, and time passes in whole seconds, so
/// that both count without rounding.
struct RetryBudgetMachine: Machine {
  enum Step {
    case withdraw
    case deposit
    case advance(seconds: Int)
    /// Other limits; the earnings in thousandths of a repeat.
    case update(budget: Int, perSuccess: Int, perSecond: Int)
  }

  private var budget: RetryBudget
  private var now = Instant(nanoseconds: 1_000_000_000_000)
  private var capacity: Int
  private var perSuccess: Int
  private var perSecond: Int
  private var balance: Int
  /// Repeats, successes and seconds since the last change of limits.
  private var paid = 0
  private var earned = 0

  init(budget: Int, perSuccess: Int, perSecond: Int) {
    let policy = Self.policy(budget, perSuccess, perSecond)
    self.budget = RetryBudget(policy: policy, at: now)
    capacity = budget * 1000
    balance = capacity
    self.perSuccess = perSuccess
    self.perSecond = perSecond
  }

  private static func policy(_ budget: Int, _ perSuccess: Int, _ perSecond: Int) -> RetryPolicy {
    var policy = RetryPolicy()
    policy.budget = Double(budget)
    policy.perSuccess = Double(perSuccess) / 1000
    policy.perSecond = Double(perSecond) / 1000
    return policy
  }

  mutating func apply(_ step: Step) throws(Discrepancy) -> Bool {
    switch step {
    case .withdraw:
      let willPay = budget.pays(at: now)
      let pays = budget.withdraw(at: now)
      try require(pays == willPay, "it said that it \(willPay ? "pays" : "does not pay")")
      try require(pays == (balance >= 1000), pays ? "paid without a token" : "kept a token")
      if pays {
        balance -= 1000
        paid += 1000
        // In any span no more than budget + perSuccess · s + perSecond · t.
        try require(paid <= capacity + earned, "paid more than it had and earned")
      }
    case .deposit:
      budget.deposit(at: now)
      earn(perSuccess)
    case .advance(let seconds):
      now = now + .seconds(Int64(seconds))
      earn(seconds * perSecond)
    case .update(let capacity, let perSuccess, let perSecond):
      budget.update(policy: Self.policy(capacity, perSuccess, perSecond), at: now)
      self.capacity = capacity * 1000
      self.perSuccess = perSuccess
      self.perSecond = perSecond
      balance = min(balance, self.capacity)
      (paid, earned) = (0, 0)
    }
    let tokens = budget.tokens(at: now)
    try require(tokens == Double(balance) / 1000, "\(tokens) tokens, model \(balance)/1000")
    return true
  }

  private mutating func earn(_ thousandths: Int) {
    balance = min(capacity, balance + thousandths)
    earned += thousandths
  }
}

extension RetryBudgetMachine {
  init(_ random: inout SeededRandom) {
    self.init(
      budget: random.below(4),
      perSuccess: 125 * random.below(5),
      perSecond: 125 * random.below(9)
    )
  }

  static func draw(_ random: inout SeededRandom) -> Step {
    switch random.below(20) {
    case 0..<9: .withdraw
    case 9..<14: .deposit
    case 14..<18: .advance(seconds: random.below(4))
    case 18..<19: .advance(seconds: random.below(100))
    default:
      .update(
        budget: random.below(4),
        perSuccess: 125 * random.below(5),
        perSecond: 125 * random.below(9)
      )
    }
  }
}
