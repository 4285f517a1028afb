import MCPProtocol

/// A playbook set up against one server of a configuration.
package struct Rehearsal: Sendable {
  package let playbook: Playbook
  /// The server under test.
  package let target: String
  package let seed: UInt64
  /// Whether the real servers are used and not stand-ins.
  package let isReal: Bool

  package init(playbook: Playbook, target: String, seed: UInt64, isReal: Bool) {
    self.playbook = playbook
    self.target = target
    self.seed = seed
    self.isReal = isReal
  }

  /// What stands in for the servers of the configuration.
  package struct StandIns: Sendable {
    /// This program, which is the example server, too.
    package let program: String
    /// The file that gets one line for each execution of a tool.
    package let ledger: String
    /// The file of the stored list of a server's tools; `nil` if there is none.
    package let list: @Sendable (EndpointConfiguration) -> String?

    package init(
      program: String,
      ledger: String,
      list: @escaping @Sendable (EndpointConfiguration) -> String?
    ) {
      self.program = program
      self.ledger = ledger
      self.list = list
    }
  }

  package var chaos: ChaosSettings {
    let rules = playbook.rules.map { rule in
      var rule = rule
      rule.endpoint = target
      return rule
    }
    return ChaosSettings(rules: rules, seed: seed)
  }

  // MARK: The configuration

  /// The user's configuration as it is played: the same guards, in a hurry.
  package func prepared(_ original: Configuration, _ standIns: StandIns) -> Configuration {
    var configuration = original
    configuration.proxy.usageDirectory = .automatic
    configuration.proxy.logFile = nil
    let factor = factor(original)
    for index in configuration.endpoints.indices {
      hurry(&configuration.endpoints[index], factor)
      if !isReal { replace(&configuration.endpoints[index], original, standIns) }
    }
    return configuration
  }

  /// By how much waits shrink, 1 at most: as the time of a call of the server under test does.
  private func factor(_ configuration: Configuration) -> Double {
    let call = configuration.endpoints.first { $0.name == target }?.policy.timeout.call
    guard let call, call > playbook.longestCall else { return 1 }
    return Double(playbook.longestCall.nanoseconds) / Double(call.nanoseconds)
  }

  private func hurry(_ endpoint: inout EndpointConfiguration, _ factor: Double) {
    var policy = endpoint.policy
    let wait = Waits(factor: factor)
    policy.timeout.call = min(policy.timeout.call, playbook.longestCall)
    policy.timeout.max = max(policy.timeout.call, min(policy.timeout.max, playbook.longestCall))
    policy.concurrency.wait = wait.shorter(policy.concurrency.wait, 100...5000)
    policy.breaker.open = wait.shorter(policy.breaker.open, 200...1000)
    policy.breaker.maxOpen = wait.shorter(policy.breaker.maxOpen, 200...1000)
    policy.breaker.maxOpen = max(policy.breaker.open, policy.breaker.maxOpen)
    policy.breaker.probeTimeout = wait.shorter(policy.breaker.probeTimeout, 500...2000)
    policy.breaker.slow = policy.breaker.slow.map { wait.shorter($0, 200...5000) }
    policy.retry.base = wait.shorter(policy.retry.base, 5...100)
    policy.retry.cap = max(policy.retry.base, wait.shorter(policy.retry.cap, 20...500))
    // Where time runs faster, what comes with it must, too.
    policy.retry.perSecond /= factor
    policy.restart.base = wait.shorter(policy.restart.base, 10...200)
    policy.restart.cap = max(policy.restart.base, wait.shorter(policy.restart.cap, 100...1000))
    if !playbook.keepsRateLimits { policy.rateLimit = nil }
    endpoint.policy = policy
    for name in endpoint.tools.names {
      let timeout = endpoint.tools[name]?.timeout.map { min($0, playbook.longestCall) }
      endpoint.tools[name]?.timeout = timeout
      if !playbook.keepsRateLimits { endpoint.tools[name]?.rateLimit = nil }
    }
  }

  /// Puts the example server in the place of a server that would be started.
  private func replace(
    _ endpoint: inout EndpointConfiguration,
    _ original: Configuration,
    _ standIns: StandIns
  ) {
    guard case .process = endpoint.launch, !endpoint.disabled else { return }
    var arguments = [
      "example-server", "--name", endpoint.name, "--ledger", standIns.ledger,
    ]
    if let list = list(of: endpoint, original, standIns) {
      arguments += ["--imitate", list]
    } else {
      arguments += ["--tools", Self.tools]
      // Patterns for the real names would hide these.
      endpoint.includeTools = nil
      endpoint.excludeTools = []
    }
    if endpoint.name == target, playbook.startDelay > .zero {
      arguments += ["--start-delay", "\(playbook.startDelay.nanoseconds / 1_000_000)"]
    }
    endpoint.launch = .process(Command(standIns.program, arguments))
  }

  /// The example server's tools where a server's own are not known: two safe ones and one not.
  private static let tools = "echo,add,write_note"

  /// The list to imitate: the server's own, else that of whom it stands in for.
  private func list(
    of endpoint: EndpointConfiguration,
    _ original: Configuration,
    _ standIns: StandIns
  ) -> String? {
    let owner = original.endpoints.first { $0.name == endpoint.name } ?? endpoint
    if let own = standIns.list(owner) { return own }
    return original.endpoints.lazy.filter { $0.fallback.contains(endpoint.name) }
      .compactMap { standIns.list($0) }.first
  }

  /// What was changed of the server under test, in words.
  package func changes(_ original: Configuration, _ prepared: Configuration) -> [String] {
    guard let before = original.endpoints.first(where: { $0.name == target })?.policy,
      let after = prepared.endpoints.first(where: { $0.name == target })?.policy
    else { return [] }
    let waits = [
      ("timeout.call", before.timeout.call, after.timeout.call),
      ("concurrency.wait", before.concurrency.wait, after.concurrency.wait),
      ("breaker.open", before.breaker.open, after.breaker.open),
      ("breaker.probeTimeout", before.breaker.probeTimeout, after.breaker.probeTimeout),
      ("retry.base", before.retry.base, after.retry.base),
      ("restart.base", before.restart.base, after.restart.base),
    ]
    var changes = waits.filter { $0.1 != $0.2 }.map { name, before, after in
      "\(name) \(Self.words(before)) → \(Self.words(after))"
    }
    if before.retry.perSecond != after.retry.perSecond {
      let rounded = (after.retry.perSecond * 10).rounded() / 10
      changes.append("retry.perSecond \(before.retry.perSecond) → \(rounded)")
    }
    if before.rateLimit != after.rateLimit { changes.append("rateLimit off") }
    return changes
  }

  private static func words(_ span: TimeSpan) -> String {
    span < .seconds(1)
      ? "\(Int((span.milliseconds).rounded())) ms" : FailureText.seconds(span)
  }

  // MARK: Whom to test

  /// The servers a playbook can be about: those whose tools the client sees.
  package static func targets(_ configuration: Configuration) -> [String] {
    configuration.endpoints.filter { endpoint in
      guard case .process = endpoint.launch else { return false }
      return !endpoint.disabled && !endpoint.hidden
    }.map(\.name)
  }
}

/// Shrinks waits.
private struct Waits {
  let factor: Double

  /// The span times the factor, within these milliseconds; never longer than it was.
  func shorter(_ span: TimeSpan, _ limits: ClosedRange<Int64>) -> TimeSpan {
    let shrunk = max(span * factor, .milliseconds(limits.lowerBound))
    return min(span, min(shrunk, .milliseconds(limits.upperBound)))
  }
}
