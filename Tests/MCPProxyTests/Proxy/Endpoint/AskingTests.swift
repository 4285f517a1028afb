import MCPProxy
import Testing

/// A server asks the human behind the client, and what that does to the time of calls.
struct AskingTests {
  private static let question = #"{"jsonrpc":"2.0","id":"q","method":"roots/list"}"#
  private static let answer = Array(#"{"jsonrpc":"2.0","id":"q","result":{"roots":[]}}"#.utf8)
  private static let takesBack =
    #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"q"}}"#

  /// A call that has 5 s, and a question a second after it.
  private static func run(
    _ reply: Reply = .asked,
    _ body: @escaping @Sendable (EndpointStage) async throws -> Void
  ) throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.recorder.onLoop(reply) { $0.answerQuestions($1) }
      stage.call(7, within: .seconds(5))
      await stage.pass(.seconds(1))
      stage.link.says(question)
      #expect(stage.events.last == "asked 1")
      try await body(stage)
    }
  }

  /// The call has so much time left, and no more.
  private static func expect(_ stage: EndpointStage, timeLeft: TimeSpan) async {
    await stage.pass(timeLeft + .milliseconds(-1))
    #expect(stage.results(7).isEmpty)
    await stage.pass(.milliseconds(1))
    #expect(stage.failure(7)?.loss == .timedOut)
  }

  private static func questionIsAnswered(_ stage: EndpointStage) {
    stage.endpoint.onLoop(answer) { $0.questionAnswered(1, $1) }
  }

  @Test func `no call's time runs while the client is asked`() throws {
    try Self.run { stage in
      await stage.pass(.minutes(5))
      #expect(stage.results(7).isEmpty)
      Self.questionIsAnswered(stage)
      #expect(stage.link.sent.last?.id == #""q""#)
      await Self.expect(stage, timeLeft: .seconds(4))
    }
  }

  @Test func `time with a human is not the server's`() throws {
    try Self.run { stage in
      await stage.pass(.minutes(5))
      Self.questionIsAnswered(stage)
      stage.link.answers(call: 0)
      guard case .answered(let answer)? = stage.results(7).first else {
        return #expect(Bool(false), "it is answered")
      }
      #expect(answer.paused == .minutes(5))
    }
  }

  @Test func `time runs on until the client is asked`() throws {
    try Self.run(.later) { stage in
      await stage.pass(.seconds(2))
      stage.endpoint.onLoop(1) { $0.questionAsked($1) }
      await stage.pass(.minutes(5))
      Self.questionIsAnswered(stage)
      await Self.expect(stage, timeLeft: .seconds(2))
    }
  }

  @Test func `time runs on if nobody is asked`() throws {
    try Self.run(.refused(code: -32601, "The client does not support roots")) { stage in
      let told = stage.link.sent.last
      #expect(told?.id == #""q""#)
      #expect(told?.errorCode == -32601)
      await Self.expect(stage, timeLeft: .seconds(4))
    }
  }

  @Test func `time runs again when the server takes its question back`() throws {
    try Self.run { stage in
      await stage.pass(.minutes(1))
      stage.link.says(Self.takesBack)
      #expect(stage.events.last == "taken back 1")
      let sent = stage.link.sent.count
      Self.questionIsAnswered(stage)
      #expect(stage.link.sent.count == sent)
      await Self.expect(stage, timeLeft: .seconds(4))
    }
  }

  @Test func `two questions stop the time once`() throws {
    try Self.run { stage in
      await stage.pass(.minutes(1))
      stage.link.says(#"{"jsonrpc":"2.0","id":"r","method":"roots/list"}"#)
      Self.questionIsAnswered(stage)
      await stage.pass(.minutes(1))
      stage.endpoint.onLoop(2) { $0.questionRefused($1, -1, "no") }
      #expect(stage.link.sent.suffix(2).map(\.id) == [#""q""#, #""r""#])
      await Self.expect(stage, timeLeft: .seconds(4))
    }
  }

  @Test func `a question has its time, too`() throws {
    try Self.run { stage in
      await stage.pass(.minutes(10))
      #expect(stage.events.suffix(1) == ["taken back 1"])
      let told = stage.link.sent.filter { $0.id == #""q""# }
      #expect(told.map(\.errorCode) == [-32603])
      await Self.expect(stage, timeLeft: .seconds(4))
    }
  }

  @Test func `a question ends with its server`() throws {
    try Self.run { stage in
      await stage.pass(.minutes(1))
      stage.link.exits(.code(0))
      #expect(stage.events.last == "taken back 1")
      stage.call(8, within: .seconds(5))
      await stage.turn()
      stage.opens(stage.link)
      let sent = stage.link.sent.count
      Self.questionIsAnswered(stage)
      stage.endpoint.onLoop(1) { $0.questionAsked($1) }
      #expect(stage.link.sent.count == sent)
      await stage.pass(.seconds(5))
      #expect(stage.failure(8)?.loss == .timedOut)
    }
  }

  @Test func `more questions than anybody answers are a flood`() throws {
    try Self.run { stage in
      for number in 2...65 {
        stage.link.says(#"{"jsonrpc":"2.0","id":\#(number),"method":"roots/list"}"#)
      }
      #expect(stage.events.last == "asked 64")
      #expect(stage.link.sent.last?.id == "65")
      #expect(stage.link.sent.last?.errorMessage == "Too many questions are open")
    }
  }

  // MARK: What is not for the human

  @Test func `a ping is answered, and what is not known is refused`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.link.says(#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#)
      #expect(stage.link.sent.last?.text == #"{"jsonrpc":"2.0","id":"p","result":{}}"#)
      stage.link.says(#"{"jsonrpc":"2.0","id":"x","method":"tools/call"}"#)
      #expect(stage.link.sent.last?.errorCode == -32601)
      #expect(!stage.events.contains { $0.hasPrefix("asked") })
    }
  }
}
