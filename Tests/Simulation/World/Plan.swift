import MCPProtocol

/// What one seed is about: endpoints and their policies, tools, phases.
struct Plan {
  /// A tool of a simulated server.
  struct Tool {
    /// What a tool always does until the faults end.
    enum Conduct {
      case plain
      case answersAtLength
      case asks
      case crashes
      case hangs
    }

    let name: String
    let readOnly: Bool
    let idempotent: Bool
    /// Two servers whose schemas differ do not stand in for each other.
    var schema: String
    var conduct = Conduct.plain

    /// Whether the proxy may repeat it, where annotations are trusted.
    var isSafe: Bool { readOnly || idempotent }

    /// The same tool without a word on what it does.
    var undeclared: Tool {
      Tool(name: name, readOnly: false, idempotent: false, schema: schema, conduct: conduct)
    }
  }

  struct Endpoint {
    var configuration: EndpointConfiguration
    var tools: [Tool]

    /// The effect the operator has declared, or else the process that lists these tools.
    func isSafe(_ tool: String, of tools: [Tool]) -> Bool {
      if let own = configuration.tools[tool]?.safe { return own }
      return configuration.policy.trustsAnnotations
        && tools.first { $0.name == tool }?.isSafe == true
    }
  }

  let seed: UInt64
  let faults: FaultMix
  var endpoints: [Endpoint] = []
  var settings = ProxySettings()
  /// Calls the client makes in the chaos phase.
  let calls: Int
  let chaos: TimeSpan
  /// The bound of the quiet phase: every breaker, queue and process must have recovered by then.
  static let quiet = TimeSpan.minutes(30)
  /// Whether a short life of the proxy comes before, so that the catalogue is stored.
  let hasEarlierLife: Bool
  /// Whether the proxy is told of one thing at a time, so that the checks look after each event.
  ///
  /// Otherwise it is told of all that are ready together, as a kernel does.
  let isStepwise: Bool

  init(seed: UInt64, mask: UInt64, calls: Int?) {
    self.seed = seed
    faults = FaultMix(seed: seed, mask: mask)
    var random = SeededRandom(seed: seed, stream: 6)
    isStepwise = random.chance(0.5)
    random = SeededRandom(seed: seed, stream: 3)
    let drawn = random.pick([40, 80, 120, 200])
    self.calls = calls ?? drawn
    chaos = .seconds(Int64(random.pick([20, 60, 200, 900])))
    hasEarlierLife = random.chance(0.15)
    settings.maxLine = faults[.bigResults] > 0 ? 1 << 20 : 16 << 10
    settings.catalog = random.chance(0.8) ? .stored : .live
    if random.chance(0.2) { settings.usageDirectory = .file("/state/usage.jsonl") }
    let count = random.pick([1, 1, 2, 2, 3])
    // Some seeds are about breakers: they open fast, and many calls come at once.
    let isAboutBreakers = random.chance(0.3)
    let common = Self.tools(&random)
    for index in 0..<count {
      var endpoint = Self.endpoint(index, of: count, common, operatorModes, &random)
      if isAboutBreakers { PolicyDraw.quicken(&endpoint.configuration.policy, &random) }
      endpoints.append(endpoint)
    }
  }

  private var operatorModes: Bool { faults[.operatorModes] > 0 }

  var configuration: Configuration {
    var configuration = Configuration()
    configuration.endpoints = endpoints.map(\.configuration)
    configuration.proxy = settings
    return configuration
  }

  // MARK: Drawing

  static let schema = #"{"type":"object","properties":{"k":{"type":"integer"}}}"#

  private static func tools(_ random: inout SeededRandom) -> [Tool] {
    var tools = [
      Tool(name: "read", readOnly: true, idempotent: false, schema: schema),
      Tool(name: "write", readOnly: false, idempotent: false, schema: schema),
    ]
    if random.chance(0.5) {
      tools.append(Tool(name: "put", readOnly: false, idempotent: true, schema: schema))
    }
    return tools
  }

  private static func endpoint(
    _ index: Int,
    of count: Int,
    _ common: [Tool],
    _ operatorModes: Bool,
    _ random: inout SeededRandom
  ) -> Endpoint {
    let name = ["alpha", "beta", "gamma"][index]
    var configuration = EndpointConfiguration(
      name: name,
      launch: .process(Command("/bin/server", [String(index)]))
    )
    var tools = common
    if random.chance(0.1) { tools[0].schema = #"{"type":"object","required":["k"]}"# }
    if index == 0, count > 1, random.chance(0.7) {
      configuration.fallback = (1..<count).map { ["alpha", "beta", "gamma"][$0] }
    }
    configuration.hidden = index > 0 && random.chance(0.3)
    configuration.lazy = random.chance(0.2)
    configuration.policy = PolicyDraw.policy(&random)
    if operatorModes, random.chance(0.4) {
      configuration.policy.breaker.mode = random.pick([.forcedOpen, .disabled, .metricsOnly])
    }
    if random.chance(0.1) { configuration.tools["write", default: ToolPolicy()].safe = true }
    if random.chance(0.1) { configuration.tools["read", default: ToolPolicy()].safe = false }
    if random.chance(0.1) {
      configuration.tools["read", default: ToolPolicy()].rateLimit = PolicyDraw.rateLimit(&random)
    }
    return Endpoint(configuration: configuration, tools: tools)
  }
}

/// Draws policies: the defaults mostly, and small numbers that bring limits within reach.
enum PolicyDraw {
  static func policy(_ random: inout SeededRandom) -> EndpointPolicy {
    var policy = EndpointPolicy()
    policy.timeout.call = .seconds(Int64(random.pick([2, 5, 10, 50])))
    policy.timeout.max = .seconds(Int64(random.pick([60, 600])))
    policy.timeout.start = .seconds(Int64(random.pick([5, 30])))
    policy.concurrency.max = random.pick([1, 2, 4, 16])
    policy.concurrency.queue = random.pick([0, 2, 8, 64])
    policy.concurrency.wait = .seconds(Int64(random.pick([1, 5])))
    if random.chance(0.25) { policy.rateLimit = rateLimit(&random) }
    policy.breaker = breaker(&random)
    if random.chance(0.4) {
      policy.retry.attempts = random.number(1...4)
      policy.retry.base = .milliseconds(Int64(random.pick([50, 100, 200])))
      policy.retry.cap = .milliseconds(Int64(random.pick([100, 150, 2000])))
      policy.retry.budget = Double(random.pick([1, 3, 10]))
      policy.retry.perSuccess = random.pick([0, 0.2])
      policy.retry.perSecond = random.pick([0.01, 0.1])
    }
    if random.chance(0.3) {
      policy.restart.max = random.number(1...4)
      policy.restart.base = .milliseconds(Int64(random.pick([100, 500])))
    }
    policy.trustsAnnotations = !random.chance(0.1)
    return policy
  }

  /// A breaker that opens after two bad calls and soon tries again, and room for many calls.
  static func quicken(_ policy: inout EndpointPolicy, _ random: inout SeededRandom) {
    policy.breaker.open = .seconds(Int64(random.number(1...2)))
    policy.breaker.minCalls = 2
    policy.breaker.consecutive = 2
    policy.breaker.slow = .milliseconds(random.pick([20, 30, 2000]))
    policy.breaker.halfOpenCalls = random.number(1...4)
    policy.concurrency.max = 16
    policy.concurrency.queue = 64
    policy.rateLimit = nil
  }

  static func rateLimit(_ random: inout SeededRandom) -> RateLimitPolicy {
    RateLimitPolicy(
      calls: Double(random.pick([1, 5, 20])),
      per: .seconds(Int64(random.pick([1, 10]))),
      burst: random.number(1...5),
      onLimit: random.pick([.wait, .reject])
    )
  }

  private static func breaker(_ random: inout SeededRandom) -> BreakerPolicy {
    var policy = BreakerPolicy()
    if random.chance(0.4) { policy.slow = .milliseconds(Int64(random.pick([40, 1000, 5000]))) }
    if random.chance(0.5) { policy.consecutive = random.pick([nil, 2, 3]) }
    if random.chance(0.3) { policy.failureRate = random.pick([nil, 0.2, 0.8]) }
    if random.chance(0.3) { policy.slowRate = random.pick([0.2, 0.8]) }
    if random.chance(0.4) { policy.halfOpenCalls = random.number(1...5) }
    if random.chance(0.4) { policy.open = .seconds(Int64(random.pick([1, 2, 10]))) }
    if random.chance(0.4) { policy.minCalls = random.pick([2, 3, 10]) }
    if random.chance(0.3) { policy.window = max(policy.minCalls, random.pick([3, 10])) }
    if random.chance(0.3) { policy.probeTimeout = .seconds(Int64(random.pick([2, 5]))) }
    policy.perTool = random.chance(0.8)
    return policy
  }
}
