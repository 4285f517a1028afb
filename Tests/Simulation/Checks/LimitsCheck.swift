/// P18, P20, P21, P22, P28: places, queues, repeats, and what must be empty at rest.
struct LimitsCheck {
  func turnEnded(_ world: World, _ next: Snapshot, _ last: Snapshot?) {
    for (index, view) in next.endpoints.enumerated() {
      let plan = world.plan.endpoints[index]
      let name = plan.configuration.name
      let policy = plan.configuration.policy.concurrency
      if view.inFlight > max(1, policy.max) {
        world.fail("P18", "\(view.inFlight) calls in flight at \(name), \(policy.max) allowed")
      }
      if view.queued > policy.queue {
        world.fail("P18", "\(view.queued) calls queue at \(name), \(policy.queue) allowed")
      }
      if view.arrivals > policy.queue + policy.max {
        world.fail("P18", "\(view.arrivals) calls wait for \(name) to start")
      }
      if view.inFlight == policy.max, policy.max > 1 { world.goals.saw(.everyPlaceTaken) }
      checkWork(world, view, name, policy)
      checkQuestions(world, view, name)
      if let last { checkOrder(world, view, last.endpoints[index], name) }
      if view.toolBreakers > 256 { world.fail("P28", "\(view.toolBreakers) tool breakers") }
      if view.sentCalls > view.inFlight {
        world.fail("P18", "\(view.sentCalls) calls at \(name) hold \(view.inFlight) places")
      }
      // Beside the calls: pings, one for each call that has just timed out, and lists.
      if view.pending > view.inFlight + world.client.calls.count + 8 {
        world.fail("P28", "\(view.pending) pending requests for \(view.inFlight) calls at \(name)")
      }
      if view.openToolBreakers > 0 { world.goals.saw(.toolBreakerOpened) }
    }
    if next.isClogged { world.goals.saw(.clientClogged) }
    if next.outboxPending > 0 { world.goals.saw(.clientPipeFull) }
    let open = world.client.calls.count
    if next.openCalls > open { world.fail("P28", "\(next.openCalls) calls of \(open) requests") }
  }

  /// A call waits only if a place or a token is missing.
  private func checkWork(
    _ world: World,
    _ view: Snapshot.EndpointView,
    _ name: String,
    _ policy: ConcurrencyPolicy
  ) {
    guard view.queued > 0, view.state == .ready, view.inFlight < max(1, policy.max) else { return }
    guard view.tokenWait == .zero else { return world.goals.saw(.waitedForToken) }
    let idle = view.waiting.filter { $0.toolTokenWait == .zero }
    if idle.count < view.waiting.count { world.goals.saw(.waitedForToken) }
    // Between two events a probe's place may be what is missing: then it is refused, not kept.
    if let first = idle.first {
      world.fail("P22", "call \(first.call) waits at \(name) although nothing is missing")
    }
  }

  /// Calls stand still only while the process that has them waits for an answer.
  private func checkQuestions(_ world: World, _ view: Snapshot.EndpointView, _ name: String) {
    guard view.hasQuestion, let process = world.processes[view.process] else { return }
    if process.server?.waitsForAnswer == false {
      world.fail("questions", "no call of \(name) runs out of time, and nobody was asked anything")
    }
  }

  /// First come, first served, as far as they wait for the same.
  private func checkOrder(
    _ world: World,
    _ next: Snapshot.EndpointView,
    _ last: Snapshot.EndpointView,
    _ name: String
  ) {
    guard !last.waiting.isEmpty else { return }
    noteCancelled(world, next, last)
    guard !next.waiting.isEmpty else { return }
    let waited = Set(last.waiting.map(\.call))
    let still = next.waiting.filter { waited.contains($0.call) }
    for gone in last.waiting where next.calls.contains(gone.call) && !last.calls.contains(gone.call)
    {
      for passed in still where passed.since < gone.since {
        // Only who waits for a token of its own tool lets others pass.
        if passed.toolTokenWait > .zero, passed.tool != gone.tool {
          world.goals.saw(.passedForToken)
        } else {
          world.fail("P18", "a call overtook another in the queue of \(name)")
        }
      }
    }
  }

  private func noteCancelled(
    _ world: World,
    _ next: Snapshot.EndpointView,
    _ last: Snapshot.EndpointView
  ) {
    guard world.checks.replies.cancelledInTurn > 0, next.queued < last.queued,
      next.inFlight == last.inFlight
    else { return }
    world.goals.saw(.cancelledWhileQueued)
    let first = last.waiting.min { $0.since < $1.since }
    if let first, !next.waiting.contains(where: { $0.call == first.call }) {
      world.goals.saw(.cancelledWaiterAtHead)
    }
  }

  // MARK: At rest

  /// When nothing is asked any more, nothing is left of what was.
  static func atRest(_ world: World) {
    guard let snapshot = world.snapshot else { return }
    if snapshot.openCalls > 0 { world.fail("P20", "\(snapshot.openCalls) calls are still open") }
    if snapshot.timers > 0 { world.fail("P20", "\(snapshot.timers) timers are still set") }
    for (index, view) in snapshot.endpoints.enumerated() {
      let name = world.plan.endpoints[index].configuration.name
      let left = [
        ("calls in flight", view.inFlight), ("calls in the queue", view.queued),
        ("calls before the start", view.arrivals), ("pending requests", view.pending),
        ("permits", view.permits), ("dying groups", view.dyingGroups),
      ]
      for (what, count) in left where count > 0 {
        world.fail("P20", "\(count) \(what) left at \(name)")
      }
    }
    for request in world.client.calls.values.sorted(by: { $0.k < $1.k })
    where request.read != nil && request.answers == 0 && !request.isCancelled {
      world.fail("P1", "\(request.kind) k=\(request.k) was never answered")
    }
    abandoned(world)
    unanswered(world)
  }

  /// Every question has an answer, if only that nobody has one.
  private static func unanswered(_ world: World) {
    for process in world.processes.values.sorted(by: { $0.id < $1.id }) {
      guard let server = process.server, process.isAlive, !server.isDeaf else { continue }
      for id in server.unansweredQuestions {
        world.fail("questions", "question \(id) of process \(process.id) was never answered")
      }
    }
  }

  /// Every request given up is cancelled at the server, once.
  private static func abandoned(_ world: World) {
    for process in world.processes.values.sorted(by: { $0.id < $1.id }) {
      guard let server = process.server, process.isAlive, !server.isDeaf else { continue }
      for (id, request) in server.requests.sorted(by: { $0.key < $1.key })
      where !request.isAnswered && request.cancellations == 0 {
        world.fail("P6", "request \(id) of process \(process.id) was given up and not cancelled")
      }
    }
  }

  /// Repeats at an endpoint stay within its budget.
  static func repeats(_ world: World) {
    for (endpoint, times) in world.ledger.repeats().sorted(by: { $0.key < $1.key }) {
      let policy = world.plan.endpoints[endpoint].configuration.policy.retry
      let successes = world.ledger.successes[endpoint] ?? []
      for (first, start) in times.enumerated() {
        for (last, end) in times.enumerated() where last >= first {
          // Written and not yet read when the span began: it may count in it.
          let good = successes.count { $0 >= start + .seconds(-60) && $0 <= end }
          let bound =
            policy.budget + policy.perSuccess * Double(good)
            + policy.perSecond * ((end - start).seconds + 1)
          if Double(last - first + 1) > bound + 0.001 {
            world.fail("P21", "\(last - first + 1) repeats, the budget pays for \(bound)")
          }
        }
      }
    }
  }
}
