/// The values that govern one endpoint: what `defaults` and an entry of `mcpServers` may set.
///
/// Meaning, units and defaults are those of docs/configuration.md; a test keeps the two equal.
package struct EndpointPolicy: Sendable, Equatable {
  package var timeout = TimeoutPolicy()
  package var concurrency = ConcurrencyPolicy()
  /// `nil`: no limit.
  package var rateLimit: RateLimitPolicy?
  package var breaker = BreakerPolicy()
  package var retry = RetryPolicy()
  package var restart = RestartPolicy()
  /// Whether the endpoint's own tool annotations decide which tools are safe to repeat.
  package var trustsAnnotations = true

  package init() {}
}

/// How long a call may take.
package struct TimeoutPolicy: Sendable, Equatable {
  /// The whole call as the client sees it: queueing, attempts and fallback included.
  package var call = TimeSpan.seconds(50)
  /// Where extension by progress ends.
  package var max = TimeSpan.minutes(10)
  /// Spawn, handshake and first list.
  package var start = TimeSpan.seconds(30)

  package init() {}
}

/// Places: attempts in flight, and how many calls may wait for a place how long.
package struct ConcurrencyPolicy: Sendable, Equatable {
  package var max = 16
  package var queue = 64
  package var wait = TimeSpan.seconds(5)

  package init() {}
}

/// `calls` per `per` on average, `burst` at once.
package struct RateLimitPolicy: Sendable, Equatable {
  package enum OnLimit: String, Sendable, CaseIterable {
    case wait
    case reject
  }
  /// 0 blocks every call.
  package var calls: Double
  package var per: TimeSpan
  package var burst: Int
  package var onLimit: OnLimit

  /// `burst` defaults to the calls of one second, at least one.
  package init(
    calls: Double,
    per: TimeSpan = .seconds(1),
    burst: Int? = nil,
    onLimit: OnLimit = .wait
  ) {
    self.calls = calls
    self.per = per
    self.burst = burst ?? Swift.max(1, Int(calls / per.seconds))
    self.onLimit = onLimit
  }
}

/// When a breaker opens and how it closes.
///
/// A rule whose value is `nil` is off.
package struct BreakerPolicy: Sendable, Equatable {
  package enum Mode: String, Sendable, CaseIterable {
    case normal
    case forcedOpen
    case disabled
    case metricsOnly
  }
  package var mode = Mode.normal
  package var failureRate: Double? = 0.5
  package var slowRate: Double? = 0.5
  /// A call that takes longer is slow; `nil` (the default) switches the slow rule off.
  package var slow: TimeSpan?
  /// The least calls in the window before a rate is judged.
  package var minCalls = 5
  /// Calls remembered.
  package var window = 20
  /// Calls older than this are forgotten.
  package var windowAge = TimeSpan.seconds(60)
  /// Failures in a row that open it whatever the rate.
  package var consecutive: Int? = 5
  package var open = TimeSpan.seconds(30)
  /// The open wait doubles at each re-opening up to this.
  package var maxOpen = TimeSpan.minutes(5)
  package var halfOpenCalls = 3
  /// A half-open breaker without a verdict opens again after this.
  package var probeTimeout = TimeSpan.seconds(15)
  /// Whether each tool has a small breaker of its own.
  package var perTool = true

  package init() {}
}

/// Repeats of an attempt on the same endpoint, and the budget that bounds them.
package struct RetryPolicy: Sendable, Equatable {
  /// Attempts in all on one endpoint; 1 switches retry off.
  package var attempts = 3
  package var base = TimeSpan.milliseconds(100)
  package var cap = TimeSpan.seconds(2)
  package var budget = 10.0
  package var perSuccess = 0.2
  package var perSecond = 0.1

  package init() {}
}

/// Restarts of a child process that died.
package struct RestartPolicy: Sendable, Equatable {
  package var base = TimeSpan.milliseconds(500)
  package var cap = TimeSpan.seconds(30)
  /// More starts than this `within` the span: the endpoint is `crashed`.
  package var max = 5
  package var within = TimeSpan.seconds(60)
  /// A process that lived this long starts again without delay.
  package var healthy = TimeSpan.seconds(60)

  package init() {}
}

/// What one tool of an endpoint has of its own; `nil` leaves the endpoint's value.
package struct ToolPolicy: Sendable, Equatable {
  /// Overrides the annotations: whether a repeat does no harm.
  package var safe: Bool?
  package var timeout: TimeSpan?
  package var rateLimit: RateLimitPolicy?

  package init() {}
}
