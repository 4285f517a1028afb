#if !MUTANTS
import MCPProxy
#endif

/// The decisions that have no state, compared with their specification for every small input.
struct RuleTables {
  /// Inputs looked at.
  private(set) var inputs = 0

  /// What is wrong, if anything.
  mutating func check() -> String? {
    do throws(Discrepancy) {
      try checkRepeats()
      try checkBackoff()
      try checkOutcomes()
      return nil
    } catch {
      return error.text
    }
  }

  // MARK: Repeats

  /// The matrix: what an attempt that ended this way, at a tool of this effect, allows.
  private static func permission(
    _ effect: Effect,
    _ certainty: Certainty,
    _ isInternalError: Bool
  ) -> RepeatRule.Permission {
    if certainty == .notSent { return .yes }
    if certainty == .answered, !isInternalError { return .returnAnswer }
    if effect == .safe { return .yes }
    return certainty == .unknown ? .mayHaveRun : .returnAnswer
  }

  private mutating func checkRepeats() throws(Discrepancy) {
    for effect in [Effect.safe, .unsafe] {
      for certainty in [Certainty.notSent, .unknown, .answered] {
        for flags in 0..<16 {
          for attempts in 0...5 {
            for total in attempts...5 {
              for time in [0, 249, 250, 251] as [Int64] {
                var situation = RepeatRule.Situation(
                  effect: effect,
                  certainty: certainty,
                  timeLeft: .milliseconds(time),
                  attempts: attempts,
                  totalAttempts: total
                )
                situation.isInternalError = flags & 1 != 0
                situation.wasRefused = flags & 2 != 0
                situation.isCancelled = flags & 4 != 0
                situation.hasForwarded = flags & 8 != 0
                try checkRepeat(situation)
              }
            }
          }
        }
      }
    }
  }

  private mutating func checkRepeat(_ situation: RepeatRule.Situation) throws(Discrepancy) {
    for most in 1...3 {
      var policy = RetryPolicy()
      policy.attempts = most
      let decision = RepeatRule.decide(situation, policy: policy)
      inputs += 1
      let permission = Self.permission(
        situation.effect,
        situation.certainty,
        situation.isInternalError
      )
      try require(decision.permission == permission, "\(situation): \(decision)")
      let isOver =
        situation.isCancelled || situation.hasForwarded || situation.timeLeft < .milliseconds(250)
        || situation.totalAttempts >= 4 || permission != .yes
      try require(decision.mayFallBack == !isOver, "\(situation): \(decision)")
      // What the proxy refused itself it would refuse again.
      let isUsedUp = situation.attempts >= most || situation.wasRefused
      try require(decision.mayRetry == (!isOver && !isUsedUp), "\(situation), \(most): \(decision)")
      try require(decision.costsToken == !situation.wasRefused, "\(situation): \(decision)")
    }
  }

  // MARK: Backoff

  private mutating func checkBackoff() throws(Discrepancy) {
    for base in [1, 100, 2000] as [Int64] {
      for cap in [1, 150, 2000, 10_000] as [Int64] {
        let backoff = Backoff(base: .milliseconds(base), cap: .milliseconds(cap))
        var ceiling = base
        for attempt in 1...20 {
          for share in 0...4 {
            // So many quarters of the capped ceiling.
            let random = share == 4 ? UInt64.max : UInt64(share) << 62
            let nanoseconds = min(ceiling, cap) * 1_000_000
            let expected = share == 4 ? nanoseconds : nanoseconds * Int64(share) / 4
            let delay = backoff.delay(attempt: attempt, random: random).nanoseconds
            inputs += 1
            try require(
              delay == expected,
              "wait \(delay) ns of attempt \(attempt), base \(base), cap \(cap), not \(expected)"
            )
          }
          ceiling *= 2
        }
      }
    }
  }

  // MARK: Outcomes

  private mutating func checkOutcomes() throws(Discrepancy) {
    for code in -32_800 ... -31_900 {
      let judgement = OutcomeTable.judge(.error(code: code))
      inputs += 1
      try require(judgement.endpoint == .success, "error \(code) blames the endpoint")
      let tool: Verdict = code == -32_603 ? .failure : .ignored
      try require(judgement.tool == tool, "error \(code) says \(judgement.tool) of the tool")
    }
    for isProbe in [false, true] {
      let word = OutcomeTable.judge(.result(isError: true), isProbe: isProbe)
      try require(word.endpoint == .success, "a tool's own error blames the endpoint")
      let cancel = OutcomeTable.judge(.cancelled, isProbe: isProbe)
      try require(cancel.endpoint == .ignored && cancel.tool == .ignored, "a cancel says something")
      inputs += 2
    }
  }
}
