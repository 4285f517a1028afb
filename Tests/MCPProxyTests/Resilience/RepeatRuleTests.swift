import MCPProxy
import Testing

@Suite struct RepeatRuleTests {
  /// The matrix of the design: effect, certainty, whether −32603, and what follows.
  @Test(
    arguments: [
      (.safe, .notSent, false, .yes), (.unsafe, .notSent, false, .yes),
      (.safe, .unknown, false, .yes), (.unsafe, .unknown, false, .mayHaveRun),
      (.safe, .answered, true, .yes), (.unsafe, .answered, true, .returnAnswer),
      (.safe, .answered, false, .returnAnswer), (.unsafe, .answered, false, .returnAnswer),
    ] as [(Effect, Certainty, Bool, RepeatRule.Permission)]
  )
  func `the matrix decides`(
    effect: Effect,
    certainty: Certainty,
    isInternalError: Bool,
    expected: RepeatRule.Permission
  ) {
    #expect(
      RepeatRule.permission(effect, certainty, isInternalError: isInternalError) == expected
    )
  }

  private static func situation(
    _ change: (inout RepeatRule.Situation) -> Void = { _ in }
  ) -> RepeatRule.Decision {
    var situation = RepeatRule.Situation(
      effect: .safe,
      certainty: .unknown,
      timeLeft: .seconds(10),
      attempts: 1,
      totalAttempts: 1
    )
    change(&situation)
    return RepeatRule.decide(situation, policy: RetryPolicy())
  }

  @Test func `a safe call that may have run is repeated anywhere for a token`() {
    let decision = RepeatRuleTests.situation()
    #expect(decision.mayRetry && decision.mayFallBack && decision.costsToken)
  }

  @Test func `a refusal is free, and only another endpoint can help`() {
    let decision = RepeatRuleTests.situation {
      $0.certainty = .notSent
      $0.wasRefused = true
      $0.effect = .unsafe
    }
    #expect(!decision.mayRetry && decision.mayFallBack && !decision.costsToken)
  }

  @Test func `three attempts on one endpoint and four in all are the most`() {
    let third = RepeatRuleTests.situation {
      $0.attempts = 3
      $0.totalAttempts = 3
    }
    #expect(!third.mayRetry && third.mayFallBack)
    let fourth = RepeatRuleTests.situation { $0.totalAttempts = 4 }
    #expect(!fourth.mayRetry && !fourth.mayFallBack)
  }

  @Test func `nothing is repeated after cancel, after a forwarded part or without time`() {
    let changes: [(inout RepeatRule.Situation) -> Void] = [
      { $0.isCancelled = true }, { $0.hasForwarded = true },
      { $0.timeLeft = .milliseconds(249) },
    ]
    for change in changes {
      let decision = RepeatRuleTests.situation(change)
      #expect(!decision.mayRetry && !decision.mayFallBack)
    }
    #expect(RepeatRuleTests.situation { $0.timeLeft = .milliseconds(250) }.mayRetry)
  }

  @Test(arguments: Certainty.allCases, [false, true])
  func `an unsafe call is repeated only if it was certainly not sent`(
    certainty: Certainty,
    flag: Bool
  ) {
    let decision = RepeatRuleTests.situation {
      $0.effect = .unsafe
      $0.certainty = certainty
      $0.isInternalError = flag
    }
    #expect((decision.mayRetry || decision.mayFallBack) == (certainty == .notSent))
  }
}
