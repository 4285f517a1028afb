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
    let state: EndpointState
    let breaker: CircuitBreaker.State
    let generation: UInt32
    let permits: Int
    /// Failures the breaker was ever told of.
    let failures: Int
    let lateAnswers: Int
    let inFlight: Int
    let queued: Int
    /// Calls that wait in the bulkhead's queue, for the check of their order.
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
  /// Everything the client has sent and the proxy has read is dealt with.
  let inboxIsEmpty: Bool
  let timers: Int

  init(_ proxy: Proxy) {
    endpoints = proxy.endpoints.map { $0.assumeIsolated { $0.view } }
    let session = proxy.session.assumeIsolated { session in
      (
        session.calls.count, session.outbox.pendingBytes, session.isClogged,
        session.inbox.isEmpty
      )
    }
    (openCalls, outboxPending, isClogged, inboxIsEmpty) = session
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
    let someWait = !waiting.isEmpty
    return Snapshot.EndpointView(
      process: process?.id ?? 0,
      state: state,
      breaker: breaker.state,
      generation: breaker.generation,
      permits: breaker.counters.inFlight,
      failures: breaker.failures,
      lateAnswers: lateAnswers,
      inFlight: bulkhead.inFlight,
      queued: bulkhead.waiting,
      waiting: someWait ? queuedCalls : [],
      arrivals: arrivals.count,
      pending: pending.count,
      calls: someWait ? sentCalls : [],
      sentCalls: pending.count > bulkhead.inFlight ? sentCalls.count : bulkhead.inFlight,
      outboxEnd: outbox.end,
      outboxPending: outbox.pendingBytes,
      tokenWait: someWait ? bucket?.retryAfter(at: loop.now) ?? .zero : .zero,
      toolBreakers: toolBreakers.count,
      openToolBreakers: toolBreakers.tools.count {
        toolBreakers.breaker(of: $0)?.state.kind != .closed
      },
      hasQuestion: pausedSince != nil,
      unansweredProbes: unansweredProbes,
      dyingGroups: dyingGroups.count,
      reasonToEnd: process?.reasonToEnd
    )
  }

  private var queuedCalls: [Snapshot.Waiting] {
    waiting.filter { !arrivals.contains($0.key) }
      .map { call, waiter in
        let tool = waiter.attempt.tool.index
        return Snapshot.Waiting(
          call: call,
          since: waiter.since,
          tool: tool,
          toolTokenWait: toolBuckets[tool]?.retryAfter(at: loop.now) ?? .zero
        )
      }
      .sorted { $0.call < $1.call }
  }

  private var sentCalls: Set<UInt64> {
    Set(
      pending.ids.compactMap { id in
        if case .call(let call) = pending[id] { call.attempt.call } else { nil }
      }
    )
  }
}
