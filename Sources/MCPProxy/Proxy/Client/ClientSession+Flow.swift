import MCPProtocol

// The attempt loop: retry and fallback, only where a repeat can do no harm.
extension ClientSession {
  /// Tries the route's endpoints in order until one answers or none may be tried.
  func follow(_ flow: inout CallFlow, after first: AttemptResult?) async -> CallOutcome {
    let route = flow.route
    var last = (endpoint: route.endpoint, tool: route.tool, effect: route.effect)
    let step = await tryEndpoint(last.endpoint, last.tool, last.effect, &flow, after: first)
    if case .ended(let outcome) = step { return outcome }
    for endpoint in route.fallback {
      guard let (tool, effect) = await standIn(endpoint, &flow) else { continue }
      // What is safe to repeat at one endpoint need not be at the other.
      last = (endpoint, tool, effect)
      let step = await tryEndpoint(endpoint, tool, effect, &flow)
      if case .ended(let outcome) = step { return outcome }
    }
    if flow.waitsAlone(for: endpoints[last.endpoint].name) {
      let step = await tryEndpoint(last.endpoint, last.tool, last.effect, &flow)
      if case .ended(let outcome) = step { return outcome }
    }
    return best(flow)
  }

  private enum Step {
    case ended(CallOutcome)
    case next
  }

  /// What to tell the client when nothing more is tried.
  private func best(_ flow: CallFlow) -> CallOutcome {
    if isCancelled(flow.number) { return .cancelled }
    // That something may have been changed weighs more than anything else there is to say.
    let harmful = flow.failures.first { $0.certainty == .unknown && $0.effect == .unsafe }
    if let harmful { return .failed(harmful) }
    if let (answer, endpoint) = flow.answer { return .answered(answer, endpoint: endpoint) }
    // An attempt that ran, or may have, weighs more than any that did not.
    let told = flow.failures.first { $0.certainty != .notSent } ?? flow.failures.first
    guard let told else { return .cancelled }
    return .failed(told)
  }

  /// The tool at an endpoint of the fallback; `nil` if it cannot stand in.
  private func standIn(
    _ endpoint: Int,
    _ flow: inout CallFlow
  ) async -> (ToolReference, Effect)? {
    let name = flow.route.tool.name
    if catalog.tools(of: endpoint) == nil {
      // A stand-in that was never started: its tools are known when it is up.
      guard await endpoints[endpoint].demandStart() else { return nil }
      catalog.clearFailed(endpoint)
      let number = flow.number
      await waitUntil(flow.deadline) { session in
        session.catalog.isSettled(endpoint) || session.isCancelled(number)
      }
    }
    guard let tool = catalog.tool(name, of: endpoint) else { return nil }
    guard tool.schemaHash == flow.route.schemaHash else {
      flow.failures.append(
        CallFailure(
          .schemaDiffers,
          endpoint: endpoints[endpoint].name,
          tool: name,
          text: "Its \"\(name)\" takes other arguments."
        )
      )
      return nil
    }
    guard flow.deadline - loop.now >= RepeatRule.leastTimeLeft else { return nil }
    return (Catalog.reference(tool), endpoints[endpoint].configuration.effect(of: tool))
  }

  private func tryEndpoint(
    _ endpoint: Int,
    _ tool: ToolReference,
    _ effect: Effect,
    _ flow: inout CallFlow,
    after first: AttemptResult? = nil
  ) async -> Step {
    let policy = endpoints[endpoint].configuration.policy.retry
    var effect = effect
    var attempts = 0
    var made = first
    while true {
      if isCancelled(flow.number) { return .ended(.cancelled) }
      let result: AttemptResult
      if let first = made {
        result = first
      } else {
        result = await attempt(endpoint, tool, effect, &flow)
      }
      made = nil
      var situation = situation(flow)
      switch result {
      case .cancelled: return .ended(.cancelled)
      case .answered(let answer):
        attempts += 1
        if flow.answer == nil { flow.answer = (answer, endpoint) }
        guard answer.mayBeRepeated else { return .ended(.answered(answer, endpoint: endpoint)) }
        situation.certainty = .answered
        situation.isInternalError = true
      case .failed(let failure):
        if !failure.isRefusal { attempts += 1 }
        flow.failed(failure, by: endpoint)
        effect = failure.effect
        // A refusal of its repeat does not make an attempt undone.
        let isDone = effect == .unsafe && flow.mayHaveRun(at: endpoint)
        situation.certainty = isDone ? .unknown : failure.certainty
        situation.wasRefused = failure.isRefusal
      }
      situation.effect = effect
      situation.attempts = attempts
      let decision = RepeatRule.decide(situation, policy: policy)
      // What turned the call away believed in a stand-in; meanwhile it may be known better.
      let wasTurnedAway = flow.failures.last?.isForStandIn == true
      if decision.mayFallBack, wasTurnedAway || hasAlternative(after: endpoint, flow) {
        return .next
      }
      // Where another endpoint can answer, that is quicker than trying this one again.
      guard decision.mayRetry else { return .ended(best(flow)) }
      let delay = Backoff(policy: policy).delay(attempt: attempts, random: loop.kernel.random())
      guard loop.now + delay + RepeatRule.leastTimeLeft <= flow.deadline else {
        return .ended(best(flow))
      }
      await sleep(flow.number, until: loop.now + delay)
    }
  }

  /// What is left of a call; how its last attempt ended is for the caller to say.
  private func situation(_ flow: CallFlow) -> RepeatRule.Situation {
    var situation = RepeatRule.Situation(
      effect: flow.effect,
      certainty: .unknown,
      timeLeft: flow.deadline - loop.now,
      attempts: 0,
      totalAttempts: flow.attempts
    )
    situation.isCancelled = isCancelled(flow.number)
    return situation
  }

  /// One attempt, with its line in the books.
  private func attempt(
    _ endpoint: Int,
    _ tool: ToolReference,
    _ effect: Effect,
    _ flow: inout CallFlow
  ) async -> AttemptResult {
    let now = loop.now
    calls[flow.number]?.endpoint = endpoint
    let result = await endpoints[endpoint].attempt(attempt(flow, endpoint, tool, effect))
    calls[flow.number]?.endpoint = nil
    let attemptsBefore = flow.attempts
    note(result, endpoint, since: now, &flow)
    if flow.attempts > attemptsBefore, effect == .unsafe { flow.effect = .unsafe }
    return result
  }

  /// The first attempt of a call, at its tool's own endpoint.
  func attempt(
    _ number: UInt64,
    _ message: ClientMessage,
    _ route: Route,
    at now: Instant
  ) -> Attempt {
    let hasAlternative = hasAlternative(after: route.endpoint, route)
    return Attempt(
      call: number,
      message: message,
      tool: route.tool,
      effect: route.effect,
      deadline: now + share(of: route.timeout, hasAlternative && route.effect == .safe),
      startDeadline: now + share(of: route.timeout, hasAlternative),
      timeout: route.timeout,
      limit: now + route.longest,
      hasAlternative: hasAlternative
    )
  }

  private func attempt(
    _ flow: CallFlow,
    _ endpoint: Int,
    _ tool: ToolReference,
    _ effect: Effect
  ) -> Attempt {
    let now = loop.now
    let left = flow.deadline - now
    let hasAlternative = hasAlternative(after: endpoint, flow)
    return Attempt(
      call: flow.number,
      message: flow.message,
      tool: tool,
      effect: effect,
      deadline: now + share(of: left, hasAlternative && effect == .safe),
      startDeadline: now + share(of: left, hasAlternative),
      timeout: flow.route.timeout,
      limit: flow.began + flow.route.longest,
      isRepeat: flow.attempts > 0,
      mayHaveRun: flow.mayHaveRun(at: endpoint),
      hasAlternative: hasAlternative,
      servedBy: endpoint == flow.route.endpoint ? nil : endpoints[endpoint].name
    )
  }

  /// A slow endpoint must leave its stand-in time to answer: half of what is left.
  private func share(of left: TimeSpan, _ leavesHalf: Bool) -> TimeSpan {
    leavesHalf ? left * 0.5 : left
  }

  private func hasAlternative(after endpoint: Int, _ flow: CallFlow) -> Bool {
    !flow.isAlone && hasAlternative(after: endpoint, flow.route)
  }

  /// Whether an endpoint behind this one offers the tool, as far as is known.
  private func hasAlternative(after endpoint: Int, _ route: Route) -> Bool {
    guard !route.fallback.isEmpty else { return false }
    let position = route.fallback.firstIndex(of: endpoint).map { $0 + 1 } ?? 0
    return route.fallback[position...].contains { other in
      guard catalog.tools(of: other) != nil else { return !catalog.isSettled(other) }
      return catalog.tool(route.tool.name, of: other)?.schemaHash == route.schemaHash
    }
  }

  func note(
    _ result: AttemptResult,
    _ endpoint: Int,
    since start: Instant,
    _ flow: inout CallFlow
  ) {
    switch result {
    case .answered(let answer):
      flow.attempts += 1
      flow.breaker = answer.breaker
      flow.queued = flow.queued + answer.queued
      flow.elsewhere = flow.elsewhere + (answer.received - answer.sent)
      flow.deadline = flow.deadline + answer.paused
      flow.notes.append(AttemptNotes.Note(answer, by: endpoint))
    case .failed(let failure):
      let spent = loop.now - start
      if failure.wasAttempted { flow.attempts += 1 }
      flow.breaker = failure.breaker
      flow.queued = flow.queued + failure.queued
      flow.elsewhere = flow.elsewhere + (spent - failure.queued)
      flow.notes.append(
        .init(
          endpoint: endpoint,
          duration: spent,
          certainty: failure.certainty,
          reason: failure.reason
        )
      )
    case .cancelled(let certainty, let queued):
      let spent = loop.now - start
      if certainty == .unknown {
        flow.attempts += 1
        flow.notes.append(
          .init(endpoint: endpoint, duration: spent, certainty: certainty, reason: nil)
        )
      }
      flow.queued = flow.queued + queued
      flow.elsewhere = flow.elsewhere + (spent - queued)
    }
  }

  // MARK: Waiting between attempts

  private func sleep(_ number: UInt64, until instant: Instant) async {
    guard calls[number] != nil else { return }
    let timer = loop.setTimer(at: instant, owner: self, token: number | Self.sleepFlag)
    calls[number]?.sleepTimer = timer
    await unsafe withUnsafeContinuation { unsafe calls[number]?.sleeper.wait($0) }
    loop.cancelTimer(timer)
  }

  /// Ends a call's wait between attempts early, because it was cancelled, or its time has come.
  func wake(_ number: UInt64) { calls[number]?.sleeper.resume() }

  /// Whether nobody waits for the call's answer any more.
  func isCancelled(_ number: UInt64) -> Bool { calls[number]?.isCancelled ?? true }
}
