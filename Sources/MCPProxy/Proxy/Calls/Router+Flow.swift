import MCPProtocol

// The attempt loop of a call that needs more than one step: retry and fallback. The one place where
// the router waits.
extension Router {
  /// Follows a call to its end; how its first attempt ended waits for it.
  func follow(_ number: UInt64) async {
    guard let call = calls[number], let route = call.route else { return }
    var flow = CallFlow(route, began: call.began)
    let outcome = await outcome(of: call, &flow)
    finish(call, outcome, flow)
  }

  /// Tries the route's endpoints in order until one answers or none may be tried.
  private func outcome(of call: Call, _ flow: inout CallFlow) async -> CallFlow.Outcome {
    let route = flow.route
    var target = CallFlow.Target(route.endpoint, route.tool, route.effect)
    let first = call.follower?.takeResult()
    if let end = await follow(call, &target, &flow, after: first) { return end }
    for endpoint in route.standIns {
      guard let standIn = await standIn(endpoint, call, &flow) else { continue }
      target = standIn
      if let end = await follow(call, &target, &flow) { return end }
    }
    if flow.waitAlone(for: target.endpoint) {
      target.attempts = 0
      if let end = await follow(call, &target, &flow) { return end }
    }
    return flow.best(isCancelled: call.isCancelled)
  }

  /// Attempts at one endpoint; returns how the call ended, or nil: it goes on to the next.
  private func follow(
    _ call: Call,
    _ target: inout CallFlow.Target,
    _ flow: inout CallFlow,
    after first: AttemptResult? = nil
  ) async -> CallFlow.Outcome? {
    var (made, began) = (first, call.started)
    while true {
      if call.isCancelled, made == nil { return .cancelled }
      let result: AttemptResult
      if let first = made.take() {
        result = first
      } else {
        began = loop.now
        result = await attempt(call, target, flow)
      }
      let now = loop.now
      flow.note(result, of: target, since: began, at: now)
      let step = flow.step(
        result,
        &target,
        isCancelled: call.isCancelled,
        mayFallBack: mayFallBack(after: target.endpoint, flow.route),
        random: loop.kernel.random(),
        at: now
      )
      switch step {
      case .ended(let outcome): return outcome
      case .next: return nil
      case .again(let delay): await sleep(call, until: now + delay)
      }
    }
  }

  private func attempt(
    _ call: Call,
    _ target: CallFlow.Target,
    _ flow: CallFlow
  ) async -> AttemptResult {
    let mayFallBack = mayFallBack(after: target.endpoint, flow.route)
    let attempt = flow.attempt(call, at: target, mayFallBack: mayFallBack, now: loop.now)
    call.present = (attempt, target.endpoint)
    if let failure = target.endpoint.onLoop(attempt, { $0.begin($1) }) {
      call.present = nil
      return .failed(failure)
    }
    while true {
      if let result = call.follower?.takeResult() { return result }
      await unsafe withUnsafeContinuation { unsafe call.follower?.wait($0, until: nil) }
    }
  }

  /// The tool at an endpoint that may stand in; nil if it cannot.
  private func standIn(
    _ endpoint: Endpoint,
    _ call: Call,
    _ flow: inout CallFlow
  ) async -> CallFlow.Target? {
    let name = flow.route.tool.name
    if directory.offerings.tools(of: endpoint) == nil {
      // A stand-in that was never started: its tools are known when it is up.
      guard ask(endpoint, { endpoint, _ in endpoint.demandStart() }) else { return nil }
      while !directory.offerings.isSettled(endpoint), !call.isCancelled, !isEnding,
        loop.now < flow.deadline
      {
        await sleep(call, until: flow.deadline, waitsForList: true)
      }
    }
    guard let tool = directory.offerings.tool(name, of: endpoint) else { return nil }
    guard tool.schemaHash == flow.route.schemaHash else {
      flow.passOver(endpoint)
      return nil
    }
    guard flow.deadline - loop.now >= RepeatRule.leastTimeLeft else { return nil }
    // What is safe to repeat at one endpoint need not be at the other.
    let effect = endpoint.configuration.effect(of: tool)
    return CallFlow.Target(endpoint, ToolReference(tool), effect)
  }

  /// Whether an endpoint behind this one in the route (`nil`: behind its first) offers the tool, as
  /// far as is known.
  func mayFallBack(after endpoint: Endpoint?, _ route: Route) -> Bool {
    guard !route.standIns.isEmpty else { return false }
    let place = route.standIns.firstIndex { $0 === endpoint }.map { $0 + 1 } ?? 0
    return route.standIns[place...].contains {
      directory.offerings.mayStandIn($0, route.tool.name, route.schemaHash)
    }
  }

  private func sleep(_ call: Call, until instant: Instant, waitsForList: Bool = false) async {
    guard let follower = call.follower else { return }
    follower.waitsForList = waitsForList
    followers.sleeps(call)
    await unsafe withUnsafeContinuation { continuation in
      unsafe follower.wait(continuation, until: instant)
      wake()
    }
    follower.waitsForList = false
  }
}
