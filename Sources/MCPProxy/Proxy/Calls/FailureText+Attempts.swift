// What an endpoint says of an attempt, told: each refusal and each loss has one sentence.
extension FailureText {
  /// A sentence, its reason and when to try again.
  typealias Told = (reason: FailureReason, text: String, wait: TimeSpan?)

  static func refusal(_ refusal: Refusal, _ endpoint: String, _ tool: String) -> Told {
    switch refusal {
    case .unusable(let why):
      let text = "Server \"\(endpoint)\" cannot be used: \(why). This call was not sent."
      return (.unusable, text, nil)
    case .shuttingDown:
      return (.shuttingDown, "The proxy is shutting down. This call was not sent.", nil)
    case .crashed(let why, let tail, let wait):
      return (.crashed, crashed(endpoint, why, tail: tail), wait)
    case .notStarted(let why, let tail):
      return (.notStarted, crashed(endpoint, why, tail: tail), nil)
    case .restarting(let why, let wait):
      let text = "Server \"\(endpoint)\" \(why) and is being restarted. This call was not sent."
      return (.serverDied, text, wait)
    case .stillStarting(let waited):
      let text = "Server \"\(endpoint)\" is still starting after \(waited.words). "
      return (.notStarted, text + "This call was not sent.", nil)
    case .queueFull(let running, let waiting):
      return (.queueFull, queueFull(endpoint, running: running, waiting: waiting), nil)
    case .waitedTooLong(let waited, let running):
      return (.queueFull, waitedTooLong(endpoint, waited, running: running), nil)
    case .notReading:
      let text = "\"\(endpoint)\" does not read what it is sent. This call was not sent."
      return (.queueFull, text, nil)
    case .breakerOpen, .toolOpen, .effectDiffers, .rateLimited, .retryBudget:
      return guarded(refusal, endpoint, tool)
    }
  }

  private static func guarded(_ refusal: Refusal, _ endpoint: String, _ tool: String) -> Told {
    switch refusal {
    case .breakerOpen(.forcedOpen, _, _):
      let text = "Server \"\(endpoint)\" was switched off by the operator. This call was not sent."
      return (.breakerOpen, text, nil)
    case .breakerOpen(let refusal, let trip, let last):
      let wait = refusal.wait
      let text = breakerOpen(endpoint, trip, lastFailure: last, retryAfter: wait)
      return (.breakerOpen, text, wait)
    case .toolOpen(let refusal):
      return (.toolOpen, toolOpen(endpoint, tool, retryAfter: refusal.wait), refusal.wait)
    case .rateLimited(let shortage):
      let subject = shortage.isOwn ? "tool \"\(tool)\" of \"\(endpoint)\"" : "\"\(endpoint)\""
      let text = rateLimited(subject, shortage.policy, retryAfter: shortage.wait)
      return (.rateLimited, text, shortage.policy.calls == 0 ? nil : shortage.wait)
    case .effectDiffers: return (.effectDiffers, effectDiffers(endpoint, tool), nil)
    default: return (.retryBudget, "The retry budget of \"\(endpoint)\" is used up.", nil)
    }
  }

  static func loss(_ loss: Loss, _ endpoint: String, _ tool: String) -> Told {
    switch loss {
    // Whoever tells the client has the words: it knows how long the client waited for all attempts.
    case .timedOut: return (.timeout, "", nil)
    case .died(let how, let next):
      var wait: TimeSpan?
      if case .crashed(let time)? = next { wait = time }
      return (.serverDied, died(endpoint, how, next), wait)
    case .ended: return (.shuttingDown, ended, nil)
    case .invalidAnswer(let problem):
      return (.invalidAnswer, invalidAnswer(endpoint, problem), nil)
    case .tooLarge(let limit): return (.resultTooLarge, tooLarge(tool, limit: limit), nil)
    case .injected: return (.injected, injected, nil)
    }
  }
}

extension CircuitBreaker.Refusal {
  /// When to try again; nil: nobody knows.
  fileprivate var wait: TimeSpan? {
    switch self {
    case .open(let wait), .probing(let wait): wait
    case .forcedOpen: nil
    }
  }
}
