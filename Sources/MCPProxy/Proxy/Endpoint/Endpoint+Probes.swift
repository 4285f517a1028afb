import MCPProtocol

// Pings: whose fault a silence is, and whether an endpoint whose breaker is open is well again.
extension Endpoint {
  /// A silent endpoint is asked once: if it answers, only the tool is to blame (row 9).
  func askWhoIsToBlame(_ call: CallInFlight) {
    toolBreakers.settle(
      call.attempt.tool.index,
      call.toolPermit,
      .failure,
      at: loop.now,
      pausedFor: call.paused
    )
    let suspect = Suspect(permit: call.permit, paused: call.paused)
    // One silence is one ping, however many calls met it: a busy server must not be taken to hang.
    if let open = pending.openBlame, case .own(.blame(let suspects, let timer)) = pending[open] {
      pending[open] = .own(.blame(suspects + [suspect], timer: timer))
      return
    }
    let patience = min(Self.probePatience, call.attempt.timeout)
    let id = pending.nextID()
    sendRequest(id, "ping", nil)
    let timer = loop.setTimer(
      at: loop.now + patience,
      owner: self,
      token: EndpointTimer(.deadline, UInt64(id)).token
    )
    pending.add(id, .own(.blame([suspect], timer: timer)))
  }

  static let probePatience = TimeSpan.seconds(5)

  func answeredOwn(_ own: OwnRequest, _ answer: OwnAnswer?) {
    let now = loop.now
    switch own {
    case .step(let step):
      loop.cancelTimer(step.timer)
      unsafe step.continuation.resume(returning: answer)
    case .blame(let suspects, let timer):
      loop.cancelTimer(timer)
      let verdict: Verdict = answer == nil && !mustPause ? .failure : .ignored
      for suspect in suspects {
        breaker.settle(suspect.permit, verdict, at: now, pausedFor: suspect.paused)
      }
      countProbe(answered: answer != nil)
      armBreakerTimer()
      admitWaiting()
    case .probe(let permit, let timer):
      loop.cancelTimer(timer)
      breaker.settleOwnProbe(permit, succeeded: answer != nil, at: now)
      countProbe(answered: answer != nil)
      armBreakerTimer()
      admitWaiting()
    }
  }

  /// Three pings without an answer: the process hangs, and only another one will help.
  ///
  /// While the client is behind nothing is read, and a silence says nothing.
  private func countProbe(answered: Bool) {
    guard answered || !mustPause else { return }
    unansweredProbes = answered ? 0 : unansweredProbes + 1
    if unansweredProbes >= 3 { end("did not answer three pings") }
  }

  // MARK: The breaker's time

  func armBreakerTimer() {
    breakerTimer.map(loop.cancelTimer)
    breakerTimer = breaker.nextDeadline.map {
      loop.setTimer(at: $0, owner: self, token: EndpointTimer(.breaker).token)
    }
  }

  func breakerTimerFired() {
    breakerTimer = nil
    let now = loop.now
    if state == .ready, let permit = breaker.beginOwnProbe(at: now) {
      let id = pending.nextID()
      sendRequest(id, "ping", nil)
      let timer = loop.setTimer(
        at: now + Self.probePatience,
        owner: self,
        token: EndpointTimer(.deadline, UInt64(id)).token
      )
      pending.add(id, .own(.probe(permit, timer: timer)))
      return
    }
    breaker.expire(at: now)
    armBreakerTimer()
  }
}
