import MCPProtocol

extension Traffic {
  /// What has become of a request.
  enum Ending {
    case call(Attempt, AttemptResult)
    /// A request of our own; nil: it gets no answer that is any good.
    indirect case own(InFlight.Purpose, OwnAnswer?)
  }

  /// What a request that has had its time asks for.
  struct Expiry {
    let ending: Ending
    /// The call's id, under which the server is told that nobody waits for it.
    var cancelled: Int?
    /// The server is to be asked, within so long, who is to blame for the silence.
    var ping: (purpose: InFlight.Purpose, within: TimeSpan)?
  }

  /// What is told of an attempt that was made and has no answer.
  func lost(_ attempt: Attempt, _ loss: Loss, _ certainty: Certainty) -> AttemptFailure {
    AttemptFailure(
      .lost(loss),
      certainty,
      effect: effect(of: attempt),
      breaker: BreakerWord(health.state),
      queued: attempt.flight?.queued ?? .zero
    )
  }

  /// What is wrong with it, if anything is; the simulation asks after every turn.
  func check() -> String? {
    if let problem = inFlight.check() { return problem }
    // Mostly nothing else is in flight, or nothing at all.
    guard inFlight.count > health.inFlight else { return nil }
    let calls = inFlight.calls.count
    return calls <= health.inFlight ? nil : "\(calls) calls hold \(health.inFlight) places"
  }
}

/// The answer to a request of ours.
struct OwnAnswer {
  let line: [UInt8]
  let envelope: Envelope
}

extension Life.Death {
  /// What a call that was in flight is told.
  var loss: Loss {
    switch next {
    case .whenNeeded: .died(how: cause, next: nil)
    case .again(let advice): .died(how: cause, next: advice)
    case .never: .ended
    }
  }
}
