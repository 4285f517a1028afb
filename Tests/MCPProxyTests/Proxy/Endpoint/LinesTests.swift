import MCPProxy
import Testing

/// What an endpoint makes of a server's lines: answers, arrays of them, nonsense.
struct LinesTests {
  private static func answer(_ id: Int, _ more: String = "") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"result":{"content":[]\#(more)}}"#
  }

  /// Two calls, 7 and 8, are in flight under the ids 3 and 4.
  private static func run(
    _ version: String = "2025-11-25",
    _ body: @escaping @Sendable (EndpointStage) async throws -> Void
  ) throws {
    try EndpointStage.run { stage in
      stage.demandStart()
      await stage.turn()
      stage.opens(stage.link, version)
      stage.call(7)
      stage.call(8)
      await stage.turn()
      #expect([0, 1].map(stage.link.id) == [3, 4])
      try await body(stage)
    }
  }

  // MARK: Arrays

  @Test func `an array is taken message by message`() throws {
    try Self.run("2025-03-26") { stage in
      stage.link.says("[\(Self.answer(4)), \(Self.answer(3))]")
      #expect(stage.events.suffix(2) == ["ended 8", "ended 7"])
      #expect([7, 8].allSatisfy { stage.answer($0) != nil })
    }
  }

  @Test func `what an array says after its server is ended is not heard`() throws {
    try Self.run("2025-03-26") { stage in
      let junk = [String](repeating: "1", count: 20).joined(separator: ",")
      stage.link.says("[\(Self.answer(3)),\(junk),\(Self.answer(4))]")
      #expect(stage.answer(7) != nil)
      #expect(stage.results(8).isEmpty)
      #expect(stage.link.actions.contains(.kill))
    }
  }

  @Test(arguments: ["2024-11-05", "2025-06-18", "2025-11-25"])
  func `only one revision has arrays`(version: String) throws {
    try Self.run(version) { stage in
      stage.link.says("[\(Self.answer(3))]")
      #expect(stage.results(7).isEmpty)
    }
  }

  // MARK: Nonsense

  @Test(arguments: [
    #"{"jsonrpc":"2.0","id":3}"#,
    #"{"jsonrpc":"2.0","id":3,"result":{},"error":{"code":1,"message":"x"}}"#,
    #"{"jsonrpc":"2.0","id":3,"result":{"content":[}}"#,
  ])
  func `an answer that is no good ends its call, and no other`(line: String) throws {
    try Self.run { stage in
      stage.link.says(line)
      guard case .invalidAnswer? = stage.failure(7)?.loss else {
        return #expect(Bool(false), "\(stage.results(7))")
      }
      #expect(stage.failure(7)?.certainty == .unknown)
      #expect(stage.results(8).isEmpty)
    }
  }

  @Test func `an answer without an end may have been cut`() throws {
    try Self.run { stage in
      let cut = Array(#"{"jsonrpc":"2.0","id":3,"result":{"content":["#.utf8)
      stage.link.comes(.last(cut, cut.indices))
      #expect(stage.results(7).isEmpty)
      let whole = Array(Self.answer(4).utf8)
      stage.link.comes(.last(whole, whole.indices))
      #expect(stage.answer(8) != nil)
    }
  }

  @Test func `an answer that is too long ends its call as one that ran`() throws {
    try Self.run { stage in
      let head = Array(#"{"jsonrpc":"2.0","id":3,"result":{"x":"xxx"#.utf8)
      stage.link.comes(.oversize(head: head, tail: Array(#"xxx"}}"#.utf8)))
      #expect(stage.failure(7)?.loss == .tooLarge(limit: 8 << 10))
      #expect(stage.failure(7)?.certainty == .answered)
      #expect(stage.results(8).isEmpty)
    }
  }

  @Test(arguments: ["3.0", "\"3\"", "-3", "5", "18446744073709551619", "null", "3e0"])
  func `an answer to nobody is nobody's`(id: String) throws {
    try Self.run { stage in
      stage.link.says(#"{"jsonrpc":"2.0","id":\#(id),"result":{"content":[]}}"#)
      #expect([7, 8].allSatisfy { stage.results($0).isEmpty })
      #expect(!stage.link.actions.contains(.kill))
    }
  }

  @Test func `twenty lines in a row that are no messages end a server`() throws {
    try Self.run { stage in
      for _ in 1...19 { stage.link.says("Listening on port 8080") }
      #expect(!stage.link.actions.contains(.kill))
      stage.link.says("Listening on port 8080")
      #expect(stage.link.actions.suffix(2) == [.kill, .stopReading])
      stage.link.exits(.signal(9))
      guard case .died(let how, _)? = stage.failure(7)?.loss else {
        return #expect(Bool(false), "its calls are lost")
      }
      #expect(how == "wrote 20 lines in a row that are no messages")
    }
  }

  @Test func `what a server writes instead of starting is kept as its last words`() throws {
    try EndpointStage.run { stage in
      stage.demandStart()
      stage.link.says("Usage: server FILE")
      #expect(stage.link.notes == ["Usage: server FILE\n"])
      await stage.turn()
      stage.opens(stage.link)
      stage.link.says("Usage: server FILE")
      #expect(stage.link.notes.count == 1)
    }
  }

  // MARK: Lists

  @Test func `a list that changes is read once for many notices`() throws {
    try Self.run { stage in
      let changed = #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#
      for _ in 1...3 {
        stage.link.says(changed)
        await stage.pass(.milliseconds(50))
      }
      await stage.pass(.milliseconds(50))
      #expect(stage.link.requests("tools/list").count == 2)
      stage.link.says(changed)
      await stage.pass(.seconds(1))
      #expect(stage.link.requests("tools/list").count == 2)
      stage.link.answers("tools/list", #"{"tools":[{"name":"v","inputSchema":{}}]}"#)
      #expect(stage.events.last == "listed v")
      // It changed while it was read.
      await stage.pass(.milliseconds(200))
      #expect(stage.link.requests("tools/list").count == 3)
    }
  }

  @Test func `a tool that is gone has the list read anew`() throws {
    try Self.run { stage in
      stage.link.says(#"{"jsonrpc":"2.0","id":3,"error":{"code":-32602,"message":"no t"}}"#)
      #expect(stage.answer(7)?.errorCode == -32602)
      await stage.pass(.milliseconds(200))
      #expect(stage.link.requests("tools/list").count == 2)
    }
  }

  @Test func `a server without a list serves all the same`() throws {
    try EndpointStage.run { stage in
      stage.call(7)
      await stage.turn()
      stage.link.answers("initialize", EndpointStage.welcome())
      let id = stage.link.requests("tools/list").last?.id ?? ""
      stage.link.says(#"{"jsonrpc":"2.0","id":\#(id),"error":{"code":-32603,"message":"no"}}"#)
      #expect(stage.events == ["listing failed"])
      stage.link.answers(call: 0)
      #expect(stage.answer(7) != nil)
    }
  }
}
