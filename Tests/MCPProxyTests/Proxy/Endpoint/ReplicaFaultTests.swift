import MCPProxy
import Testing

/// Two servers of one endpoint: what befalls one does not hurt the other.
struct ReplicaFaultTests {
  @Test func `both are started`() throws {
    try EndpointStage.run(links: 2) { stage in
      stage.demandStart()
      stage.demandStart()
      #expect(stage.links.map(\.launches) == [1, 1])
    }
  }

  @Test func `an answer goes to who asked`() throws {
    try EndpointStage.runTwo { stage in
      stage.links[0].says(#"{"jsonrpc":"2.0","id":"q","method":"roots/list"}"#)
      stage.endpoint.onLoop(Array(#"{"jsonrpc":"2.0","id":"q","result":{}}"#.utf8)) {
        $0.questionAnswered(1, $1)
      }
      #expect(stage.links.map { $0.sent.count { $0.id == #""q""# } } == [1, 0])
    }
  }

  @Test func `a question outlives the other`() throws {
    try EndpointStage.runTwo { stage in
      stage.links[0].says(#"{"jsonrpc":"2.0","id":"q","method":"roots/list"}"#)
      stage.links[1].exits()
      #expect(!stage.events.contains("taken back 1"))
      stage.endpoint.onLoop(Array(#"{"jsonrpc":"2.0","id":"q","result":{}}"#.utf8)) {
        $0.questionAnswered(1, $1)
      }
      #expect(stage.links[0].sent.count { $0.id == #""q""# } == 1)
    }
  }

  @Test func `who waits for a place is not refused because the other crashed`() throws {
    try EndpointStage.runTwo({ $0.policy.concurrency.max = 1 }) { stage in
      stage.call(1)
      stage.call(2)
      stage.call(3) { $0.hasAlternative = true }
      await stage.turn()
      stage.links[1].exits()
      #expect(stage.results(3).isEmpty)
    }
  }

  @Test func `who waits for a place waits its time`() throws {
    try EndpointStage.runTwo({
      $0.policy.concurrency.max = 1; $0.policy.concurrency.wait = .seconds(5)
    }) { stage in
      stage.call(1)
      stage.call(2)
      stage.call(3)
      await stage.turn()
      stage.links[1].exits()
      await stage.pass(.seconds(6))
      #expect(stage.failure(3) != nil)
    }
  }

  @Test func `who waits is let in where there is a place`() throws {
    try EndpointStage.runTwo({ $0.policy.concurrency.max = 1 }) { stage in
      stage.call(1)
      stage.call(2)
      stage.call(3)
      await stage.turn()
      stage.links[1].answers(call: 0)
      #expect(stage.links.map { $0.requests("tools/call").count } == [1, 2])
    }
  }

  @Test func `two in the queue go to two`() throws {
    try EndpointStage.run(
      links: 2,
      {
        $0.policy.restart.max = 1; $0.policy.rateLimit = RateLimitPolicy(calls: 1, burst: 2)
      }
    ) { stage in
      try await stage.openBoth()
      for n: UInt64 in 1...4 { stage.call(n) }
      #expect(stage.links.map { $0.requests("tools/call").count } == [1, 1])
      await stage.pass(.seconds(2))
      #expect(stage.links.map { $0.requests("tools/call").count } == [2, 2])
    }
  }

  @Test func `who does not read is passed by`() throws {
    try EndpointStage.runTwo { stage in
      stage.links[0].isTaking = false
      let long = String(repeating: "x", count: 1 << 20)
      stage.endpoint.onLoop(Array("\"\(long)\"\n".utf8)) { $0.forward($1) }
      #expect(stage.call(7)?.refusal == nil)
    }
  }

  @Test func `an open breaker is passed by`() throws {
    try EndpointStage.runTwo({
      $0.policy.breaker.consecutive = 1; $0.policy.breaker.perTool = false
    }) { stage in
      stage.call(1, within: .seconds(5))
      await stage.pass(.seconds(5))
      await stage.pass(.seconds(5))
      #expect(stage.call(2)?.refusal == nil)
    }
  }
}
