/// A small session in which nothing goes wrong but the calls to the system that a sweep lets fail.
enum SweepScenario: String, CaseIterable {
  /// Each step is sent when the one before is answered; at last everything must work again.
  case patient
  /// Everything is sent at once, and the client's side closed behind it.
  case hasty
  /// As `hasty`, with the lists of tools that an earlier life has stored.
  case later

  /// What must be seen when nothing fails: else the session has lost what it is there for.
  var goals: [Goal] {
    switch self {
    case .patient:
      [
        .cancellationSent, .clientPipeFull, .everyPlaceTaken, .fallbackAnswered, .questionAnswered,
        .restartWithCallsInFlight, .unknownReported, .unknownTool,
      ]
    case .hasty: [.cancelBeforeAnswer, .serverDiedDuringCall]
    case .later: [.cancelBeforeAnswer, .serverDiedDuringCall, .staleListServed]
    }
  }

  func begin(_ world: World) {
    world.phase = .chaos
    switch self {
    case .patient:
      world.after(.minutes(10)) { Scenario.endChaos($0) }
      Self.proceed(world, Self.steps[...])
    case .hasty, .later:
      for step in Self.steps { step(world) }
      world.client.closeInput(world)
      world.after(.minutes(20)) { $0.fail("ending", "the proxy runs on 20 min after its client") }
    }
  }

  /// Takes the next step when the last is answered.
  private static func proceed(_ world: World, _ rest: ArraySlice<Step>) {
    guard world.phase == .chaos else { return }
    var rest = rest
    if !awaitsAnswer(world) {
      guard let step = rest.popFirst() else { return Scenario.endChaos(world) }
      step(world)
    }
    world.after(.milliseconds(500)) { [rest] in proceed($0, rest) }
  }

  private static func awaitsAnswer(_ world: World) -> Bool {
    world.client.calls.values.contains { $0.answers == 0 && !$0.isCancelled && $0.kind != hanging }
  }

  // MARK: What the client does

  private typealias Step = @Sendable (World) -> Void

  /// Every way a call can take: at once, while its server starts, in the queue, to a stand-in,
  /// cancelled, with a question back, too big for a pipe, killing its server, to one that starts
  /// again, to nobody.
  private static let steps: [Step] = [
    { ask([.initialize], $0) },
    { world in
      world.client.send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, world)
      ask([call(alpha, "write"), call(gamma, "read"), .list], world)
    },
    {
      let calls = [call(alpha, "read"), call(alpha, "write"), call(beta, "ask"), hanging]
      ask(calls, $0)
    },
    { world in
      for call in world.client.calls.values.sorted(by: { $0.k < $1.k }) where call.kind == hanging {
        world.client.cancel(call.k, world)
      }
      ask([call(beta, "big"), .setLevel, .strangeCall], world)
    },
    { ask([call(alpha, "crash"), call(alpha, "read"), call(alpha, "write")], $0) },
    { ask([call(alpha, "write"), call(beta, "read"), .ping], $0) },
  ]

  private static func ask(_ kinds: [ClientRequest.Kind], _ world: World) {
    for kind in kinds { world.client.request([(kind, nil)], world) }
  }

  private static func call(_ endpoint: Int, _ tool: String) -> ClientRequest.Kind {
    .call(endpoint: endpoint, tool: tool)
  }

  private static let (alpha, beta, gamma) = (0, 1, 2)
  private static let hanging = call(beta, "hang")
}

extension Plan {
  /// The same for every run of a sweep.
  init(_ scenario: SweepScenario) {
    seed = 1
    // A client that reads slowly is the only one whose pipe gets full.
    faults = FaultMix(scenario == .patient ? [.slowClient] : [])
    calls = 0
    chaos = .minutes(10)
    hasEarlierLife = scenario == .later
    isStepwise = false
    let read = Tool(name: "read", readOnly: true, idempotent: false, schema: Plan.schema)
    func tool(_ name: String, _ conduct: Tool.Conduct = .plain) -> Tool {
      Tool(name: name, readOnly: false, idempotent: false, schema: Plan.schema, conduct: conduct)
    }
    var alpha = EndpointConfiguration(
      name: "alpha",
      launch: .process(Command("/bin/server", ["0"]))
    )
    alpha.fallback = ["beta"]
    alpha.policy.concurrency.max = 2
    let beta = EndpointConfiguration(
      name: "beta",
      launch: .process(Command("/bin/server", ["1"]))
    )
    // Only the login shell knows where this one is.
    let gamma = EndpointConfiguration(name: "gamma", launch: .process(Command("tool", ["2"])))
    endpoints = [
      Endpoint(configuration: alpha, tools: [read, tool("write"), tool("crash", .crashes)]),
      Endpoint(
        configuration: beta,
        tools: [
          read, tool("write"), tool("ask", .asks), tool("big", .answersAtLength),
          tool("hang", .hangs),
        ]
      ),
      Endpoint(configuration: gamma, tools: [read]),
    ]
  }
}
