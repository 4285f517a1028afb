import MCPProxy
import Testing

/// What a session makes of a client's lines by itself.
struct SessionRequestTests {
  private static func ping(_ id: String) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"ping"}"#
  }

  // MARK: Answered here

  @Test(arguments: ["1", "\"1\"", "-7", "\"\\u00e9\""])
  func `a ping is answered at once, under its own id`(id: String) throws {
    try SessionStage.run { stage in
      await stage.says(Self.ping(id))
      #expect(stage.news.map(\.text) == [#"{"jsonrpc":"2.0","id":\#(id),"result":{}}"#])
    }
  }

  @Test func `many lines of one read are answered in order and in one write`() throws {
    try SessionStage.run { stage in
      let waits = stage.routing.stage.kernel.seen.waits
      await stage.says((1...50).map { Self.ping("\($0)") }.joined(separator: "\r\n\n"))
      #expect(stage.news.compactMap(\.id) == (1...50).map(String.init))
      #expect(stage.routing.stage.kernel.seen.waits - waits < 10)
    }
  }

  @Test(arguments: [
    ("2025-11-25", "2025-11-25"), ("2025-03-26", "2025-03-26"), ("2024-11-05", "2024-11-05"),
    ("2026-07-28", "2025-11-25"), ("1999-01-01", "2025-11-25"),
  ])
  func `a revision is agreed on`(asked: String, agreed: String) throws {
    try SessionStage.run { stage in
      await stage.says(SessionStage.initialize(asked))
      #expect(stage.news.map { $0.result?["protocolVersion"] as? String } == [agreed])
    }
  }

  @Test(arguments: ["tools/list", "logging/setLevel", "tools/call"])
  func `nothing comes before initialize`(method: String) throws {
    try SessionStage.run { stage in
      await stage.says(#"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":{"name":"t"}}"#)
      let news = stage.news
      #expect(news.map(\.errorCode) == [-32602])
      #expect(news.first?.errorMessage == "Received \(method) before initialize")
    }
  }

  @Test(arguments: ["server/discover", "resources/list", "x"])
  func `what is not known is not found`(method: String) throws {
    try SessionStage.run { stage in
      await stage.opens()
      await stage.says(#"{"jsonrpc":"2.0","id":1,"method":"\#(method)"}"#)
      #expect(stage.news.map(\.errorCode) == [-32601])
    }
  }

  @Test func `a list without servers is empty`() throws {
    try SessionStage.run { stage in
      await stage.opens()
      await stage.says(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#)
      #expect(stage.news.map(\.text) == [#"{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}"#])
    }
  }

  @Test func `a call without servers is refused, and booked`() throws {
    try SessionStage.run { stage in
      await stage.opens()
      await stage.says(SessionStage.call(1))
      #expect(stage.news.map(\.errorMessage) == ["Unknown tool: a__t"])
      let usage = await stage.routing.usage()
      #expect(usage.map { $0["status"] as? String } == ["rpc_error"])
    }
  }

  // MARK: Arrays

  @Test func `an array has one answer with all of its answers`() throws {
    try SessionStage.run([RouterStage.server("a")]) { stage in
      await stage.serve("2025-03-26")
      await stage.says(
        "[\(SessionStage.call(7)),\(StagedProxy.initialized),\(Self.ping("8")),1,"
          + "\(SessionStage.call(9, "x"))]"
      )
      #expect(stage.news.isEmpty)
      stage.link.answers(call: 0)
      await stage.turn()
      let news = stage.news
      #expect(news.count == 1)
      let text = news.first?.text ?? ""
      #expect(text.hasPrefix(#"[{"jsonrpc":"2.0","id":8,"result":{}},"#))
      #expect(text.hasSuffix(#",{"jsonrpc":"2.0","id":7,"result":{"content":[]}}]"#))
      #expect(text.contains("-32600"))
      #expect(text.contains("Unknown tool: x"))
    }
  }

  @Test func `an array of what needs no answer has none`() throws {
    try SessionStage.run { stage in
      await stage.opens("2025-03-26")
      await stage.says("[\(StagedProxy.initialized),\(StagedProxy.initialized)]")
      #expect(stage.news.isEmpty)
    }
  }

  @Test func `a call of an array that is taken back is left out`() throws {
    try SessionStage.run([RouterStage.server("a")]) { stage in
      await stage.serve("2025-03-26")
      await stage.says("[\(SessionStage.call(7)),\(Self.ping("8"))]")
      await stage.says(
        #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#
      )
      #expect(stage.news.map(\.text) == [#"[{"jsonrpc":"2.0","id":8,"result":{}}]"#])
    }
  }

  @Test(arguments: [("2025-11-25", "[1]"), ("2025-03-26", "[]"), ("2025-03-26", "[[1]]")])
  func `an array that may not be is refused`(version: String, array: String) throws {
    try SessionStage.run { stage in
      await stage.opens(version)
      await stage.says(array)
      let text = stage.news.map(\.text)
      #expect(text.count == 1)
      #expect(text.first?.contains("-32600") == true)
    }
  }

  // MARK: Nonsense

  @Test(arguments: [
    ("{", nil, -32700), ("no message", nil, -32700),
    (#"{"jsonrpc":"2.0","id":1}"#, "1", -32600), (#"{"id":1,"method":2}"#, "1", -32600),
    (#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, nil, -32600),
  ])
  func `what is no message is answered with an error`(
    line: String,
    id: String?,
    code: Int
  ) throws {
    try SessionStage.run { stage in
      await stage.opens()
      await stage.says(line)
      let news = stage.news
      #expect(news.map(\.errorCode) == [code])
      #expect(news.map(\.id) == [id])
      await stage.says(Self.ping("2"))
      #expect(stage.news.map(\.id) == ["2"])
    }
  }

  @Test(arguments: [" ", "\t", "\r", "\u{FEFF}" + #"{"jsonrpc":"2.0","method":"x"}"#])
  func `blanks and notices that are not known are passed over`(line: String) throws {
    try SessionStage.run { stage in
      await stage.opens()
      await stage.says(line)
      #expect(stage.news.isEmpty)
    }
  }

  @Test func `a line that is too long is refused under its id, and the next is read`() throws {
    try SessionStage.run { stage in
      await stage.opens()
      let long = String(repeating: "x", count: SessionStage.maxLine)
      for line in [
        #"{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"\#(long)"}}"#,
        #"{"method":"tools/call","params":{"name":"\#(long)"},"jsonrpc":"2.0","id":5}"#,
      ] {
        await stage.says(line + "\n" + Self.ping("6"))
        let news = stage.news
        #expect(news.map(\.id) == ["5", "6"])
        #expect(news.first?.errorMessage == "Message exceeds 8192 bytes")
      }
      let usage = await stage.routing.usage()
      #expect(usage.map { $0["rpc_code"] as? Int } == [-32600, -32600])
    }
  }
}
