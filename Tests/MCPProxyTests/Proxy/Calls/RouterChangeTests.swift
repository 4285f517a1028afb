import MCPProxy
import Testing

/// Endpoints join and leave while calls go on, and all of them end.
struct RouterChangeTests {
  private static let lone = [RouterStage.server("a")]

  // MARK: Joining and leaving

  @Test func `who joins is called once its list is known`() throws {
    try RouterStage.run(Self.lone) { stage in
      await stage.open()
      stage.apply(joining: [stage.made(RouterStage.server("b"))])
      #expect(stage["b"].launches == 1)
      stage.list(1)
      #expect(stage.lists(1).isEmpty)
      stage.call(7, "b__t")
      stage.call(8)
      stage.link.answers(call: 0)
      #expect(stage.answer(8)?.result != nil)
      await stage.turn()
      stage.opens("b")
      #expect(stage.notices.last == "list")
      #expect(stage.lists(1) == [["a__t", "a__u", "b__t", "b__u"]])
      stage["b"].answers(call: 0)
      #expect(stage.answer(7)?.result != nil)
    }
  }

  @Test func `who joins before anything is started waits like the others`() throws {
    try RouterStage.run(Self.lone) { stage in
      stage.apply(joining: [stage.made(RouterStage.server("b"))])
      #expect(stage["b"].launches == 0)
      await stage.open()
      stage.list(1)
      #expect(stage.lists(1).first??.count == 4)
    }
  }

  @Test func `who leaves gets no new calls, and answers the old ones`() throws {
    try RouterStage.run(Self.lone + [RouterStage.server("b")]) { stage in
      await stage.open()
      stage.call(7, "b__t")
      let leaving = try #require(stage.endpoints["b"])
      stage.apply(leaving: [leaving])
      #expect(stage.notices.last == "list")
      stage.list(1)
      #expect(stage.lists(1) == [["a__t", "a__u"]])
      stage.call(8, "b__t")
      #expect(stage.answer(8)?.errorCode == -32602)
      stage["b"].answers(call: 0)
      #expect(stage.answer(7)?.result != nil)
    }
  }

  @Test func `a list that waited for who leaves waits no longer`() throws {
    try RouterStage.run(Self.lone + [RouterStage.server("b")]) { stage in
      stage.start()
      await stage.turn()
      stage.opens("a")
      stage.list(1)
      stage.call(7, "b__t")
      let leaving = try #require(stage.endpoints["b"])
      stage.apply(leaving: [leaving])
      #expect(stage.lists(1) == [["a__t", "a__u"]])
      #expect(stage.answer(7)?.errorCode == -32602)
    }
  }

  @Test func `what a gone endpoint lists is nobody's`() throws {
    try RouterStage.run(Self.lone + [RouterStage.server("b")]) { stage in
      await stage.open()
      let leaving = try #require(stage.endpoints["b"])
      stage.apply(leaving: [leaving])
      stage["b"].says(#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#)
      await stage.pass(.milliseconds(200))
      stage["b"].answers("tools/list", #"{"tools":[{"name":"v","inputSchema":{}}]}"#)
      stage.list(1)
      #expect(stage.lists(1) == [["a__t", "a__u"]])
    }
  }

  // MARK: The end

  @Test func `nobody waits any more when the router ends`() throws {
    try RouterStage.run(Self.lone) { stage in
      stage.start()
      stage.list(1)
      stage.call(7)
      stage.router.onLoop(()) { router, _ in router.end() }
      #expect(stage.lists(1) == [[]])
      #expect(stage.answer(7)?.errorCode == -32602)
    }
  }

  @Test func `a call in flight ends as it would`() throws {
    try RouterStage.run(Self.lone) { stage in
      await stage.open()
      stage.call(7)
      stage.router.onLoop(()) { router, _ in router.end() }
      #expect(stage.endings(7).isEmpty)
      stage.link.answers(call: 0)
      #expect(stage.answer(7)?.result != nil)
    }
  }

  @Test func `all endpoints are stopped`() throws {
    try RouterStage.run(Self.lone + [RouterStage.server("b")]) { stage in
      await stage.open()
      stage.router.onLoop(()) { router, _ in router.stopAll() }
      #expect(["a", "b"].allSatisfy { stage[$0].actions.last == .closeInput })
      for name in ["a", "b"] { stage[name].exits(.code(0)) }
      await stage.router.untilStopped()
    }
  }
}
