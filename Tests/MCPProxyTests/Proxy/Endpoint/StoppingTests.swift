import MCPProxy
import Testing

/// An endpoint ends its servers in good order, and says once when nothing is left.
struct StoppingTests {
  private static func stops(_ stage: EndpointStage) -> Int {
    stage.events.count { $0 == "stopped" }
  }

  @Test func `what never ran has stopped at once`() throws {
    try EndpointStage.run { stage in
      stage.stop()
      #expect(stage.events == ["stopped"])
      #expect(stage.call(7)?.refusal == .shuttingDown)
      #expect(!stage.demandStart())
      stage.stop()
      #expect(Self.stops(stage) == 1)
      #expect(stage.link.actions.isEmpty)
    }
  }

  @Test func `the end of its input is enough for most`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.call(7)
      await stage.turn()
      stage.stop()
      #expect(stage.link.actions.last == .closeInput)
      #expect(stage.call(8)?.refusal == .shuttingDown)
      stage.link.exits(.code(0))
      #expect(stage.failure(7)?.loss == .ended)
      #expect(stage.link.actions.last == .bury(isHurried: true))
      #expect(Self.stops(stage) == 1)
      await stage.pass(.minutes(10))
      #expect(stage.link.launches == 1)
    }
  }

  @Test func `a call can be answered while its server is asked to end`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.call(7)
      stage.stop()
      stage.link.answers(call: 0)
      #expect(stage.answer(7) != nil)
    }
  }

  @Test func `who does not listen is told, then killed, then given up`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.stop()
      await stage.pass(.milliseconds(999))
      #expect(stage.link.actions.last == .closeInput)
      await stage.pass(.milliseconds(1))
      #expect(stage.link.actions.last == .terminate)
      await stage.pass(.milliseconds(500))
      #expect(stage.link.actions.last == .kill)
      #expect(Self.stops(stage) == 0)
      await stage.pass(.milliseconds(200))
      #expect(Self.stops(stage) == 1)
    }
  }

  @Test func `what is left of a group is waited for`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.link.isBuriedAtOnce = false
      stage.stop()
      stage.link.exits(.code(0))
      #expect(Self.stops(stage) == 0)
      stage.link.happens(.buried)
      #expect(Self.stops(stage) == 1)
    }
  }

  @Test func `who waits is told`() throws {
    try EndpointStage.run({ $0.policy.concurrency.max = 1 }) { stage in
      await stage.open()
      stage.call(7)
      stage.call(8)
      stage.stop()
      #expect(stage.failure(8)?.refusal == .shuttingDown)
      #expect(stage.results(7).isEmpty)
    }
  }

  @Test func `a launch that is under way is not forgotten`() throws {
    try EndpointStage.run { stage in
      stage.link.launch = nil
      stage.call(7)
      stage.stop()
      #expect(stage.failure(7)?.refusal == .shuttingDown)
      #expect(Self.stops(stage) == 0)
      stage.link.happens(.launched)
      #expect(stage.link.actions.last == .closeInput)
      stage.link.exits(.code(0))
      #expect(Self.stops(stage) == 1)
    }
  }

  @Test(arguments: [LinkEvent.launchable, .launchFailed("no such program")])
  func `a launch that comes to nothing is the end`(event: LinkEvent) throws {
    try EndpointStage.run { stage in
      stage.link.launch = nil
      stage.demandStart()
      stage.stop()
      stage.link.happens(event)
      #expect(Self.stops(stage) == 1)
      #expect(stage.link.launches == 1)
    }
  }

  @Test func `who is between two processes starts none`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.link.exits(.code(1))
      stage.stop()
      #expect(Self.stops(stage) == 1)
      await stage.pass(.minutes(10))
      #expect(stage.link.launches == 1)
    }
  }

  @Test func `asked twice, it does not wait`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.stop()
      stage.endpoint.onLoop(()) { endpoint, _ in endpoint.kill() }
      #expect(stage.link.wasAbandoned)
    }
  }
}
