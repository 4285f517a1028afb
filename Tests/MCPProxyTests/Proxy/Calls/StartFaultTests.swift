import MCPProxy
import Testing

/// What cannot be started holds nobody up; who joins and leaves is treated like the others.
struct StartFaultTests {
  @Test func `a stand-in that cannot be started holds no call up`() throws {
    try RouterStage.run([
      RouterStage.server("a") {
        $0.fallback = ["b"]; $0.policy.retry.attempts = 1
      },
      RouterStage.server("b") {
        $0.hidden = true; $0.lazy = true; $0.policy.restart.max = 0
      },
    ]) { stage in
      await stage.open()
      stage["b"].launch = .launchFailed("no such program")
      stage.call(7)
      let id = stage.link.id(ofCall: 0)
      stage.link.says(#"{"jsonrpc":"2.0","id":\#(id),"error":{"code":-32603,"message":"x"}}"#)
      await stage.turn()
      #expect(stage["b"].launches == 1)
      #expect(stage.answer(7) != nil)
      await stage.pass(.seconds(10))
      #expect(stage.answer(7) != nil, "after 10 s")
      await stage.pass(.seconds(30))
      #expect(stage.answer(7) != nil, "after 40 s")
      await stage.pass(.seconds(10))
      #expect(stage.answer(7) != nil, "after 50 s")
    }
  }

  @Test func `a call of an unknown tool is not held up by what cannot start`() throws {
    try RouterStage.run([RouterStage.server("a") { $0.policy.restart.max = 0 }]) { stage in
      stage.link.launch = .launchFailed("no such program")
      stage.call(7)
      await stage.pass(.seconds(10))
      #expect(stage.answer(7) != nil, "after 10 s")
      await stage.pass(.seconds(20))
      #expect(stage.answer(7) != nil, "after 30 s")
    }
  }

  @Test func `a list is not held up by what cannot start`() throws {
    try RouterStage.run([RouterStage.server("a") { $0.policy.restart.max = 0 }]) { stage in
      stage.link.launch = .launchFailed("no such program")
      stage.start()
      await stage.pass(.seconds(301))
      stage.list(1)
      #expect(stage.lists(1).count == 1)
    }
  }

  @Test func `who left is stopped with the others`() throws {
    try RouterStage.run([RouterStage.server("a"), RouterStage.server("b")]) { stage in
      await stage.open()
      stage.apply(leaving: [try #require(stage.endpoints["b"])])
      await stage.turn()
      #expect(stage["b"].actions.last == .closeInput, "drained")
      stage.router.onLoop(()) { router, _ in router.stopAll() }
      #expect(stage["b"].actions.last == .closeInput, "stopped")
      stage["a"].exits(.code(0))
      await stage.router.untilStopped()
    }
  }

  @Test func `who joins knows the client`() throws {
    try RouterStage.run([RouterStage.server("a")]) { stage in
      var terms = ClientTerms()
      terms.capabilities = Array(#"{"roots":{}}"#.utf8)
      terms.logLevel = "error"
      terms.isBehind = true
      stage.start()
      stage.router.onLoop(terms) { $0.take($1) }
      stage.apply(joining: [stage.made(RouterStage.server("b"))])
      await stage.turn()
      stage.opens("b")
      let asked = stage["b"].requests("initialize").first?.params?["capabilities"] as? [String: Any]
      #expect(asked?["roots"] != nil)
      #expect(stage["b"].requests("logging/setLevel").count == 1)
      #expect(stage["b"].isHeld)
    }
  }
}
