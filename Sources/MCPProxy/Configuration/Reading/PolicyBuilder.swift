/// Makes an `EndpointPolicy` out of the merged fields of an entry and the defaults.
struct PolicyBuilder {
  let fields: ConfigurationFields
  /// What the fields belong to, in messages.
  let path: String

  /// Writes `startupTimeout` where it belongs.
  ///
  /// To be done before merging: an entry's
  /// `startupTimeout` must win over the `timeout.start` of the defaults.
  static func fold(_ fields: ConfigurationFields) -> ConfigurationFields {
    guard let start = fields["startupTimeout"] else { return fields }
    var folded = fields
    var timeout = fields.fields("timeout") ?? ConfigurationFields()
    if timeout["start"] == nil { timeout["start"] = start }
    folded["timeout"] = ConfigurationField(
      nameOffset: start.nameOffset,
      offset: start.offset,
      value: .fields(timeout)
    )
    return folded
  }

  func policy(_ problems: inout ProblemList) -> EndpointPolicy {
    var policy = EndpointPolicy()
    if let section = fields.fields("timeout") {
      policy.timeout = timeout(section, &problems)
    }
    if let section = fields.fields("concurrency") { policy.concurrency = concurrency(section) }
    policy.rateLimit = rateLimit(&problems)
    policy.breaker = breaker(&problems)
    policy.retry = retry(&problems)
    if let section = fields.fields("restart") { policy.restart = restart(section, &problems) }
    policy.trustsAnnotations = fields.text("annotations") != "ignore"
    return policy
  }

  private func timeout(
    _ section: ConfigurationFields,
    _ problems: inout ProblemList
  ) -> TimeoutPolicy {
    var timeout = TimeoutPolicy()
    set(&timeout.call, section.span("call"))
    set(&timeout.max, section.span("max"))
    set(&timeout.start, section.span("start"))
    let pair = Pair(section: section, path: "\(path).timeout", low: "call", high: "max")
    pair.raise(&timeout.max, to: timeout.call, &problems)
    return timeout
  }

  private func concurrency(_ section: ConfigurationFields) -> ConcurrencyPolicy {
    var concurrency = ConcurrencyPolicy()
    set(&concurrency.max, section.count("max"))
    set(&concurrency.queue, section.count("queue"))
    set(&concurrency.wait, section.span("wait"))
    return concurrency
  }

  /// `nil` if there is none, or no number of calls, which is reported.
  func rateLimit(_ problems: inout ProblemList) -> RateLimitPolicy? {
    guard let field = fields["rateLimit"], let section = fields.fields("rateLimit") else {
      return nil
    }
    guard let calls = section.number("calls") else {
      // A value that was refused is reported already.
      if section.isRefused("calls") { return nil }
      let message = "\(path).rateLimit does not say how many calls"
      problems.report(.error, .missing, at: field.offset, message)
      return nil
    }
    return RateLimitPolicy(
      calls: calls,
      per: section.span("per") ?? .seconds(1),
      burst: section.count("burst"),
      onLimit: section.text("onLimit").flatMap(RateLimitPolicy.OnLimit.init) ?? .wait
    )
  }

  private func breaker(_ problems: inout ProblemList) -> BreakerPolicy {
    var breaker = BreakerPolicy()
    if fields.isOff("breaker") { breaker.mode = .disabled }
    guard let section = fields.fields("breaker") else { return breaker }
    set(&breaker.mode, section.text("mode").flatMap(BreakerPolicy.Mode.init))
    set(&breaker.failureRate, section.number("failureRate"), section.isOff("failureRate"))
    set(&breaker.slowRate, section.number("slowRate"), section.isOff("slowRate"))
    set(&breaker.slow, section.span("slow"), section.isOff("slow"))
    set(&breaker.minCalls, section.count("minCalls"))
    set(&breaker.window, section.count("window"))
    set(&breaker.windowAge, section.span("windowAge"))
    set(&breaker.consecutive, section.count("consecutive"), section.isOff("consecutive"))
    set(&breaker.open, section.span("open"))
    set(&breaker.maxOpen, section.span("maxOpen"))
    set(&breaker.halfOpenCalls, section.count("halfOpenCalls"))
    set(&breaker.probeTimeout, section.span("probeTimeout"))
    set(&breaker.perTool, section.flag("perTool"))
    let path = "\(path).breaker"
    Pair(section: section, path: path, low: "minCalls", high: "window")
      .raise(&breaker.window, to: breaker.minCalls, &problems)
    Pair(section: section, path: path, low: "open", high: "maxOpen")
      .raise(&breaker.maxOpen, to: breaker.open, &problems)
    return breaker
  }

  private func retry(_ problems: inout ProblemList) -> RetryPolicy {
    var retry = RetryPolicy()
    if fields.isOff("retry") { retry.attempts = 1 }
    guard let section = fields.fields("retry") else { return retry }
    set(&retry.attempts, section.count("attempts"))
    set(&retry.base, section.span("base"))
    set(&retry.cap, section.span("cap"))
    set(&retry.budget, section.number("budget"))
    set(&retry.perSuccess, section.number("perSuccess"))
    set(&retry.perSecond, section.number("perSecond"))
    Pair(section: section, path: "\(path).retry", low: "base", high: "cap")
      .raise(&retry.cap, to: retry.base, &problems)
    return retry
  }

  private func restart(
    _ section: ConfigurationFields,
    _ problems: inout ProblemList
  ) -> RestartPolicy {
    var restart = RestartPolicy()
    set(&restart.base, section.span("base"))
    set(&restart.cap, section.span("cap"))
    set(&restart.max, section.count("max"))
    set(&restart.within, section.span("within"))
    set(&restart.healthy, section.span("healthy"))
    Pair(section: section, path: "\(path).restart", low: "base", high: "cap")
      .raise(&restart.cap, to: restart.base, &problems)
    return restart
  }
}

/// Leaves the default where nothing is set.
func set<Value>(_ target: inout Value, _ value: Value?) {
  if let value { target = value }
}

/// The same for a rule that can be switched off.
func set<Value>(_ target: inout Value?, _ value: Value?, _ isOff: Bool) {
  if isOff { target = nil } else if let value { target = value }
}

/// Two keys of one section of which one may not lie below the other.
private struct Pair {
  let section: ConfigurationFields
  let path: String
  let low: String
  let high: String

  /// Only what was written can be wrong: a default follows silently.
  func raise<Value: Comparable>(
    _ value: inout Value,
    to floor: Value,
    _ problems: inout ProblemList
  ) {
    if value >= floor { return }
    if let field = section[high] {
      problems.report(
        .error,
        .range,
        at: field.offset,
        "\(path).\(high) is less than \(path).\(low)"
      )
    }
    value = floor
  }
}
