/// What must be true once the proxy has ended.
enum FinalCheck {
  static func look(_ world: World) {
    guard world.violation == nil else { return }
    clientHasEnded(world)
    nothingRuns(world)
    everythingIsAnswered(world)
    LimitsCheck.repeats(world)
    world.books.check(world)
    failuresHaveCauses(world)
  }

  /// The proxy goes when its client has, and has read all it was sent, or says why it cannot.
  private static func clientHasEnded(_ world: World) {
    let client = world.client
    if world.phase == .ending || !client.isReading || world.hasGivenUp { return }
    if !client.hasEnded { world.fail("ending", "the proxy has ended and its client has not") }
    let left = client.input.count
    if left > 0 { world.fail("ending", "\(left) bytes of the client were never read") }
  }

  /// Promise: whatever the proxy started has ended with it, or the reaper will see to it.
  private static func nothingRuns(_ world: World) {
    for process in world.processes.values.sorted(by: { $0.id < $1.id })
    where process.endpoint != nil && process.isAlive {
      world.fail("leftovers", "process \(process.id) still runs")
    }
    var logs = 0
    for (number, use) in world.descriptors.sorted(by: { $0.key < $1.key }) {
      switch use {
      case .output, .error: world.fail("descriptors", "descriptor \(number) was never closed")
      case .input(let process) where process.endpoint != nil:
        world.fail("descriptors", "descriptor \(number) was never closed")
      case .log: logs += 1
      default: break
      }
    }
    if logs > 1 { world.fail("descriptors", "\(logs) logs are open") }
  }

  private static func everythingIsAnswered(_ world: World) {
    guard world.client.isReading else { return }
    for request in world.client.calls.values.sorted(by: { $0.k < $1.k })
    where request.read != nil && request.answers == 0 && !request.isCancelled {
      world.fail("P1", "\(request.kind) k=\(request.k) was not answered before the end")
    }
  }

  /// A breaker hears of a failure only where an attempt timed out or lost its process.
  private static func failuresHaveCauses(_ world: World) {
    guard let snapshot = world.snapshot, world.client.isReading, !world.books.linesAreMissing
    else { return }
    for (index, view) in snapshot.endpoints.enumerated() {
      let name = world.plan.endpoints[index].configuration.name
      let causes = world.checks.trouble[name] ?? 0
      if view.failures > causes {
        world.fail("P12", "\(view.failures) failures told to \(name)'s breaker, \(causes) seen")
      }
    }
  }
}
