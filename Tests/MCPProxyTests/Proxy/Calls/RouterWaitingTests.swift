import MCPProtocol
import MCPProxy
import Testing

/// What a router does not know yet, what it is told to forget, and what it books.
struct RouterWaitingTests {
  private static let lone = [RouterStage.server("a")]
  private static let two = [RouterStage.server("a"), RouterStage.server("b")]

  // MARK: Unknown tools

  @Test func `a call of an unknown tool waits for the list`() throws {
    try RouterStage.run(Self.lone) { stage in
      stage.call(7)
      #expect(stage.link.launches == 1)
      await stage.turn()
      stage.opens("a")
      stage.link.answers(call: 0)
      #expect(stage.answer(7)?.result != nil)
    }
  }

  @Test func `it waits no longer than until all lists are known`() throws {
    try RouterStage.run(Self.two) { stage in
      stage.call(7, "b__x")
      await stage.turn()
      stage.opens("a")
      #expect(stage.endings(7).isEmpty)
      stage.opens("b")
      #expect(stage.answer(7)?.errorCode == -32602)
      stage.call(8, "b__x")
      #expect(stage.answer(8)?.errorMessage == "Unknown tool: b__x")
    }
  }

  @Test func `it does not wait for ever`() throws {
    try RouterStage.run(Self.two) { stage in
      stage.call(7, "b__t")
      await stage.pass(.seconds(29))
      #expect(stage.endings(7).isEmpty)
      await stage.pass(.seconds(1))
      #expect(
        stage.answer(7)?.errorMessage
          == "Unknown tool: b__t. Not known yet are the tools of \"a\", \"b\", still starting. "
          + "Try again."
      )
    }
  }

  @Test func `an endpoint that cannot start is not waited for`() throws {
    try RouterStage.run(Self.lone) { stage in
      stage.link.launch = .launchFailed("no such program")
      stage.call(7)
      await stage.pass(.seconds(1))
      #expect(stage.answer(7)?.errorCode == -32602)
    }
  }

  // MARK: Lists

  @Test func `a list waits for those that have not said what they offer`() throws {
    try RouterStage.run(Self.two) { stage in
      stage.start()
      await stage.turn()
      stage.list(1)
      stage.opens("a")
      #expect(stage.lists(1).isEmpty)
      stage.opens("b")
      #expect(stage.lists(1) == [["a__t", "a__u", "b__t", "b__u"]])
      stage.list(2)
      #expect(stage.lists(2) == stage.lists(1))
    }
  }

  @Test func `a list waits four seconds, and says what is known by then`() throws {
    try RouterStage.run(Self.two) { stage in
      stage.start()
      await stage.turn()
      stage.opens("a")
      stage.list(1)
      await stage.pass(.milliseconds(3999))
      #expect(stage.lists(1).isEmpty)
      await stage.pass(.milliseconds(1))
      #expect(stage.lists(1) == [["a__t", "a__u"]])
    }
  }

  // MARK: Taking back

  @Test func `a call is taken back from its server`() throws {
    try RouterStage.run(Self.lone) { stage in
      await stage.open()
      stage.call(7)
      stage.cancel(7)
      #expect(stage.wasTakenBack(7))
      #expect(stage.link.requests("notifications/cancelled").count == 1)
      stage.cancel(7)
      stage.link.answers(call: 0)
      #expect(stage.wasTakenBack(7))
    }
  }

  @Test func `a call is taken back between two attempts`() throws {
    try RouterStage.run(Self.lone) { stage in
      await stage.open()
      stage.call(7)
      let id = stage.link.id(ofCall: 0)
      stage.link.says(#"{"jsonrpc":"2.0","id":\#(id),"error":{"code":-32603,"message":"x"}}"#)
      await stage.turn()
      stage.cancel(7)
      await stage.turn()
      #expect(stage.wasTakenBack(7))
      await stage.pass(.seconds(10))
      #expect(stage.link.requests("tools/call").count == 1)
    }
  }

  @Test func `a call of an unknown tool is taken back`() throws {
    try RouterStage.run(Self.lone) { stage in
      stage.call(7)
      stage.cancel(7)
      #expect(stage.wasTakenBack(7))
      await stage.turn()
      stage.opens("a")
      #expect(stage.link.requests("tools/call").isEmpty)
    }
  }

  @Test func `of two requests with one id the later is taken back`() throws {
    try RouterStage.run(Self.two) { stage in
      stage.start()
      await stage.turn()
      stage.opens("a")
      stage.call(7)
      stage.list(7)
      stage.cancel(7)
      await stage.turn()
      #expect(stage.lists(7) == [nil])
      #expect(stage.endings(7).isEmpty)
      stage.cancel(7)
      #expect(stage.wasTakenBack(7))
    }
  }

  @Test func `a caller takes back its own only`() throws {
    try RouterStage.run(Self.lone) { stage in
      await stage.open()
      stage.call(7)
      let other = ScriptedCaller(stage.stage.loop)
      stage.router.onLoop((RequestID("7"), other)) { $0.cancel($1.0, of: $1.1, reason: nil) }
      stage.router.onLoop(other) { $0.cancelAll(of: $1) }
      #expect(stage.endings(7).isEmpty)
      stage.link.answers(call: 0)
      #expect(stage.answer(7)?.result != nil)
    }
  }

  // MARK: Progress

  @Test func `reports come at a bearable pace, the last one before the answer`() throws {
    try RouterStage.run(Self.lone) { stage in
      await stage.open()
      stage.call(7)
      let id = stage.link.id(ofCall: 0)
      for progress in [1, 2, 3, 2] {
        stage.link.says(
          #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":\#(id),"#
            + #""progress":\#(progress)}}"#
        )
      }
      stage.link.answers(call: 0)
      #expect(stage.notices.suffix(3) == ["progress 1", "progress 3", "ended 7"])
    }
  }

  // MARK: Books

  @Test func `each call has its line in the books`() throws {
    try RouterStage.run(Self.lone) { stage in
      await stage.open()
      stage.call(7)
      await stage.pass(.milliseconds(30))
      stage.link.answers(call: 0)
      stage.call(8)
      stage.cancel(8)
      stage.call(9, "x")
      stage.call(10)
      await stage.pass(.seconds(50))
      let usage = await stage.usage()
      let status = usage.map { $0["status"] as? String }
      #expect(status == ["ok", "cancelled", "rpc_error", "timeout"])
      #expect(usage.map { $0["tool"] as? String } == ["t", "t", "x", "t"])
    }
  }

  @Test func `attempts of one call are one line`() throws {
    try RouterStage.run(Self.lone) { stage in
      await stage.open()
      stage.call(7)
      let id = stage.link.id(ofCall: 0)
      stage.link.says(#"{"jsonrpc":"2.0","id":\#(id),"error":{"code":-32603,"message":"x"}}"#)
      await stage.pass(.milliseconds(150))
      stage.link.answers(call: 1)
      let usage = await stage.usage()
      #expect(usage.count == 1)
      #expect((usage.first?["attempts"] as? [Any])?.count == 2)
    }
  }
}
