import MCPProxy
import Testing

/// A session from its servers' questions to its end: what it waits for, and what it gives up.
struct SessionLifeTests {
  private static let lone = [RouterStage.server("a")]
  private static let question = #"{"jsonrpc":"2.0","id":"q","method":"roots/list"}"#
  private static let listChanged = #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#

  // MARK: Questions

  @Test func `a question is asked under an id of our own, and answered under the server's`() throws
  {
    try SessionStage.run(Self.lone) { stage in
      await stage.serve()
      stage.link.says(Self.question)
      await stage.turn()
      #expect(stage.news.map(\.text) == [#"{"jsonrpc":"2.0","id":1,"method":"roots/list"}"#])
      await stage.says(#"{"jsonrpc":"2.0","id":1,"result":{"roots":[]}}"#)
      #expect(stage.link.sent.last?.text == #"{"jsonrpc":"2.0","id":"q","result":{"roots":[]}}"#)
      let sent = stage.link.sent.count
      await stage.says(#"{"jsonrpc":"2.0","id":1,"result":{"roots":[]}}"#)
      #expect(stage.link.sent.count == sent)
      #expect(stage.news.isEmpty)
    }
  }

  @Test func `a question that comes early is asked when the client is ready`() throws {
    try SessionStage.run(Self.lone) { stage in
      await stage.says(SessionStage.initialize("2025-11-25", #"{"roots":{}}"#))
      stage.routing.opens("a")
      stage.link.says(Self.question)
      await stage.turn()
      #expect(stage.news.map(\.id) == [#""i""#])
      await stage.says(StagedProxy.initialized)
      #expect(stage.news.map(\.method) == ["roots/list"])
    }
  }

  @Test func `a client is not asked what it cannot answer`() throws {
    try SessionStage.run(Self.lone) { stage in
      await stage.serve()
      stage.link.says(#"{"jsonrpc":"2.0","id":"q","method":"elicitation/create"}"#)
      await stage.turn()
      #expect(stage.news.isEmpty)
      #expect(stage.link.sent.last?.errorCode == -32602)
    }
  }

  @Test(arguments: [
    (#"{"jsonrpc":"2.0","id":1,"result":}"#, "not valid JSON"),
    (#"{"jsonrpc":"2.0","id":1,"result":{},"error":{}}"#, ""),
  ])
  func `an answer that is no good ends its question`(line: String, problem: String) throws {
    try SessionStage.run(Self.lone) { stage in
      await stage.serve()
      stage.link.says(Self.question)
      await stage.turn()
      _ = stage.news
      await stage.says(line)
      #expect(stage.news.isEmpty)
      #expect(stage.link.sent.last?.id == #""q""#)
      #expect(stage.link.sent.last?.errorMessage?.contains(problem) != false)
    }
  }

  @Test func `a client that has closed its side is asked nothing`() throws {
    try SessionStage.run(Self.lone) { stage in
      await stage.serve()
      await stage.says(SessionStage.call(7))
      stage.link.says(Self.question)
      await stage.closes()
      #expect(stage.link.sent.last?.id == #""q""#)
      #expect(stage.link.sent.last?.errorMessage == "The client has closed its side")
      stage.link.says(Self.question)
      #expect(stage.link.sent.count { $0.id == #""q""# } == 2)
      #expect(!stage.isOver)
    }
  }

  // MARK: Lists that change

  @Test func `a client is told once of changes that come together`() throws {
    try SessionStage.run([RouterStage.server("a"), RouterStage.server("b")]) { stage in
      await stage.serve()
      await stage.says(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#)
      #expect(stage.news.map(\.toolNames) == [["a__t", "a__u", "b__t", "b__u"]])
      for name in ["a", "b"] {
        stage.routing[name].says(Self.listChanged)
        await stage.pass(.milliseconds(100))
      }
      for name in ["a", "b"] {
        await stage.pass(.milliseconds(100))
        stage.routing[name].answers(
          "tools/list",
          #"{"tools":[{"name":"v","inputSchema":{"type":"object"}}]}"#
        )
      }
      #expect(stage.news.isEmpty)
      await stage.pass(.milliseconds(200))
      #expect(stage.news.map(\.method) == ["notifications/tools/list_changed"])
      await stage.pass(.seconds(10))
      #expect(stage.news.isEmpty)
    }
  }

  // MARK: The end

  @Test func `a session ends with its input when nothing is open`() throws {
    try SessionStage.run { stage in
      await stage.opens()
      #expect(!stage.isOver)
      await stage.closes()
      #expect(stage.isOver)
    }
  }

  @Test func `a call in flight is answered after the end of the input`() throws {
    try SessionStage.run(Self.lone) { stage in
      await stage.serve()
      await stage.says(SessionStage.call(7))
      await stage.closes()
      #expect(!stage.isOver)
      stage.link.answers(call: 0)
      await stage.turn()
      #expect(stage.news.map(\.id) == ["7"])
      #expect(stage.isOver)
    }
  }

  @Test func `a last line needs no end`() throws {
    try SessionStage.run { stage in
      let line = Array(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#.utf8)
      stage.script { state in
        state.input[SessionStage.input, default: []] += line
        state.reads[SessionStage.input] = [.bytes(line.count)]
      }
      await stage.turn()
      #expect(stage.news.isEmpty)
      await stage.closes()
      #expect(stage.news.map(\.id) == ["1"])
    }
  }

  @Test func `who hears nothing any more has its calls taken back`() throws {
    try SessionStage.run(Self.lone) { stage in
      await stage.serve()
      await stage.says(SessionStage.call(7))
      stage.script { $0.writes[SessionStage.output] = [.failed(SystemError("write", 32))] }
      await stage.says(#"{"jsonrpc":"2.0","id":8,"method":"ping"}"#)
      #expect(stage.link.requests("notifications/cancelled").count == 1)
      #expect(stage.isOver)
      #expect(!stage.session.onLoop(()) { session, _ in session.hasFailed })
    }
  }

  @Test func `a disk that is full is a failure`() throws {
    try SessionStage.run { stage in
      stage.script { $0.writes[SessionStage.output] = [.failed(SystemError("write", 28))] }
      await stage.says(#"{"jsonrpc":"2.0","id":8,"method":"ping"}"#)
      #expect(stage.isOver)
      #expect(stage.session.onLoop(()) { session, _ in session.hasFailed })
    }
  }

  // MARK: A client that is behind

  /// Answers of a megabyte that the client does not read, until it is behind.
  private static func clog(_ stage: SessionStage) async {
    stage.script { $0.full = [SessionStage.output] }
    let text = String(repeating: "x", count: 1 << 20)
    for call in 0...3 {
      await stage.says(SessionStage.call(call))
      stage.link.answers(call: call, #"{"content":[],"x":"\#(text)"}"#)
      await stage.turn()
    }
  }

  @Test func `nothing is read of a client that is behind, nor for it`() throws {
    try SessionStage.run(Self.lone) { stage in
      await stage.serve()
      await Self.clog(stage)
      #expect(stage.link.isHeld)
      await stage.says(SessionStage.call(9))
      #expect(stage.link.requests("tools/call").count == 4)
      stage.script { $0.full = [] }
      await stage.turn()
      await stage.turn()
      #expect(!stage.link.isHeld)
      #expect(stage.link.requests("tools/call").count == 5)
      #expect(stage.lines == 4)
    }
  }

  @Test func `what may be lost is lost first`() throws {
    try SessionStage.run(Self.lone) { stage in
      await stage.serve()
      await Self.clog(stage)
      let message =
        #"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":1}}"#
      stage.link.saysUnread(message)
      stage.link.exits(.code(0))
      stage.script { $0.full = [] }
      await stage.turn()
      await stage.turn()
      #expect(stage.lines == 4)
    }
  }

  @Test func `a client that has gone and reads nothing has a second`() throws {
    try SessionStage.run(Self.lone) { stage in
      await stage.serve()
      await Self.clog(stage)
      stage.script { $0.hungUp = [SessionStage.input] }
      await stage.pass(.milliseconds(999))
      #expect(!stage.isOver)
      await stage.pass(.milliseconds(1))
      #expect(stage.isOver)
    }
  }

  @Test func `a client that has gone and reads everything ends its session`() throws {
    try SessionStage.run(Self.lone) { stage in
      await stage.serve()
      await Self.clog(stage)
      stage.script { $0.hungUp = [SessionStage.input] }
      await stage.pass(.milliseconds(500))
      stage.script { $0.full = [] }
      await stage.turn()
      await stage.turn()
      #expect(stage.lines == 4)
      #expect(stage.isOver)
    }
  }

  @Test func `a client that has gone and reads on has a second more`() throws {
    try SessionStage.run(Self.lone) { stage in
      await stage.serve()
      await Self.clog(stage)
      stage.script { $0.hungUp = [SessionStage.input] }
      await stage.pass(.milliseconds(500))
      stage.script { $0.writes[SessionStage.output] = [.bytes(1000)] }
      stage.session.deliver(.turnEnded)
      await stage.pass(.milliseconds(600))
      #expect(!stage.isOver)
      await stage.pass(.seconds(1))
      #expect(stage.isOver)
    }
  }
}
