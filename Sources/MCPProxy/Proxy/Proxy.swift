/// The whole: makes the actors, runs them, and ends them in good order.
package actor Proxy: LoopBound {
  package nonisolated let loop: EventLoop
  package nonisolated let session: ClientSession
  package nonisolated let endpoints: [Endpoint]
  private let launcher: Launcher
  private var exitCode: Int32 = 0
  private var signals: [Signal] = []
  private var signalWaiter = Waiter()
  private var flushWaiter = Waiter()
  private var sessionIsOver = false
  /// Endpoints whose processes may still run.
  private var running = 0

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
    let settings = configuration.proxy
    let launcher = Launcher(
      loop: loop,
      environment: parts.environment,
      binary: parts.binary,
      maxLine: settings.maxLine,
      log: parts.log
    )
    self.launcher = launcher
    let congestion = Congestion()
    endpoints = configuration.endpoints.enumerated().map { index, endpoint in
      Endpoint(
        endpoint,
        index: index,
        loop: loop,
        launcher: launcher,
        congestion: congestion,
        chaos: parts.chaos.flatMap { ChaosPlan($0, endpoint: endpoint.name) },
        log: parts.log
      )
    }
    session = ClientSession(
      loop: loop,
      input: parts.input,
      output: parts.output,
      endpoints: endpoints,
      settings: settings,
      usage: UsageLog(
        kernel: loop.kernel,
        settings: settings,
        folder: parts.folders.usage,
        names: endpoints.map(\.name),
        run: parts.run,
        log: parts.log
      ),
      store: CatalogStore(loop: loop, folder: parts.folders.catalog, log: parts.log),
      congestion: congestion,
      log: parts.log
    )
  }

  /// Serves until the client goes or a signal comes; returns the exit code: 74 (`EX_IOERR`) if its
  /// streams could not be used.
  package func run() async -> Int32 {
    loop.deliverSignals(to: self)
    running = endpoints.count
    await withDiscardingTaskGroup { group in
      for endpoint in endpoints {
        await endpoint.setObserver(session)
        group.addTask {
          await endpoint.run()
          await self.endpointEnded()
        }
      }
      group.addTask { await self.watchSignals() }
      await session.run()
      await finishWriting()
      await session.end()
      sessionIsOver = true
      for endpoint in endpoints { await endpoint.stop() }
      await launcher.stop()
      signalWaiter.resume()
    }
    let hasFailed = await session.hasFailed
    return exitCode == 0 && hasFailed ? 74 : exitCode
  }

  private func endpointEnded() {
    running -= 1
    signalWaiter.resume()
  }

  /// What the client has not read yet gets a last second.
  private func finishWriting() async {
    let deadline = loop.now + .seconds(1)
    while !(await session.isFlushed), loop.now < deadline {
      _ = loop.setTimer(at: loop.now + .milliseconds(5), owner: self, token: Timer.flush.rawValue)
      await unsafe withUnsafeContinuation { unsafe flushWaiter.wait($0) }
    }
  }

  // MARK: Signals

  /// Acts on signals until nothing is left to end; the ends of children are signals, too.
  private func watchSignals() async {
    while !sessionIsOver || running > 0 {
      if signals.isEmpty {
        await unsafe withUnsafeContinuation { unsafe signalWaiter.wait($0) }
      }
      while !signals.isEmpty { await act(on: signals.removeFirst()) }
    }
  }

  private func act(on signal: Signal) async {
    switch signal {
    case .childExited: await launcher.reap()
    case .interrupt where exitCode == 0:
      // The first: no new calls, and a moment for those in flight.
      exitCode = 130
      await session.end()
      _ = loop.setTimer(at: loop.now + Self.grace, owner: self, token: Timer.grace.rawValue)
    case .interrupt:
      // The second means now.
      await endNow()
    case .terminate, .hangUp, .kill:
      await session.end()
      for endpoint in endpoints { await endpoint.stop() }
    }
  }

  private func endNow() async {
    await session.end()
    for endpoint in endpoints {
      await endpoint.stop()
      await endpoint.kill()
    }
  }

  /// What a first Ctrl-C leaves to calls in flight.
  private static let grace = TimeSpan.seconds(2)

  private enum Timer: UInt64 {
    case flush
    case grace
  }

  package func timerFired(_ token: UInt64) {
    switch Timer(rawValue: token) {
    case .flush: flushWaiter.resume()
    case .grace: signalReceived(.terminate)
    case nil: break
    }
  }

  package func signalReceived(_ signal: Signal) {
    signals.append(signal)
    signalWaiter.resume()
  }
}
