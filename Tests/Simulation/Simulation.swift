/// One seed from beginning to end: the production actors in a simulated world.
struct Simulation {
  /// What became of a seed.
  struct Report {
    let seed: UInt64
    let turns: Int
    let virtual: TimeSpan
    let hash: UInt64
    let goals: GoalCounts
    let violation: Violation?
    /// The calls to the system that a sweep let fail.
    let failed: [SystemFault.Call]
  }

  let seed: UInt64
  var mask = Fault.all
  /// Calls of the chaos phase; `nil`: as many as the seed says.
  var calls: Int?
  var isTold = false
  /// One run of a sweep instead of the seed.
  private var fault: SystemFault?

  init(seed: UInt64, mask: UInt64 = Fault.all, calls: Int? = nil) {
    self.seed = seed
    self.mask = mask
    self.calls = calls
  }

  init(_ fault: SystemFault) {
    self.init(seed: 0)
    self.fault = fault
  }

  func run() -> Report {
    Witness.reset()
    Mutant.resetWall()
    let plan = fault.map { Plan($0.scenario) } ?? Plan(seed: seed, mask: mask, calls: calls)
    let kernel = SimulatedKernel(World(plan: plan, fault: fault, isTold: isTold))
    if isTold { print(fault.map { "\($0)" } ?? "seed \(seed): \(plan.faults.description)") }
    if plan.hasEarlierLife { live(kernel, plan, Scenario.beginEarlierLife) }
    live(kernel, plan, fault?.scenario.begin ?? Scenario.begin)
    return kernel.withWorld { world in
      defer { world.beginLife() }
      return Report(
        seed: seed,
        turns: world.turns,
        virtual: world.now - Instant(nanoseconds: 1_000_000_000),
        hash: world.trace.hash,
        goals: world.goals.counts,
        violation: world.violation,
        failed: world.system.failed
      )
    }
  }

  /// One life of the proxy.
  private func live(
    _ kernel: SimulatedKernel,
    _ plan: Plan,
    _ begin: @Sendable (World) -> Void
  ) {
    guard kernel.withWorld({ $0.violation == nil }) else { return }
    let (input, output) = kernel.withWorld { world in
      world.beginLife()
      return (world.open(.clientInput), world.open(.clientOutput))
    }
    let loop = EventLoop(
      kernel: kernel,
      picker: SeededPicker(seed: seed, probability: plan.faults[.shuffle])
    )
    let proxy = Proxy(
      loop: loop,
      configuration: plan.configuration,
      parts: parts(kernel, Descriptor(input), Descriptor(output))
    )
    kernel.observe(proxy)
    kernel.withWorld { begin($0) }
    // The root task, as ProxyRun makes it.
    _ = Task(executorPreference: loop) {
      _ = await proxy.run()
      loop.stop()
    }
    loop.run()
    kernel.observe(nil)
    // They know each other: a cycle as long as the process lives.
    proxy.router.assumeIsolated { $0.detach() }
    for endpoint in proxy.endpoints { endpoint.assumeIsolated { $0.detach() } }
    kernel.withWorld { FinalCheck.look($0) }
  }

  private func parts(
    _ kernel: SimulatedKernel,
    _ input: Descriptor,
    _ output: Descriptor
  ) -> Proxy.Parts {
    let isTold = isTold
    return Proxy.Parts(
      input: input,
      output: output,
      environment: LaunchEnvironment(
        variables: ["PATH": "/bin", "SHELL": World.loginShell],
        isExecutable: { $0 != "/bin/tool" },
        entries: { _ in [] }
      ),
      folders: Folders(["MCP_PROXY_HOME": "/state"], lastResort: Folders.nowhere),
      run: UsageRun(id: "run"),
      binary: "/bin/mcp-proxy",
      log: Log(.debug) { text in
        if isTold { print("            proxy: \(text)") }
        if text.hasPrefix("error: ") { kernel.withWorld { $0.proxyGaveUp(text) } }
      }
    )
  }
}
