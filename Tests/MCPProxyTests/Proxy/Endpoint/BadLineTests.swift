import MCPProxy
import Testing

/// Lines of a server's that are no good, though they say whom they are for.
struct BadLineTests {
  private typealias Step = FakeKernel.Step

  private static let deep =
    String(repeating: "[", count: 130) + String(repeating: "]", count: 130)

  /// A line of which `byte` stands where it has an "@".
  private static func server(_ line: String, _ byte: UInt8) -> Step {
    let bytes = Array((line + "\n").utf8).map { $0 == UInt8(ascii: "@") ? byte : $0 }
    return { state in
      let output = StagedProxy.process + 2
      state.input[output, default: []] += bytes
      state.reads[output, default: []].append(.bytes(bytes.count))
    }
  }

  private static let unsafeLists = StagedProxy.server(
    StagedProxy.result(2, #"{"tools":[{"name":"t","inputSchema":{"type":"object"}}]}"#)
  )

  /// An opening after which the tool "t" is not safe to repeat.
  private static let opening =
    StagedProxy.clientOpens + [StagedProxy.serverOpens(), unsafeLists]

  // MARK: Answers

  @Test(
    arguments: [
      (#"{"jsonrpc":"2.0","id":3,"result":{"content":[],"x":NaN}}"#, 0),
      (#"{"id":3,"jsonrpc":"2.0","result":{"content":[{"type":"text","text":"@"}]}}"#, 0xFF),
      (#"{"jsonrpc":"2.0","id":3,"result":{"content":[{"type":"text","text":"a@b"}]}}"#, 0x09),
      (#"{"jsonrpc":"2.0","id":3,"result":{"content":[],"x":\#(deep)}}"#, 0),
      (#"{"jsonrpc":"2.0","id":3,"error":{"code":NaN}}"#, 0),
      // Two in one line: at least the first was answered.
      (#"{"jsonrpc":"2.0","id":3,"result":{}}{"jsonrpc":"2.0","id":9,"result":{}}"#, 0),
      (#"{"jsonrpc":"2.0","id":3,"result":{"a":{"jsonrpc":"2.0","id":9,"result":{}}"#, 0),
    ] as [(String, UInt8)]
  )
  func `an answer that is no JSON ends its call, which is never repeated`(
    line: String,
    byte: UInt8
  ) {
    let run = StagedProxy().run(
      Self.opening + [StagedProxy.client(StagedProxy.call(7)), Self.server(line, byte)]
    )
    #expect(run.answers("7").map(\.reason) == ["invalid_answer"])
    #expect(run.answers("7").first?.failure?["executed"] as? String == "unknown")
    #expect(run.answers("7").first?.content?.contains("(not valid JSON)") == true)
    #expect(run.answers("7").first?.content?.contains("may have run") == true)
    #expect(run.server.filter { $0.method == "tools/call" }.count == 1)
  }

  @Test(arguments: [
    #"{"jsonrpc":"2.0","method":"x","id":3,"params":NaN}"#,
    #"{"jsonrpc":"2.0","id":3,"params":NaN}"#,
    #"{"jsonrpc":"2.0","id":3,"resul"#,
    #"{"jsonrpc":"2.0","result":{"x":{"jsonrpc":"2.0","id":3,"result":{}}"#,
    #"{"jsonrpc":"2.0","result":{"id":3,"x":NaN"#,
    #"NaN{"jsonrpc":"2.0","id":3,"result":{}}"#,
    #"[{"jsonrpc":"2.0","id":3,"result":NaN}]"#,
    #"{"jsonrpc":"2.0","id":4,"result":NaN}"#,
  ])
  func `what only may be an answer is nobody's`(line: String) {
    let run = StagedProxy().run(
      Self.opening + [
        StagedProxy.client(StagedProxy.call(7)), StagedProxy.server(line),
        StagedProxy.server(StagedProxy.result(3)),
      ]
    )
    #expect(run.answers("7").count == 1)
    #expect(run.answers("7").first?.failure == nil)
  }

  @Test func `an answer that is cut because the server died is no bad answer`() {
    let run = StagedProxy().run(
      Self.opening + [
        StagedProxy.client(StagedProxy.call(7)),
        { state in
          let part = Array(#"{"jsonrpc":"2.0","id":3,"result":{"con"#.utf8)
          state.input[StagedProxy.process + 2, default: []] += part
          state.reads[StagedProxy.process + 2, default: []].append(.bytes(part.count))
          state.end(StagedProxy.process, .code(1))
        },
      ]
    )
    #expect(run.answers("7").map(\.reason) == ["server_died"])
  }

  // MARK: Notifications

  private static let notifications = [
    #"{"jsonrpc":"2.0","method":"notifications/message","#
      + #""params":{"level":"info","data":"x","_meta":null}}"#,
    #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":null}"#,
    #"{"jsonrpc":"2.0","method":"notifications/progress","#
      + #""params":{"progressToken":null,"progress":1,"_meta":{"progressToken":null}}}"#,
    #"{"jsonrpc":"2.0","method":"notifications/message","params":[]}"#,
    #"{"jsonrpc":"2.0","method":"x","id":null,"params":{"_meta":5}}"#,
    #"{"jsonrpc":"2.0","method":5}"#,
  ]

  @Test(arguments: notifications)
  func `a message that is no good is no reason to end the server`(line: String) {
    let flood = [Step](repeating: StagedProxy.server(line), count: 22)
    let run = StagedProxy().run(
      Self.opening + [StagedProxy.client(StagedProxy.call(7))] + flood + [
        // A list may have been asked for meanwhile.
        StagedProxy.server(StagedProxy.result(3))
      ]
    )
    #expect(run.answers("7").map(\.reason) == [nil])
    #expect(run.kernel.children[StagedProxy.process]?.exit == .code(0))
  }

  @Test func `a log message with members that are null reaches the client`() {
    let line =
      #"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","#
      + #""logger":null,"data":1,"_meta":null}}"#
    let run = StagedProxy().run(Self.opening + [StagedProxy.server(line)])
    let messages = run.client.filter { $0.method == "notifications/message" }
    #expect(messages.map { $0.params?["logger"] as? String } == ["a"])
    #expect(messages.first?.text.ranges(of: #""logger""#).count == 1)
  }

  // MARK: Requests

  @Test(
    arguments: [
      (#"{"jsonrpc":"2.0","id":"q","method":"roots/list","params":3}"#, -32600),
      (#"{"jsonrpc":"2.0","id":"q","method":"ping","params":{"_meta":5}}"#, -32600),
      (#"{"jsonrpc":"2.0","id":"q","method":5}"#, -32600),
      (#"{"id":"q","method":"ping"}"#, -32600),
      (#"{"jsonrpc":"2.0","id":"q","method":"ping","params":{"x":NaN}}"#, -32700),
      (#"{"jsonrpc":"2.0","id":"q","method":"ping","params":null}"#, nil),
      (#"{"jsonrpc":"2.0","id":"q","method":"ping","params":{"_meta":null}}"#, nil),
    ] as [(String, Int?)]
  )
  func `a request that is no good is refused under its id`(line: String, code: Int?) {
    let run = StagedProxy().run(Self.opening + [StagedProxy.server(line)])
    let told = run.server.filter { $0.id == #""q""# }
    #expect(told.map(\.errorCode) == [code])
    #expect(code == nil || told.first?.errorMessage?.isEmpty == false)
  }
}
