import MCPProxy
import Testing

/// Answers of the client's to a server's question that are no good.
struct QuestionAnswerTests {
  private static let long = String(repeating: "x", count: 12 << 10)

  /// Answers to question 1 of which nothing can be made.
  private static let bad = [
    #"{"jsonrpc":"2.0","id":1,"result":{},"error":null}"#,
    #"{"jsonrpc":"2.0","id":1,"result":5}"#,
    #"{"id":1,"result":{}}"#,
    #"{"jsonrpc":"2.0","id":1,"error":"no"}"#,
    #"{"jsonrpc":"2.0","id":1}"#,
    #"{"jsonrpc":"2.0","id":1,"result":{"roots":"\#(long)"}}"#,
    #"{"result":{"roots":"\#(long)"},"jsonrpc":"2.0","id":1}"#,
    #"{"jsonrpc":"2.0","id":1,"result":{"roots":[NaN]}}"#,
    #"{"jsonrpc":"2.0","id":1,"result":{"roots":["\u{1}"]}}"#,
  ]

  /// A call with the id 1, and the question the server asks meanwhile, which gets the same id.
  private static let asking = [
    StagedProxy.client(StagedProxy.call(1)),
    StagedProxy.server(#"{"jsonrpc":"2.0","id":"q","method":"roots/list"}"#),
  ]

  @Test(arguments: bad)
  func `an answer that is no good ends its question, not the request of the same id`(
    answer: String
  ) {
    let run = StagedProxy().run(
      StagedProxy.opening() + Self.asking + [
        StagedProxy.client(answer), StagedProxy.server(StagedProxy.result(3)),
      ]
    )
    #expect(run.client.filter { $0.id == "1" && $0.method != nil }.count == 1)
    #expect(run.answers("1").count == 1)
    #expect(run.answers("1").first?.isError == nil)
    #expect(run.answers("1").first?.result != nil)
    // Nobody gets an answer to an answer, with an id or without.
    #expect(run.client.filter { $0.errorCode != nil }.map(\.text) == [])
    let told = run.server.filter { $0.id == #""q""# }
    #expect(told.map(\.errorCode) == [-32603])
  }

  @Test(arguments: bad.prefix(4))
  func `an answer that is no good and answers nothing is dropped`(answer: String) {
    let run = StagedProxy().run(StagedProxy.opening() + [StagedProxy.client(answer)])
    #expect(run.client.filter { $0.errorCode != nil }.map(\.text) == [])
  }

  @Test func `an answer that is too long ends no question but its own`() {
    let late = #"{"result":{"roots":"\#(Self.long)"},"jsonrpc":"2.0","id":9}"#
    let answer = #"{"jsonrpc":"2.0","id":1,"result":{"roots":[]}}"#
    let run = StagedProxy().run(
      StagedProxy.opening() + Self.asking + [
        StagedProxy.client(late), StagedProxy.client(answer),
        StagedProxy.server(StagedProxy.result(3)),
      ]
    )
    #expect(run.server.filter { $0.id == #""q""# }.map(\.errorCode) == [nil])
    #expect(run.client.filter { $0.errorCode != nil }.map(\.text) == [])
  }

  @Test func `time runs again once the bad answer has come`() {
    let run = StagedProxy().run(
      StagedProxy.opening() + Self.asking + [
        StagedProxy.client(Self.bad[0]), StagedProxy.pass(.seconds(51)),
      ]
    )
    #expect(run.answers("1").first?.reason == "timeout")
  }

  @Test(
    arguments: [
      (#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#, "1"),
      (#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"\#(long)"}}"#, "1"),
      (#"{"method":"ping","params":{"x":"\#(long)"},"jsonrpc":"2.0","id":1}"#, "1"),
    ] as [(String, String?)]
  )
  func `a request that is no good is answered, whatever question is open`(
    line: String,
    id: String?
  ) {
    let run = StagedProxy().run(
      StagedProxy.opening() + [Self.asking[1], StagedProxy.client(line)]
    )
    #expect(run.client.filter { $0.errorCode == -32600 }.map(\.id) == [id])
    #expect(run.server.filter { $0.errorMessage?.contains("closed its side") == true }.count == 1)
  }
}
