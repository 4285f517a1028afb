/// What an attempt asks of the guards.
package struct AdmissionRequest: Sendable {
  /// The tool's number at the endpoint.
  package var tool: Int
  /// Whether it repeats an attempt and so costs a token of the retry budget.
  package var isRepeat: Bool
  /// Whether the tool is no longer declared safe, and an attempt at this endpoint may have run.
  package var effectDiffers: Bool
  /// Until when it may wait for a token.
  package var patience: Instant

  package init(
    tool: Int,
    isRepeat: Bool = false,
    effectDiffers: Bool = false,
    patience: Instant
  ) {
    self.tool = tool
    self.isRepeat = isRepeat
    self.effectDiffers = effectDiffers
    self.patience = patience
  }
}

/// What the guards say to an attempt.
package enum Admission: Sendable, Equatable {
  case admitted(Permits)
  /// It waits for a place.
  case noPlace
  /// A token will be there at this time; whether the bucket without one is the tool's own.
  case noToken(until: Instant, isOwn: Bool)
  case refused(Refusal)

  /// Why it is sent nowhere, neither now nor after a wait.
  package enum Refusal: Sendable, Equatable {
    case breaker(CircuitBreaker.Refusal)
    case tool(CircuitBreaker.Refusal)
    case effectDiffers
    case rateLimited(Limits.Shortage)
    case retryBudget
  }
}

/// Admission in one step of two halves.
///
/// All guards are asked and nothing changes; only if all agree, all are taken from, and that cannot
/// fail. So none is ever undone.
package enum Guards {
  package static func admit(
    _ request: AdmissionRequest,
    _ limits: inout Limits,
    _ health: inout Health,
    at time: Instant
  ) -> Admission {
    #if MUTANTS
    let now = Mutant.isActive(.wallClock) ? time + Mutant.wallShift : time
    #else
    let now = time
    #endif
    health.pass(to: now)
    if let refusal = refusal(request, limits, health, at: now) {
      #if MUTANTS
      if Mutant.isActive(.tokenSpentOnRefusal), case .refused(.breaker) = refusal {
        limits.commit(request.tool, isRepeat: false, at: now)
      }
      #endif
      return refusal
    }
    let permits = health.commit(request.tool, at: now)
    limits.commit(request.tool, isRepeat: request.isRepeat, at: now)
    return .admitted(permits)
  }

  /// Why the attempt is not sent now; nil if every guard agrees.
  @inline(__always)
  private static func refusal(
    _ request: AdmissionRequest,
    _ limits: borrowing Limits,
    _ health: borrowing Health,
    at now: Instant
  ) -> Admission? {
    let word = health.refusal(request.tool, at: now)
    #if MUTANTS
    if Mutant.isActive(.shutBreakerWaits), !health.hasPlace, !request.effectDiffers {
      return .noPlace
    }
    #endif
    // Fails fast: what is shut is not waited for.
    if case .breaker(let refusal) = word, refusal.isShut { return .refused(.breaker(refusal)) }
    if request.effectDiffers { return .refused(.effectDiffers) }
    if word == .noPlace { return .noPlace }
    if let shortage = limits.shortage(request.tool, at: now) {
      let due = now + shortage.wait
      guard shortage.policy.onLimit == .wait, due <= request.patience else {
        return .refused(.rateLimited(shortage))
      }
      return .noToken(until: due, isOwn: shortage.isOwn)
    }
    switch word {
    case .breaker(let refusal): return .refused(.breaker(refusal))
    case .tool(let refusal): return .refused(.tool(refusal))
    case .noPlace, nil: break
    }
    if request.isRepeat, !limits.bearsRepeat(at: now) { return .refused(.retryBudget) }
    return nil
  }
}

extension CircuitBreaker.Refusal {
  /// Whether nothing at all is let through, not even somebody who tries.
  package var isShut: Bool {
    if case .probing = self { false } else { true }
  }
}
