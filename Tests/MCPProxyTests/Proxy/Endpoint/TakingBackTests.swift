import MCPProxy
import Testing

/// A call is taken back wherever it is, and ends once.
struct TakingBackTests {
  @Test func `a call that waits for a server was not sent`() throws {
    try EndpointStage.run { stage in
      stage.call(7)
      await stage.turn()
      stage.cancel(7)
      #expect(stage.cancelled(7) == .notSent)
      stage.opens(stage.link)
      #expect(stage.link.requests("tools/call").isEmpty)
      #expect(stage.link.requests("notifications/cancelled").isEmpty)
    }
  }

  @Test func `a call that waits for a place lets the next one have its turn`() throws {
    try EndpointStage.run({ $0.policy.concurrency.max = 1 }) { stage in
      await stage.open()
      for number: UInt64 in [7, 8, 9] { stage.call(number) }
      stage.cancel(8)
      #expect(stage.cancelled(8) == .notSent)
      stage.link.answers(call: 0)
      stage.link.answers(call: 1)
      #expect(stage.answer(9) != nil)
    }
  }

  @Test func `a call that waits for a token takes none`() throws {
    try EndpointStage.run({ $0.policy.rateLimit = RateLimitPolicy(calls: 1, burst: 1) }) { stage in
      await stage.open()
      for number: UInt64 in [7, 8, 9] { stage.call(number) }
      stage.cancel(8)
      #expect(stage.cancelled(8) == .notSent)
      await stage.pass(.seconds(1))
      #expect(stage.link.requests("tools/call").count == 2)
      stage.link.answers(call: 1)
      #expect(stage.answer(9) != nil)
    }
  }

  @Test func `the server is told of a call in flight, with the reason and no answer counts`() throws
  {
    try EndpointStage.run({ $0.policy.concurrency.max = 1 }) { stage in
      await stage.open()
      stage.call(7)
      stage.call(8)
      stage.cancel(7, reason: #""changed my mind""#)
      #expect(stage.cancelled(7) == .unknown)
      let told = stage.link.requests("notifications/cancelled")
      #expect(told.map { $0.params?["requestId"] as? Int } == [stage.link.id(ofCall: 0)])
      #expect(told.first?.params?["reason"] as? String == "changed my mind")
      // Its place is free.
      #expect(stage.link.requests("tools/call").count == 2)
      stage.link.answers(call: 0)
      #expect(stage.results(7).count == 1)
    }
  }

  @Test func `what has ended cannot be taken back`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.call(7)
      stage.link.answers(call: 0)
      stage.cancel(7)
      stage.cancel(99)
      #expect(stage.answer(7) != nil)
      #expect(stage.link.requests("notifications/cancelled").isEmpty)
    }
  }
}
