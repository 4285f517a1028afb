/// The whole: makes the actors, runs them, and ends them in good order.
package actor Proxy: LoopBound {
  package nonisolated let loop: EventLoop
  package nonisolated let session: ClientSession
  package nonisolated let router: Router
  package nonisolated let endpoints: [Endpoint]
  private let parts: Parts
  private let launcher: Launcher
  private var exitCode: Int32 = 0
  private var flushWaiter = Waiter()
  private var timer = LoopTimer()
  /// When a wait for the client's last read is looked at, and when calls in flight have had the
  /// moment that a first Ctrl-C leaves them.
  private var due: (flush: Instant?, grace: Instant?)

  /// What the proxy is made of, beside its configuration.
  package struct Parts: Sendable {
    package var input: Descriptor
    package var output: Descriptor
    package var environment: LaunchEnvironment
    package var folders: Folders
    package var run: UsageRun
    /// This program, for running it as the reaper.
    package var binary: String?
    package var log: Log
    /// Faults to inject; `nil`: none.
    package var chaos: ChaosSettings?

    package init(
      input: Descriptor,
      output: Descriptor,
      environment: LaunchEnvironment,
      folders: Folders,
      run: UsageRun,
      binary: String?,
      log: Log,
      chaos: ChaosSettings? = nil
    ) {
      self.input = input
      self.output = output
      self.environment = environment
      self.folders = folders
      self.run = run
      self.binary = binary
      self.log = log
      self.chaos = chaos
    }
  }

  package init(loop: EventLoop, configuration: Configuration, parts: Parts) {
    self.loop = loop
    self.parts = parts
    let settings = configuration.proxy
    launcher = Launcher(
      loop: loop,
      environment: parts.environment,
      binary: parts.binary,
      maxLine: settings.maxLine,
      log: parts.log
    )
    endpoints = configuration.endpoints.map { Endpoint($0, loop: loop, log: parts.log) }
    let store = OfferingsStore(loop.kernel, folder: parts.folders.catalog, log: parts.log)
    router = Router(
      loop: loop,
      Directory(endpoints, settings, store, parts.log),
      UsageLog(
        kernel: loop.kernel,
        settings: settings,
        folder: parts.folders.usage,
        run: parts.run,
        log: parts.log
      )
    )
    session = ClientSession(
      loop: loop,
      input: parts.input,
      output: parts.output,
      router: router,
      maxLine: settings.maxLine,
      log: parts.log
    )
  }

  /// Serves until the client goes or a signal comes; returns the exit code: 74 (`EX_IOERR`) if its
  /// streams could not be used.
  package func run() async -> Int32 {
    loop.deliverSignals(to: self)
    connect()
    await withDiscardingTaskGroup { group in
      group.addTask { await self.router.run() }
      await session.run()
      session.onLoop(()) { session, _ in session.end() }
    }
    await finishWriting()
    router.onLoop(false) { $0.stopAll(isHurried: $1) }
    // Nobody waits any more for what would be started.
    launcher.onLoop(()) { launcher, _ in launcher.stop() }
    await router.untilStopped()
    let hasFailed = session.onLoop(()) { session, _ in session.hasFailed }
    return exitCode == 0 && hasFailed ? 74 : exitCode
  }

  /// Tells the actors of each other, and gives each endpoint the way to its server.
  private func connect() {
    router.onLoop(session) { router, session in
      router.attach(session)
      router.expectStops()
    }
    for endpoint in endpoints {
      endpoint.onLoop((router, link(to: endpoint.configuration))) { $0.attach(to: $1.0, [$1.1]) }
    }
    router.onLoop(()) { router, _ in router.load() }
  }

  /// How a server is reached: a child process; one by URL will have a link of its own here.
  private func link(to configuration: EndpointConfiguration) -> Endpoint.LinkMaker {
    let (launcher, loop) = (launcher, loop)
    let plan = parts.chaos.flatMap { ChaosPlan($0, endpoint: configuration.name) }
    return { endpoint, base, report in
      let command = configuration.command ?? Command("")
      let link = ProcessLink(command, launcher, owner: endpoint, base: base, report: report)
      return plan.map { ChaosLink(link, $0, loop.kernel) } ?? link
    }
  }

  /// What the client has not read yet gets a last second.
  private func finishWriting() async {
    let deadline = loop.now + .seconds(1)
    while !session.onLoop((), { session, _ in session.isFlushed }), loop.now < deadline {
      due.flush = loop.now + .milliseconds(5)
      wake()
      await unsafe withUnsafeContinuation { unsafe flushWaiter.wait($0) }
    }
  }

  // MARK: Signals and time

  /// What a first Ctrl-C leaves to calls in flight.
  private static let grace = TimeSpan.seconds(2)

  package func signalReceived(_ signal: Signal) {
    switch signal {
    case .childExited: launcher.onLoop(()) { launcher, _ in launcher.reap() }
    case .interrupt where exitCode == 0:
      // The first: no new calls, and a moment for those in flight.
      exitCode = 130
      session.onLoop(()) { session, _ in session.end() }
      due.grace = loop.now + Self.grace
      wake()
    // The second means now.
    case .interrupt: stop(isHurried: true)
    case .terminate, .hangUp, .kill: stop()
    }
  }

  private func stop(isHurried: Bool = false) {
    session.onLoop(()) { session, _ in session.end() }
    router.onLoop(isHurried) { $0.stopAll(isHurried: $1) }
  }

  package func timerFired() {
    timer.fired()
    if let flush = due.flush, flush <= loop.now {
      due.flush = nil
      flushWaiter.resume()
    }
    if let grace = due.grace, grace <= loop.now {
      due.grace = nil
      stop()
    }
    wake()
  }

  private func wake() { timer.set(Instant.earlier(due.flush, due.grace), for: self) }
}
