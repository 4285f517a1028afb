import MCPProxy
import Testing

/// Lines of a server's that are too long, or arrays, and what it is sent before it is ready.
struct ServerLineTests {
  private static let long = String(repeating: "x", count: 12 << 10)
  private typealias Step = FakeKernel.Step

  // MARK: Too long

  /// Requests and notifications; the call in flight has the id 3.
  private static let requests = [
    #"{"jsonrpc":"2.0","id":3,"method":"sampling/createMessage","params":{"x":"\#(long)"}}"#,
    #"{"method":"sampling/createMessage","id":3,"params":{"x":"\#(long)"},"jsonrpc":"2.0"}"#,
    #"{"jsonrpc":"2.0","id":3,"params":{"x":"\#(long)"},"method":"sampling/createMessage"}"#,
    #"{"method":"sampling/createMessage","params":{"x":"\#(long)"},"jsonrpc":"2.0","id":3}"#,
    #"{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"\#(long)"}}"#,
  ]

  @Test(arguments: requests)
  func `a request that is too long is nobody's answer`(line: String) {
    let run = StagedProxy().run(
      StagedProxy.opening() + [
        StagedProxy.client(StagedProxy.call(7)), StagedProxy.server(line),
        StagedProxy.server(StagedProxy.result(3)),
      ]
    )
    #expect(run.answers("7").count == 1)
    #expect(run.answers("7").first?.failure == nil)
    // It is told where it has an id.
    let isKnown = Self.requests.prefix(4).contains(line)
    #expect(run.server.filter { $0.id == "3" }.compactMap(\.errorCode) == (isKnown ? [-32600] : []))
  }

  @Test(arguments: [
    #"{"jsonrpc":"2.0","id":3,"result":{"x":"\#(long)"}}"#,
    #"{"result":{"x":"\#(long)"},"jsonrpc":"2.0","id":3}"#,
    #"{"result":{"x":"\#(long)"},"id":3,"jsonrpc":"2.0"}"#,
    #"{ "result" : { "x" : "\#(long)" } , "jsonrpc" : "2.0" , "id" : 3 }"#,
  ])
  func `an answer that is too long ends its call`(line: String) {
    let run = StagedProxy().run(
      StagedProxy.opening() + [StagedProxy.client(StagedProxy.call(7)), StagedProxy.server(line)]
    )
    #expect(run.answers("7").map(\.reason) == ["result_too_large"])
  }

  /// Answers to a call that is over, and what is nobody's answer.
  @Test(arguments: [
    #"{"result":{"x":"\#(long)"},"jsonrpc":"2.0","id":3}"#,
    #"{"jsonrpc":"2.0","id":3,"result":{"x":"\#(long)"}}"#,
    #"{"result":{"x":"\#(long)"},"jsonrpc":"2.0"}"#,
    #"{"result":{"x":"\#(long)","id":5}}"#,
    #"{"result":{"x":"\#(long),\"id\":5}"}}"#,
    #"{"jsonrpc":"2.0","x":"\#(long)","id":5}"#,
  ])
  func `a late answer that is too long is not taken for another call's`(line: String) {
    let run = StagedProxy().run(
      StagedProxy.opening() + [
        StagedProxy.client(StagedProxy.call(7)), StagedProxy.pass(.seconds(51)),
        StagedProxy.server(StagedProxy.result(4, "{}")), StagedProxy.client(StagedProxy.call(8)),
        StagedProxy.server(line),
        StagedProxy.server(StagedProxy.result(5, #"{"content":[],"x":1}"#)),
      ]
    )
    #expect(run.answers("7").map(\.reason) == ["timeout"])
    #expect(run.answers("8").map { $0.result?["x"] as? Int } == [1])
  }

  @Test func `a server that writes nothing but lines that are too long is ended`() {
    let flood = [Step](repeating: StagedProxy.server(Self.requests[4]), count: 20)
    let run = StagedProxy().run(StagedProxy.opening() + flood)
    #expect(run.kernel.children[StagedProxy.process]?.exit == .signal(9))
    let fewer = StagedProxy().run(StagedProxy.opening() + flood.dropLast())
    #expect(fewer.kernel.children[StagedProxy.process]?.exit == .code(0))
  }

  @Test(arguments: [
    #"{"jsonrpc":"2.0","id":"p","method":"ping"}"#,
    #"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}"#,
    StagedProxy.result(99),
  ])
  func `only junk in a row ends a server`(message: String) {
    let junk = [Step](repeating: StagedProxy.server("no message"), count: 19)
    let steps = StagedProxy.opening() + junk + [StagedProxy.server(message)] + junk
    let run = StagedProxy().run(steps)
    #expect(run.kernel.children[StagedProxy.process]?.exit == .code(0))
    let row = StagedProxy().run(steps + [StagedProxy.server("no message")])
    #expect(row.kernel.children[StagedProxy.process]?.exit == .signal(9))
  }

  // MARK: Arrays

  private static let answer = "[\(StagedProxy.result(3))]"

  @Test(arguments: [
    ("2024-11-05", 0), ("2025-03-26", 1), ("2025-06-18", 0), ("2025-11-25", 0),
  ])
  func `only a server of 2025-03-26 may answer with an array`(version: String, answers: Int) {
    let run = StagedProxy().run(
      StagedProxy.opening(version) + [
        StagedProxy.client(StagedProxy.call(7)), StagedProxy.server(Self.answer),
        StagedProxy.pass(.seconds(51)),
      ]
    )
    #expect(run.answers("7").filter { $0.failure == nil }.count == answers)
  }

  private static func array(_ count: Int, _ element: String = "0") -> String {
    "[\([String](repeating: element, count: count).joined(separator: ","))]"
  }

  @Test(
    arguments: [
      ("2025-11-25", array(1, "{}"), 20), ("2025-11-25", "[]", 20), ("2025-03-26", "[]", 20),
      ("2025-03-26", array(20), 1), ("2025-03-26", array(1), 20),
      ("2025-03-26", array(1, "[]"), 20),
      ("2025-03-26", array(1001, StagedProxy.result(99)), 20),
    ] as [(String, String, Int)]
  )
  func `arrays of nothing are junk`(version: String, line: String, times: Int) {
    let steps =
      StagedProxy.opening(version) + [Step](repeating: StagedProxy.server(line), count: times)
    var staged = StagedProxy()
    staged.maxLine = 64 << 10
    #expect(staged.run(steps).kernel.children[StagedProxy.process]?.exit == .signal(9))
    let fewer = staged.run(steps.dropLast())
    #expect(fewer.kernel.children[StagedProxy.process]?.exit == .code(0))
  }

  @Test func `nothing of an array is read once the server is to end`() {
    let ping = #"{"jsonrpc":"2.0","id":"p","method":"ping"}"#
    let junk = [String](repeating: "0", count: 20).joined(separator: ",")
    let run = StagedProxy().run(
      StagedProxy.opening("2025-03-26") + [
        StagedProxy.server("[\(ping),\(junk),\(ping.replacing("p\",", with: "r\","))]")
      ]
    )
    #expect(run.kernel.children[StagedProxy.process]?.exit == .signal(9))
    #expect(!run.server.contains { $0.id == #""r""# })
  }

  // MARK: Before it is ready

  private static let rootsChanged =
    #"{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}"#

  @Test func `a server hears of nothing before the handshake is done`() {
    let run = StagedProxy().run(
      StagedProxy.clientOpens + [
        StagedProxy.client(Self.rootsChanged), StagedProxy.serverOpens(), StagedProxy.serverLists,
        StagedProxy.client(Self.rootsChanged),
      ]
    )
    let expected = [
      "initialize", "notifications/initialized", "tools/list", "notifications/roots/list_changed",
    ]
    #expect(run.server.compactMap(\.method) == expected)
  }

  @Test func `a log level that is set during the first list reaches the server`() {
    let level =
      #"{"jsonrpc":"2.0","id":"l","method":"logging/setLevel","params":{"level":"error"}}"#
    let run = StagedProxy().run(
      StagedProxy.clientOpens + [
        StagedProxy.serverOpens(), StagedProxy.client(level), StagedProxy.serverLists,
      ]
    )
    #expect(run.server.filter { $0.method == "logging/setLevel" }.count == 1)
    let early = StagedProxy().run(
      StagedProxy.clientOpens + [
        StagedProxy.client(level), StagedProxy.serverOpens(), StagedProxy.serverLists,
      ]
    )
    let expected = ["initialize", "notifications/initialized", "logging/setLevel", "tools/list"]
    #expect(early.server.compactMap(\.method) == expected)
  }
}
