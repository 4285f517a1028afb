import MCPProxy
import Testing

/// Nothing is read for a client that is behind, and nobody is blamed for it.
struct HoldingTests {
  private static func behind(_ isBehind: Bool, _ stage: EndpointStage) {
    var terms = ClientTerms()
    terms.isBehind = isBehind
    stage.endpoint.onLoop(terms) { $0.take($1) }
  }

  /// A server whose breaker opens at the first silence, and a call that it does not answer.
  private static func runTouchy(
    _ body: @escaping @Sendable (EndpointStage) async throws -> Void
  ) throws {
    try EndpointStage.run({
      $0.policy.breaker.consecutive = 1
      $0.policy.breaker.perTool = false
    }) { stage in
      await stage.open()
      stage.call(7, within: .seconds(5))
      try await body(stage)
    }
  }

  @Test func `a server is not read while the client is behind`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      Self.behind(true, stage)
      #expect(stage.link.isHeld)
      stage.call(7)
      stage.link.answers(call: 0)
      #expect(stage.results(7).isEmpty)
      Self.behind(false, stage)
      stage.link.letRead()
      #expect(stage.answer(7) != nil)
    }
  }

  @Test func `a server that starts is read all the same`() throws {
    try EndpointStage.run { stage in
      Self.behind(true, stage)
      stage.call(7)
      await stage.turn()
      stage.link.answers("initialize", EndpointStage.welcome())
      #expect(!stage.link.isHeld)
      stage.link.answers("tools/list", EndpointStage.tools)
      #expect(stage.link.isHeld)
      stage.link.saysUnread(StagedProxy.result(stage.link.id(ofCall: 0)))
      stage.link.exits(.code(0))
      // What it said before its end is read for whoever waits.
      #expect(stage.results(7).count == 1)
      #expect(!stage.link.isHeld)
    }
  }

  @Test func `a silence says nothing of a server that is not read`() throws {
    try EndpointStage.run({ $0.policy.breaker.consecutive = 1 }) { stage in
      await stage.open()
      stage.call(7, within: .seconds(5))
      Self.behind(true, stage)
      await stage.pass(.seconds(5))
      #expect(stage.failure(7)?.loss == .timedOut)
      #expect(stage.failure(7)?.breaker == .closed)
      #expect(stage.link.requests("ping").isEmpty)
      Self.behind(false, stage)
      #expect(stage.call(8) == nil)
    }
  }

  @Test func `a ping that is held up opens no breaker`() throws {
    try Self.runTouchy { stage in
      await stage.pass(.seconds(5))
      #expect(stage.link.requests("ping").count == 1)
      Self.behind(true, stage)
      await stage.pass(.seconds(6))
      Self.behind(false, stage)
      #expect(stage.call(8) == nil)
    }
  }

  @Test func `a probe that is held up for the client's sake is no failure`() throws {
    try Self.runTouchy { stage in
      await stage.pass(.seconds(5))
      await stage.pass(.seconds(5))
      await stage.pass(.seconds(30))
      #expect(stage.link.requests("ping").count == 2)
      Self.behind(true, stage)
      let ping = stage.link.requests("ping").last?.id ?? ""
      stage.link.saysUnread(#"{"jsonrpc":"2.0","id":\#(ping),"result":{}}"#)
      await stage.pass(.seconds(6))
      Self.behind(false, stage)
      stage.link.letRead()
      await stage.turn()
      #expect(stage.call(8)?.refusal == nil)
    }
  }

  @Test func `who is not read is asked nothing by a breaker`() throws {
    try Self.runTouchy { stage in
      await stage.pass(.seconds(10))
      let pings = stage.link.requests("ping").count
      Self.behind(true, stage)
      await stage.pass(.minutes(2))
      #expect(stage.link.requests("ping").count == pings)
      Self.behind(false, stage)
      #expect(stage.call(8)?.refusal == nil)
    }
  }
}
