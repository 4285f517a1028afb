import MCPProtocol

// The life of the process: start when needed, open, serve, end, and again.
extension Endpoint {
  /// Keeps the endpoint's process as long as the proxy runs; returns when it is stopped.
  package func run() async {
    guard case .process(let command) = configuration.launch, !configuration.disabled else { return }
    while state != .stopping {
      if !startIsDue { await unsafe withUnsafeContinuation { unsafe startWaiter.wait($0) } }
      startIsDue = false
      guard state != .stopping else { break }
      await live(command)
    }
  }

  /// Starts the process unless it runs, or waits for its time to be started again.
  ///
  /// Returns whether it runs or will be started; false if there is nothing to wait for.
  @discardableResult
  package func demandStart() -> Bool {
    switch state {
    case .idle: wakeUp()
    case .crashed(let until, _):
      guard loop.now >= until else { return false }
      wakeUp()
    case .unusable, .stopping: return false
    case .starting, .ready, .backingOff: break
    }
    return true
  }

  /// Starts a crashed process again if its wait is over; returns whether that was so.
  package func revive() -> Bool {
    guard case .crashed(let until, _) = state, loop.now >= until else { return false }
    wakeUp()
    return true
  }

  func wakeUp() {
    cancelLifeTimer()
    startIsDue = true
    startWaiter.resume()
  }

  /// One process, from launch to burial.
  private func live(_ command: Command) async {
    state = .starting
    restarts.started(at: loop.now)
    tail.clear()
    outbox = Outbox()
    resetGuards()
    do throws(LaunchError) {
      process = try await launcher.launch(command, for: self)
    } catch {
      return await died(error.text, status: nil, wasLaunched: false)
    }
    setLifeTimer(.start, configuration.policy.timeout.start)
    // Asked to stop while it was being launched.
    if state == .stopping { stopProcess() }
    await withDiscardingTaskGroup { group in
      group.addTask { await self.readErrors() }
      group.addTask { await self.open() }
      await self.readOutput()
      await self.awaitExit()
      self.closePipes()
    }
    let (how, status) = (endDescription, process?.exit)
    let group = process?.id ?? 0
    process = nil
    await bury(group)
    await died(how, status: status)
  }

  /// A new process knows nothing of what its predecessor did wrong.
  private func resetGuards() {
    breaker.reset()
    toolBreakers.reset()
    listedEffects = nil
    unansweredProbes = 0
    junkLines = 0
    chaos?.forgetProcess()
    armBreakerTimer()
  }

  // MARK: Opening

  /// Handshake and first list (MCP 2025-11-25, lifecycle).
  private func open() async {
    if let problem = await handshake() {
      return end(problem)
    }
    await listTools()
    guard state == .starting, process?.isOver == false else { return }
    cancelLifeTimer()
    state = .ready
    log.info("endpoint \"\(name)\" is ready")
    admitArrivals()
    admitWaiting()
    await keepListFresh()
  }

  /// Returns what is wrong, or `nil` when the session is open.
  private func handshake() async -> String? {
    let start = configuration.policy.timeout.start
    let parameters = Handshake.request(capabilities: clientCapabilities)
    // The start's own time limit ends it; initialize may not be cancelled.
    guard let answer = await request("initialize", params: parameters, within: start) else {
      return process?.isOver == false ? "did not answer initialize" : "ended during its start"
    }
    switch Handshake.read(answer.line, answer.envelope) {
    case .failed(let problem): return problem
    case .opened(let server):
      process?.server = server
      sendLine(Array(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#.utf8))
      if server.supportsLogging, let logLevel { sendLogLevel(logLevel) }
      return nil
    }
  }

  /// Reads the whole list of tools, page by page, and hands it to the observer.
  private func listTools() async {
    listIsStale = false
    // A process that does not tell declares nothing.
    defer { listedEffects = listedEffects ?? [:] }
    var listing = ToolListing()
    repeat {
      guard
        let answer = await request(
          "tools/list",
          params: listing.nextParameters,
          within: configuration.policy.timeout.start
        )
      else {
        await observer?.listingFailed(by: index)
        return
      }
      listing.add(answer.line, answer.envelope)
    } while listing.hasMore
    for warning in listing.warnings { log.warn("endpoint \"\(name)\": \(warning)") }
    guard !listing.hasFailed else {
      await observer?.listingFailed(by: index)
      return
    }
    // Those with a limit of their own keep it, also if they are listed only now and then.
    toolNumbers.makeRoom(for: listing.tools.map(\.name), most: 2 * Bounds.entries) {
      configuration.tools[$0] != nil
    }
    let tools = listing.tools.map { entry in
      var entry = entry
      entry.number = number(ofTool: entry.name)
      return entry
    }
    listedEffects = Dictionary(
      tools.map { ($0.number, configuration.effect(of: $0)) },
      uniquingKeysWith: { first, _ in first }
    )
    await observer?.toolsListed(by: index, tools)
  }

  /// Lists the tools anew, as soon as the task that keeps the list comes around.
  func refreshTools() {
    guard state == .ready, !listIsStale else { return }
    listIsStale = true
    refreshWaiter.resume()
  }

  /// Lists the tools anew whenever they are said to have changed.
  private func keepListFresh() async {
    while process?.isOver == false {
      if !listIsStale {
        await unsafe withUnsafeContinuation { unsafe refreshWaiter.wait($0) }
      }
      guard process?.isOver == false else { return }
      // One pass for a whole volley of notifications.
      await pause(.milliseconds(200))
      await listTools()
    }
  }
}
