import MCPProxy
import Testing

/// The way of a call through a router: to its endpoint, once more, elsewhere, to its one end.
struct RouterCallTests {
  private static let internalError = #","error":{"code":-32603,"message":"x"}}"#

  private static func fails(_ link: ScriptedLink, call place: Int) {
    link.says(#"{"jsonrpc":"2.0","id":\#(link.id(ofCall: place))\#(internalError)"#)
  }

  private static let lone = [RouterStage.server("a")]
  /// The second stands in for the first.
  private static let pair = [
    RouterStage.server("a") { $0.fallback = ["b"] }, RouterStage.server("b") { $0.hidden = true },
  ]

  // MARK: One step

  @Test func `an answer is given in the step that brings it`() throws {
    try RouterStage.run(Self.lone) { stage in
      await stage.open()
      let jobs = stage.stage.loop.enqueuedJobs
      stage.call(7)
      stage.link.answers(call: 0, #"{"content":[],"x":1}"#)
      #expect(stage.answer(7)?.text == #"{"jsonrpc":"2.0","id":7,"result":{"content":[],"x":1}}"#)
      #expect(stage.stage.loop.enqueuedJobs == jobs)
    }
  }

  @Test func `what went wrong with a tool is an answer`() throws {
    try RouterStage.run(Self.lone) { stage in
      await stage.open()
      stage.call(7)
      stage.link.answers(call: 0, #"{"content":[],"isError":true}"#)
      #expect(stage.answer(7)?.isError == true)
      stage.call(8)
      let id = stage.link.id(ofCall: 1)
      stage.link.says(#"{"jsonrpc":"2.0","id":\#(id),"error":{"code":-32602,"message":"no"}}"#)
      #expect(stage.answer(8)?.errorCode == -32602)
    }
  }

  @Test func `arguments that are no object go nowhere`() throws {
    try RouterStage.run(Self.lone) { stage in
      await stage.open()
      let line = Array(
        (#"{"jsonrpc":"2.0","id":7,"method":"tools/call","#
          + #""params":{"name":"a__t","arguments":[]}}"#).utf8
      )
      stage.router.onLoop((Request(line), stage.caller)) { $0.begin($1.0, of: $1.1, batch: nil) }
      #expect(stage.answer(7)?.errorCode == -32602)
      #expect(stage.link.requests("tools/call").isEmpty)
    }
  }

  // MARK: Once more

  @Test func `a safe call is tried again after a while`() throws {
    try RouterStage.run(Self.lone) { stage in
      await stage.open()
      stage.call(7)
      Self.fails(stage.link, call: 0)
      await stage.turn()
      #expect(stage.link.requests("tools/call").count == 1)
      await stage.pass(.milliseconds(150))
      #expect(stage.link.requests("tools/call").count == 2)
      stage.link.answers(call: 1)
      await stage.turn()
      #expect(stage.answer(7)?.result != nil)
    }
  }

  @Test func `a call is tried no more often than it may, and the server's word counts`() throws {
    try RouterStage.run(Self.lone) { stage in
      await stage.open()
      stage.call(7)
      for attempt in 0...2 {
        Self.fails(stage.link, call: attempt)
        await stage.pass(.seconds(2))
      }
      #expect(stage.link.requests("tools/call").count == 3)
      #expect(stage.answer(7)?.errorCode == -32603)
    }
  }

  @Test func `a call that may do harm is not tried again`() throws {
    try RouterStage.run(Self.pair) { stage in
      await stage.open()
      stage.call(7, "a__u")
      Self.fails(stage.link, call: 0)
      #expect(stage.answer(7)?.errorCode == -32603)
      stage.call(8, "a__u")
      await stage.turn()
      stage.link.exits()
      await stage.pass(.seconds(10))
      #expect(stage.answer(8)?.reason == "server_died")
      #expect(stage.answer(8)?.failure?["executed"] as? String == "unknown")
      #expect(stage.link.requests("tools/call").count == 2)
      #expect(stage["b"].requests("tools/call").isEmpty)
    }
  }

  @Test func `a call that may do harm goes elsewhere if it was not sent`() throws {
    try RouterStage.run(Self.pair) { stage in
      await stage.open()
      stage.link.isTaking = false
      stage.call(7, "a__u")
      await stage.turn()
      stage.link.exits()
      await stage.turn()
      #expect(stage["b"].requests("tools/call").count == 1)
      stage["b"].answers(call: 0)
      await stage.turn()
      #expect(stage.answer(7)?.meta?["mcp-proxy/servedBy"] as? String == "b")
    }
  }

  @Test func `a safe call survives its server`() throws {
    try RouterStage.run(Self.lone) { stage in
      await stage.open()
      stage.call(7)
      await stage.turn()
      stage.link.exits()
      await stage.pass(.seconds(1))
      stage.opens("a")
      await stage.turn()
      stage.link.answers(call: 1)
      await stage.turn()
      #expect(stage.answer(7)?.result != nil)
      #expect(stage.link.launches == 2)
    }
  }

  // MARK: Elsewhere

  @Test func `another answers in its place, and that is said`() throws {
    try RouterStage.run(Self.pair) { stage in
      await stage.open()
      stage.call(7)
      Self.fails(stage.link, call: 0)
      await stage.turn()
      stage["b"].answers(call: 0)
      await stage.turn()
      #expect(stage.answer(7)?.meta?["mcp-proxy/servedBy"] as? String == "b")
      #expect(stage.link.requests("tools/call").count == 1)
    }
  }

  @Test func `who takes other arguments does not stand in`() throws {
    try RouterStage.run(Self.pair) { stage in
      stage.start()
      await stage.turn()
      stage.opens("a")
      stage.opens("b", #"{"tools":[{"name":"t","inputSchema":{"type":"object","x":1}}]}"#)
      stage.call(7)
      await stage.turn()
      stage.link.exits()
      await stage.turn()
      #expect(stage["b"].requests("tools/call").isEmpty)
      await stage.pass(.seconds(1))
      stage.opens("a")
      await stage.turn()
      stage.link.answers(call: 1)
      await stage.turn()
      #expect(stage.answer(7)?.result != nil)
    }
  }

  @Test func `a stand-in that was never started is, and is waited for`() throws {
    try RouterStage.run([
      Self.pair[0],
      RouterStage.server("b") {
        $0.hidden = true
        $0.lazy = true
      },
    ]) { stage in
      await stage.open()
      #expect(stage["b"].launches == 0)
      stage.call(7)
      Self.fails(stage.link, call: 0)
      await stage.turn()
      #expect(stage["b"].launches == 1)
      stage.opens("b")
      await stage.turn()
      stage["b"].answers(call: 0)
      await stage.turn()
      #expect(stage.answer(7)?.meta?["mcp-proxy/servedBy"] as? String == "b")
    }
  }

  @Test func `a slow endpoint leaves its stand-in time`() throws {
    try RouterStage.run(Self.pair) { stage in
      await stage.open()
      stage.call(7)
      await stage.pass(.seconds(25))
      #expect(stage["b"].requests("tools/call").count == 1)
      stage["b"].answers(call: 0)
      await stage.turn()
      #expect(stage.answer(7)?.result != nil)
    }
  }

  @Test func `when nobody answers, the first endpoint's reason is told`() throws {
    try RouterStage.run(Self.pair) { stage in
      await stage.open()
      stage.call(7)
      await stage.pass(.seconds(25))
      await stage.pass(.seconds(25))
      #expect(stage.answer(7)?.reason == "timeout")
      #expect(stage.answer(7)?.failure?["endpoint"] as? String == "a")
    }
  }
}
