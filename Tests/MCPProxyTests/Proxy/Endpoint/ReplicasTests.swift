import MCPProxy
import Testing

/// An endpoint with two servers: a call goes to the one that has the least to do.
struct ReplicasTests {
  private static func calls(_ stage: EndpointStage) -> [Int] {
    stage.links.map { $0.requests("tools/call").count }
  }

  @Test func `a call goes where fewer are in flight`() throws {
    try EndpointStage.runTwo { stage in
      for number: UInt64 in 1...4 { stage.call(number) }
      #expect(Self.calls(stage) == [2, 2])
      for call in 0...1 { stage.links[1].answers(call: call) }
      for number: UInt64 in 5...6 { stage.call(number) }
      #expect(Self.calls(stage) == [2, 4])
    }
  }

  @Test func `a call is sent to nobody who is not ready`() throws {
    try EndpointStage.runTwo { stage in
      stage.call(1)
      stage.links[1].happens(.outputEnded)
      for number: UInt64 in 2...3 { stage.call(number) }
      #expect(Self.calls(stage) == [3, 0])
    }
  }

  @Test(arguments: [0, 1])
  func `one dies, the other goes on`(dead: Int) throws {
    try EndpointStage.runTwo { stage in
      stage.call(1)
      stage.call(2)
      await stage.turn()
      stage.links[dead].exits(.code(1))
      let (lost, kept): (UInt64, UInt64) = dead == 0 ? (1, 2) : (2, 1)
      #expect(stage.failure(lost)?.certainty == .unknown)
      #expect(stage.results(kept).isEmpty)
      #expect(stage.call(3) == nil)
      #expect(Self.calls(stage) == (dead == 0 ? [1, 2] : [2, 1]))
      let other = stage.links[1 - dead]
      for call in 0...1 { other.answers(call: call) }
      #expect([kept, 3].allSatisfy { stage.answer($0) != nil })
    }
  }

  @Test func `a call is taken back where it is`() throws {
    try EndpointStage.runTwo { stage in
      stage.call(1)
      stage.call(2)
      stage.cancel(2)
      #expect(stage.cancelled(2) == .unknown)
      #expect(stage.links.map { $0.requests("notifications/cancelled").count } == [0, 1])
    }
  }

  @Test func `both are stopped, and that is told once`() throws {
    try EndpointStage.runTwo { stage in
      stage.stop()
      #expect(stage.links.allSatisfy { $0.actions.last == .closeInput })
      stage.links[0].exits(.code(0))
      #expect(!stage.events.contains("stopped"))
      stage.links[1].exits(.code(0))
      #expect(stage.events.count { $0 == "stopped" } == 1)
    }
  }

  @Test func `both are held and let go`() throws {
    try EndpointStage.runTwo { stage in
      var terms = ClientTerms()
      terms.isBehind = true
      stage.endpoint.onLoop(terms) { $0.take($1) }
      #expect(stage.links.map(\.isHeld) == [true, true])
      terms.isBehind = false
      stage.endpoint.onLoop(terms) { $0.take($1) }
      #expect(stage.links.map(\.isHeld) == [false, false])
    }
  }
}
