/// What the checks see of the proxy between two turns.
struct Snapshot: Sendable {
  struct Waiting: Sendable {
    let call: UInt64
    let since: Instant
    let tool: Int
    /// Until the tool's own bucket has a token.
    let toolTokenWait: TimeSpan
  }

  struct EndpointView: Sendable {
    let process: Int32
    let state: LifeState
    let breaker: CircuitBreaker.State
    let generation: UInt32
    let permits: Int
    /// Failures the breaker was ever told of.
    let failures: Int
    let lateAnswers: Int
    let inFlight: Int
    let queued: Int
    /// Calls that wait in the queue, for the check of their order.
    let waiting: [Waiting]
    let arrivals: Int
    let pending: Int
    /// Calls among the pending requests; only filled while calls wait.
    let calls: Set<UInt64>
    /// Calls that were sent; where nothing else is pending, as many as are in flight.
    let sentCalls: Int
    let outboxEnd: Int
    let outboxPending: Int
    let tokenWait: TimeSpan
    let toolBreakers: Int
    let openToolBreakers: Int
    let hasQuestion: Bool
    let unansweredProbes: Int
    let dyingGroups: Int
    /// What the last end of its process was for, if the proxy ended it.
    let reasonToEnd: String?
  }

  let endpoints: [EndpointView]
  let openCalls: Int
  let outboxPending: Int
  let isClogged: Bool
  let timers: Int
  /// An invariant of a part that does not hold.
  let problem: String?

  init(_ proxy: Proxy) {
    endpoints = proxy.endpoints.map { $0.assumeIsolated { $0.view } }
    problem =
      proxy.endpoints.lazy.compactMap { endpoint in
        endpoint.assumeIsolated { $0.check() }.map { "\(endpoint.name): \($0)" }
      }
      .first
    openCalls = proxy.router.assumeIsolated { $0.openRequests }
    (outboxPending, isClogged) = proxy.session.assumeIsolated {
      ($0.wire.pendingBytes, $0.isClogged)
    }
    timers = proxy.loop.pendingTimers
  }

  /// Tells runs apart that did different things.
  var hash: UInt64 {
    var hash = UInt64(openCalls) &* 31 &+ UInt64(timers)
    for endpoint in endpoints {
      hash = hash &* 1_000_003 &+ UInt64(endpoint.generation)
      hash = hash &* 1_000_003 &+ UInt64(endpoint.outboxEnd)
      hash = hash &* 1_000_003 &+ UInt64(endpoint.inFlight << 16 | endpoint.queued)
    }
    return hash
  }
}

extension Endpoint {
  var view: Snapshot.EndpointView {
    let (replica, queue) = (replicas[0], lobby.view(at: loop.now))
    let (link, count) = (replica.link.view, queue.waiting.count)
    // In place, for a copy of the parts counts many references.
    let guards = replica.traffic.health.view
    let (running, pending) = (replica.traffic.health.inFlight, replica.traffic.inFlight.count)
    return Snapshot.EndpointView(
      process: link.process,
      state: replica.life.state,
      breaker: replica.traffic.health.state,
      generation: guards.generation,
      permits: guards.permits,
      failures: guards.failures,
      lateAnswers: replica.traffic.inFlight.lateAnswers,
      inFlight: running,
      queued: queue.isServed ? count : 0,
      waiting: queue.isServed ? Self.waiting(queue) : [],
      arrivals: queue.isServed ? 0 : count,
      pending: pending,
      calls: count > 0 ? Set(replica.traffic.inFlight.calls.map(\.call)) : [],
      sentCalls: pending > running ? replica.traffic.inFlight.calls.count : running,
      outboxEnd: link.end,
      outboxPending: link.pending,
      tokenWait: queue.tokenWait,
      toolBreakers: guards.toolBreakers,
      openToolBreakers: guards.openToolBreakers,
      hasQuestion: replica.traffic.inFlight.isPaused,
      unansweredProbes: replica.traffic.health.unansweredPings,
      dyingGroups: link.dyingGroups,
      reasonToEnd: replica.life.reason
    )
  }

  private static func waiting(_ queue: Lobby.View) -> [Snapshot.Waiting] {
    queue.waiting.map { entry in
      Snapshot.Waiting(
        call: entry.call,
        since: entry.since,
        tool: entry.tool,
        toolTokenWait: queue.toolWaits[entry.tool] ?? .zero
      )
    }
    .sorted { $0.call < $1.call }
  }
}
