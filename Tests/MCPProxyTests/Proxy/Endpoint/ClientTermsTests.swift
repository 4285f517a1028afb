import MCPProxy
import Testing

/// What a client wants of servers, and what servers tell it.
struct ClientTermsTests {
  private static func setLevel(_ level: String, _ stage: EndpointStage) {
    var terms = ClientTerms()
    terms.logLevel = level
    stage.endpoint.onLoop(terms) { $0.take($1) }
  }

  private static func levels(_ stage: EndpointStage) -> [String?] {
    stage.link.requests("logging/setLevel").map { $0.params?["level"] as? String }
  }

  @Test func `what a client can be asked is declared to processes started from now on`() throws {
    try EndpointStage.run { stage in
      var terms = ClientTerms()
      terms.capabilities = Array(#"{"roots":{}}"#.utf8)
      stage.endpoint.onLoop(terms) { $0.take($1) }
      await stage.open()
      let declared = stage.link.requests("initialize").first?.params?["capabilities"]
      #expect((declared as? [String: Any])?.keys.sorted() == ["roots"])
    }
  }

  @Test func `a level is kept for processes to come`() throws {
    try EndpointStage.run { stage in
      Self.setLevel("debug", stage)
      #expect(Self.levels(stage).isEmpty)
      await stage.open()
      #expect(Self.levels(stage) == ["debug"])
      Self.setLevel("error", stage)
      #expect(Self.levels(stage) == ["debug", "error"])
      stage.link.exits(.code(0))
      Self.setLevel("alert", stage)
      stage.call(7)
      await stage.turn()
      stage.opens(stage.link)
      #expect(Self.levels(stage) == ["debug", "error", "alert"])
    }
  }

  @Test func `a server that writes no log is asked for no level`() throws {
    try EndpointStage.run { stage in
      Self.setLevel("debug", stage)
      stage.demandStart()
      await stage.turn()
      stage.link.answers(
        "initialize",
        #"{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{}}"#
      )
      #expect(Self.levels(stage).isEmpty)
      #expect(stage.link.requests("tools/list").count == 1)
    }
  }

  @Test func `nothing is passed on before the handshake is done, nor to the dead`() throws {
    try EndpointStage.run { stage in
      let line = Array(
        (#"{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}"# + "\n").utf8
      )
      stage.demandStart()
      await stage.turn()
      stage.endpoint.onLoop(line) { $0.forward($1) }
      await stage.open()
      stage.endpoint.onLoop(line) { $0.forward($1) }
      stage.link.happens(.outputEnded)
      stage.endpoint.onLoop(line) { $0.forward($1) }
      #expect(stage.link.requests("notifications/roots/list_changed").count == 1)
    }
  }

  @Test func `notifications for the client are passed up, others are not`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      for method in [
        "message", "elicitation/complete", "resources/updated", "x", "initialized", "cancelled",
      ] {
        stage.link.says(#"{"jsonrpc":"2.0","method":"notifications/\#(method)","params":{}}"#)
      }
      #expect(
        stage.events.suffix(2) == [
          "said notifications/message", "said notifications/elicitation/complete",
        ]
      )
    }
  }
}
