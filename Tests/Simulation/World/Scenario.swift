import MCPProtocol

/// The course of one seed: what the client asks when, and when the faults end.
enum Scenario {
  /// A short life whose only purpose is a stored catalogue.
  static func beginEarlierLife(_ world: World) {
    world.phase = .before
    world.client.request([(.initialize, nil)], world)
    world.client.request([(.list, nil)], world)
    world.after(.seconds(20)) { $0.client.closeInput($0) }
  }

  static func begin(_ world: World) {
    world.phase = .chaos
    world.after(world.random.span(.milliseconds(1), .milliseconds(50))) { world in
      world.client.request([(.initialize, nil)], world)
      if world.random.chance(0.7) { world.client.request([(.list, nil)], world) }
      call(world, left: world.plan.calls)
    }
    world.after(world.plan.chaos) { endChaos($0) }
    let mix = world.plan.faults
    let span = world.plan.chaos
    if mix[.wallJumps] > 0 { repeatedly(world, every: span * 0.2, jumpWallClock) }
    if mix[.suspend] > 0 { world.after(span * unit(world)) { suspend($0) } }
    if mix[.clog] > 0 { repeatedly(world, every: span * 0.2, clog) }
    if mix[.earlyEnd] > 0, world.random.chance(0.5) {
      world.after(span * unit(world)) { end($0) }
    }
  }

  private static func unit(_ world: World) -> Double { Double(world.random.below(1000)) / 1000 }

  private static func repeatedly(
    _ world: World,
    every span: TimeSpan,
    _ action: @escaping (World) -> Void
  ) {
    world.after(world.random.span(span * 0.1, span)) { world in
      guard world.phase == .chaos else { return }
      action(world)
      repeatedly(world, every: span, action)
    }
  }

  // MARK: The client in the chaos phase

  private static func call(_ world: World, left: Int) {
    guard world.phase == .chaos, left > 0 else { return }
    let isBurst = world.strikes(.bursts)
    let count = isBurst || world.random.chance(0.1) ? min(left, world.random.number(2...20)) : 1
    for _ in 0..<count { one(world) }
    let mean = world.plan.chaos * (1 / Double(max(1, world.plan.calls)))
    world.after(world.random.span(.milliseconds(1), mean * Double(4 * count))) {
      call($0, left: left - count)
    }
  }

  private static func one(_ world: World) {
    guard !world.strikes(.oddRequests) else { return odd(world) }
    world.client.request([(someCall(world), nil)], world)
  }

  private static func someCall(_ world: World) -> ClientRequest.Kind {
    let open = world.plan.endpoints.indices.filter {
      !world.plan.endpoints[$0].configuration.hidden
    }
    let endpoint = world.random.pick(open)
    let tool = world.random.pick(world.plan.endpoints[endpoint].tools)
    return .call(endpoint: endpoint, tool: tool.name)
  }

  private static func odd(_ world: World) {
    let client = world.client
    switch world.random.below(8) {
    case 0: client.request([(.ping, nil)], world)
    case 1: client.request([(.list, nil)], world)
    case 2: client.request([(.setLevel, nil)], world)
    case 3: client.request([(.unknownMethod, nil)], world)
    case 4: client.request([(.strangeCall, nil)], world)
    case 5: client.sendNonsense(world)
    case 6:
      // Ids of both types, and sometimes one that is in use.
      let number = world.random.number(1...30)
      var id = world.random.pick(["\"\(number)\"", "\"x\(number)\"", "\(-number)"])
      if world.random.chance(0.5), let other = client.idInUse { id = other }
      if client.open[Array(id.utf8)] != nil { world.goals.saw(.duplicateID) }
      client.request([(someCall(world), id)], world)
    default:
      let count = client.allowsBatches ? world.random.number(2...5) : 1
      client.request((0..<count).map { _ in (someCall(world), nil) }, world)
    }
  }

  // MARK: The world around

  private static func jumpWallClock(_ world: World) {
    let hour = Int64(3_600_000_000_000)
    let jump = world.random.chance(0.5) ? hour : -hour
    world.wallOffset += jump
    Mutant.shiftWall(by: TimeSpan(nanoseconds: jump))
    world.trace.tell(world.now) { "the wall clock is set" }
  }

  /// The computer sleeps for an hour.
  private static func suspend(_ world: World) {
    guard world.phase == .chaos else { return }
    world.trace.tell(world.now) { "an hour passes at once" }
    world.sleep(.minutes(60))
  }

  /// Stops some processes one by one and lets them go on in another order.
  private static func clog(_ world: World) {
    for index in world.servers.indices where world.random.chance(0.5) {
      guard let process = world.servers[index].current, !process.isStopped else { continue }
      world.trace.tell(world.now) { "process \(process.id) is stopped" }
      process.isStopped = true
      world.after(world.random.span(.milliseconds(10), .seconds(30))) { process.resume($0) }
    }
  }

  // MARK: The quiet phase

  static func endChaos(_ world: World) {
    guard world.phase == .chaos else { return }
    world.trace.tell(world.now) { "the faults end" }
    world.phase = .quiet
    world.client.takeAll()
    for process in world.processes.values.sorted(by: { $0.id < $1.id }) { process.resume(world) }
    let deadline = world.now + Plan.quiet
    recover(world, until: deadline)
  }

  /// Calls every tool now and then until all of them work again.
  private static func recover(_ world: World, until deadline: Instant) {
    guard world.phase == .quiet else { return }
    if Recovery.isComplete(world) { return rest(world) }
    if world.now > deadline {
      return world.fail("liveness", "not recovered: \(Recovery.story(world))")
    }
    if world.snapshot?.openCalls == 0, let next = Recovery.next(world) {
      world.client.request([(.call(endpoint: next.endpoint, tool: next.name), nil)], world)
    }
    world.after(.seconds(1)) { recover($0, until: deadline) }
  }

  /// Longer than any timer that may be left.
  private static let restTime = TimeSpan.minutes(16)

  private static func rest(_ world: World) {
    world.trace.tell(world.now) { "everything has recovered" }
    world.phase = .rest
    world.after(restTime) { world in
      LimitsCheck.atRest(world)
      end(world)
    }
  }

  // MARK: The end

  private static func end(_ world: World) {
    guard world.phase != .ending else { return }
    if world.checks.openRequests(world.client) > 0 { world.goals.saw(.endedWithCallsOpen) }
    world.phase = .ending
    world.client.takeAll()
    for process in world.processes.values.sorted(by: { $0.id < $1.id }) { process.resume(world) }
    switch world.random.below(8) {
    case 0:
      world.goals.saw(.terminated)
      world.signals.append(world.random.pick([.terminate, .hangUp]))
    case 1:
      world.goals.saw(.interrupted)
      world.signals.append(.interrupt)
      if world.random.chance(0.5) {
        world.after(world.random.span(.milliseconds(1), .seconds(1))) {
          $0.signals.append(.interrupt)
        }
      }
    case 2:
      world.goals.saw(.clientVanished)
      world.client.closeInput(world)
      world.client.closeOutput(world)
    default: world.client.closeInput(world)
    }
    world.after(.minutes(20)) { $0.fail("ending", "the proxy runs on 20 min after its client") }
  }
}

/// Whether everything works again after the faults have ended.
enum Recovery {
  /// Good answers in a row that prove a tool well.
  private static let enough = 2

  static func isComplete(_ world: World) -> Bool {
    guard let snapshot = world.snapshot, snapshot.openCalls == 0 else { return false }
    let isCalm = zip(snapshot.endpoints, world.plan.endpoints).allSatisfy { view, plan in
      // A breaker closes when there is demand; a hidden endpoint may have none.
      let isClosed = view.breaker == .closed || view.breaker.kind.isOperators
      return view.queued == 0 && view.arrivals == 0 && view.state.word != "starting"
        && (isClosed || plan.configuration.hidden)
    }
    return isCalm && missing(world).isEmpty
  }

  /// What has not recovered, in words.
  static func story(_ world: World) -> String {
    guard let snapshot = world.snapshot else { return "nothing has happened" }
    let tools = missing(world).map { tool in
      "\(world.plan.endpoints[tool.endpoint].configuration.name) \(tool.name)"
    }
    let states = snapshot.endpoints.map { view in
      "\(view.state.word), \(view.breaker.kind), \(view.queued + view.arrivals) waiting"
    }
    return "\(tools), \(snapshot.openCalls) calls open, \(states)"
  }

  /// The tools that do not work yet.
  static func missing(_ world: World) -> [SimulatedClient.Tool] {
    open(world).filter { world.client.goodCalls($0.endpoint, $0.name) < enough }
  }

  /// The tools that can be called.
  private static func open(_ world: World) -> [SimulatedClient.Tool] {
    var tools: [SimulatedClient.Tool] = []
    for (index, endpoint) in world.plan.endpoints.enumerated()
    where !endpoint.configuration.hidden
      && endpoint.configuration.policy.breaker.mode != .forcedOpen
    {
      for tool in endpoint.tools {
        tools.append(SimulatedClient.Tool(endpoint: index, name: tool.name))
      }
    }
    return tools
  }

  /// The tool to call now: the one that has waited for longest, no faster than limits allow.
  static func next(_ world: World) -> SimulatedClient.Tool? {
    let missing = missing(world)
    // All tools work, but something else is not well yet: only calls can tell.
    let tools = missing.isEmpty ? open(world) : missing
    return tools.filter { isDue(world, $0) }.min { left, right in
      (world.client.lastCall(left) ?? .zero) < (world.client.lastCall(right) ?? .zero)
    }
  }

  private static func isDue(_ world: World, _ tool: SimulatedClient.Tool) -> Bool {
    let configuration = world.plan.endpoints[tool.endpoint].configuration
    var wait = TimeSpan.seconds(2)
    for limit in [configuration.policy.rateLimit, configuration.tools[tool.name]?.rateLimit] {
      guard let limit else { continue }
      // All tools share the endpoint's bucket, and a fallback may use it, too.
      wait = max(wait, limit.per * (8 / limit.calls))
    }
    return world.client.lastCall(tool).map { world.now - $0 >= wait } ?? true
  }
}
