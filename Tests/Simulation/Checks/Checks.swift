/// All properties that must always hold, looked at after each turn of the loop.
final class Checks {
  private let plan: Plan
  let replies = RepliesCheck()
  /// Attempts that timed out or lost their process, by endpoint.
  var trouble: [String: Int] = [:]
  private let limits = LimitsCheck()
  private var nextLook = Instant.zero

  init(_ plan: Plan) {
    self.plan = plan
  }

  func turnEnded(_ world: World, _ next: Snapshot, _ last: Snapshot?) {
    let (problem, goals) = Witness.collect()
    goals.forEach(world.goals.saw)
    if let problem { world.fail(problem.property, problem.text) }
    if let problem = next.problem { world.fail("invariant", problem) }
    replies.turnEnded(world, next, last)
    limits.turnEnded(world, next, last)
    world.books.turnEnded(world, next, last)
  }

  func isTimeToLook(_ now: Instant) -> Bool { now >= nextLook }

  /// What need not be looked at so often: time limits of what is open.
  func look(_ world: World) {
    nextLook = world.now + .milliseconds(500)
    replies.findOverdue(world)
    replies.findStalled(world)
  }

  /// Requests that were read and have no answer, cancelled ones left out.
  func openRequests(_ client: SimulatedClient) -> Int {
    client.calls.values.count { $0.read != nil && $0.answers == 0 && !$0.isCancelled }
  }
}
