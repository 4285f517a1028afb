import MCPProtocol
import MCPProxy
import Testing

/// Calls that wait for a token, a place or a process, and who may pass whom.
struct QueueTests {
  private typealias Step = FakeKernel.Step

  private static func call(_ id: Int, _ tool: String) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)"}}"#
  }

  private static func calls(_ calls: (Int, String)...) -> Step {
    StagedProxy.client(calls.map { call($0.0, $0.1) }.joined(separator: "\n"))
  }

  /// The server offers "t" and "u".
  private static let opening =
    StagedProxy.clientOpens + [
      StagedProxy.serverOpens(),
      StagedProxy.server(
        StagedProxy.result(
          2,
          #"{"tools":[{"name":"t","inputSchema":{"type":"object"}},"#
            + #"{"name":"u","inputSchema":{"type":"object"}}]}"#
        )
      ),
    ]

  private static func answers(_ ids: Int...) -> Step {
    StagedProxy.server(ids.map { StagedProxy.result($0) }.joined(separator: "\n"))
  }

  /// Names of the tools in the order the server was asked for them.
  private static func asked(_ run: StagedProxy.Result) -> [String] {
    run.server.filter { $0.method == "tools/call" }.compactMap { $0.params?["name"] as? String }
  }

  private static let oneInFourSeconds = RateLimitPolicy(calls: 0.25, burst: 1)

  @Test func `a tool out of tokens does not hold up the others`() {
    var staged = StagedProxy()
    staged.endpoint.tools["t", default: ToolPolicy()].rateLimit = Self.oneInFourSeconds
    let run = staged.run(
      Self.opening + [
        Self.calls((7, "t")), Self.calls((8, "t"), (9, "u")), Self.calls((10, "u")),
        Self.answers(3, 4, 5), StagedProxy.pass(.seconds(4)), Self.answers(6),
      ]
    )
    #expect(Self.asked(run) == ["t", "u", "u", "t"])
    #expect(run.client.compactMap(\.id).dropFirst() == ["7", "9", "10", "8"])
  }

  @Test func `who cannot get a token in time is refused when that is known`() {
    var staged = StagedProxy()
    staged.endpoint.policy.rateLimit = Self.oneInFourSeconds
    staged.endpoint.policy.concurrency.wait = .seconds(6)
    let run = staged.run(
      Self.opening + [
        Self.calls((7, "t"), (8, "t"), (9, "t")), StagedProxy.pass(.seconds(4)),
        Self.answers(3, 4),
      ]
    )
    // The second token is there after 4 s, the third would be after 8 s.
    let refusal = run.answers("9").first
    #expect(refusal?.reason == "rate_limited")
    #expect(refusal?.failure?["retryAfterMs"] as? Int == 4000)
    #expect(run.answers("8").map(\.reason) == [nil])
  }

  @Test func `a token that comes in the very last moment is in time`() {
    var staged = StagedProxy()
    staged.endpoint.policy.rateLimit = Self.oneInFourSeconds
    staged.endpoint.policy.concurrency.wait = .seconds(4)
    let run = staged.run(
      Self.opening + [
        // The loop hears of it a little later than it should.
        Self.calls((7, "t"), (8, "t")), StagedProxy.pass(.milliseconds(4001)), Self.answers(3, 4),
      ]
    )
    #expect(run.answers("8").map(\.reason) == [nil])
  }

  @Test func `calls wait for the next process before those that came later`() {
    var staged = StagedProxy()
    let next = FakeChild(3000)
    staged.laterChildren = [next]
    staged.endpoint.policy.concurrency.max = 1
    staged.endpoint.policy.concurrency.wait = .seconds(2)
    staged.endpoint.policy.retry.attempts = 1
    let run = staged.run(
      Self.opening + [
        Self.calls((7, "t"), (8, "u")), { $0.end(StagedProxy.process, .code(1)) },
        Self.calls((9, "t")), StagedProxy.pass(.seconds(1)), StagedProxy.pass(.seconds(3)),
        { $0.comes(StagedProxy.initializeResult(4), at: next.output) },
        { $0.comes(StagedProxy.result(5, #"{"tools":[]}"#), at: next.output) },
        { $0.comes(StagedProxy.result(6), at: next.output) },
        { $0.comes(StagedProxy.result(7), at: next.output) },
      ]
    )
    #expect(run.answers("8").map(\.reason) == [nil])
    #expect(run.answers("9").map(\.reason) == [nil])
    let asked = run.later[0].filter { $0.method == "tools/call" }
    #expect(asked.compactMap { $0.params?["name"] as? String } == ["u", "t"])
  }
}
