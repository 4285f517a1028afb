import MCPProxy
import Testing

/// The usage line of calls that did not get far.
struct CallRecordTests {
  private static func call(_ params: String, id: String = "7") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":\#(params)}"#
  }

  @Test func `an attempt that was cancelled has its reason`() {
    let run = StagedProxy()
      .run(
        StagedProxy.opening() + [
          StagedProxy.client(StagedProxy.call(7)),
          StagedProxy.client(
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#
          ),
        ]
      )
    #expect(run.usage.map { $0.string("status") } == ["cancelled"])
    let attempts = run.usage.first?["attempts"] as? [[String: Any]] ?? []
    #expect(attempts.map { $0["reason"] as? String } == ["cancelled"])
    #expect(attempts.map { $0["certainty"] as? String } == ["unknown"])
  }

  @Test(arguments: [
    #"{"name":"t","arguments":[]}"#, #"{"name":"t","arguments":null}"#,
    #"{"name":"\u0074","arguments":1}"#,
  ])
  func `a known tool called wrongly is booked as known`(params: String) {
    let run = StagedProxy()
      .run(StagedProxy.opening() + [StagedProxy.client(Self.call(params))])
    #expect(run.answers("7").map(\.errorCode) == [-32602])
    let line = run.usage.first
    #expect(line?.string("server") == "a")
    #expect(line?.string("tool") == "t")
    #expect(line?.string("effect") == "safe")
    #expect(line?.string("certainty") == "not_sent")
    #expect(line?["rpc_code"] as? Int == -32602)
  }

  @Test(arguments: [#"{"name":"u"}"#, #"{"name":7}"#, "{}"])
  func `an unknown tool is booked as unknown`(params: String) {
    let run = StagedProxy()
      .run(StagedProxy.opening() + [StagedProxy.client(Self.call(params))])
    #expect(run.usage.map { $0.string("server") } == [""])
    #expect(run.usage.map { $0.string("tool") } == [params.contains("u\"") ? "u" : ""])
    #expect(run.usage.map { $0.string("effect") } == ["unsafe"])
  }

  @Test func `a call before initialize leaves its line`() {
    // In one turn: what comes later in it must not be taken for what was.
    let opening = #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"#
    let run = StagedProxy()
      .run([
        StagedProxy.client(StagedProxy.call(7) + "\n" + opening + #""2025-11-25"}}"#)
      ])
    #expect(run.answers("7").map(\.errorMessage) == ["Received tools/call before initialize"])
    #expect(run.usage.map { $0.string("id") } == ["7"])
    #expect(run.usage.map { $0.string("status") } == ["rpc_error"])
    #expect(run.usage.map { $0["rpc_code"] as? Int } == [-32602])
    #expect(run.usage.map { $0.string("certainty") } == ["not_sent"])
    #expect(run.usage.map { $0.string("tool") } == ["t"])
    #expect(run.usage.first?.string("proto") == nil)
    let answer = (run.answers("7").first?.text.utf8.count ?? 0) + 1
    #expect(run.usage.first?["res_bytes"] as? Int == answer)
  }

  private static let long = String(repeating: "x", count: 12 << 10)

  @Test(
    arguments: [
      (#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"x":"\#(long)"}}"#, "7"),
      (#"{"method":"tools\/call","id":"a","jsonrpc":"2.0","params":{"x":"\#(long)"}}"#, "a"),
      (#"{"jsonrpc":"2.0","method":"tools/call","params":{"x":"\#(long)"},"id":7}"#, "7"),
      (#"{"jsonrpc":"2.0","id":7,"params":{"x":"\#(long)"},"method":"tools/call"}"#, nil),
      (#"{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"x":"\#(long)"}}"#, nil),
    ] as [(String, String?)]
  )
  func `a call that is too long leaves its line if it is known for one`(line: String, id: String?) {
    let run = StagedProxy().run(StagedProxy.opening() + [StagedProxy.client(line)])
    #expect(run.client.filter { $0.errorCode == -32600 }.count == 1)
    #expect(run.usage.map { $0.string("id") } == (id.map { [$0] } ?? []))
    #expect(run.usage.allSatisfy { $0["rpc_code"] as? Int == -32600 })
    #expect(run.usage.allSatisfy { $0["req_bytes"] as? Int == 8 << 10 })
    #expect(run.usage.allSatisfy { $0.string("server") == "" && $0.string("tool") == "" })
  }

  @Test func `a call that is no valid message leaves its line`() {
    let line = #"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":[]}"#
    let run = StagedProxy().run(StagedProxy.opening() + [StagedProxy.client(line)])
    #expect(run.answers("7").map(\.errorCode) == [-32600])
    #expect(run.usage.map { $0.string("id") } == ["7"])
    #expect(run.usage.map { $0["rpc_code"] as? Int } == [-32600])
    #expect(run.usage.map { $0["req_bytes"] as? Int } == [line.utf8.count])
  }
}
