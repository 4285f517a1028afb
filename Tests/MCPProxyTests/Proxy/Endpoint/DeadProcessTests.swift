import MCPProxy
import Testing

/// Nothing of a process outlives it: what it left open is nothing to the next one.
struct DeadProcessTests {
  private typealias Step = FakeKernel.Step

  private static let dead = StagedProxy.process
  private static let next = FakeChild(3000)

  private static let ends: Step = { $0.end(dead, .code(0)) }

  private static func nextSays(_ text: String) -> Step { { $0.comes(text, at: next.output) } }

  /// The next process is started by a call of its own and opens under two ids, the first given.
  private static func nextOpens(_ id: Int) -> [Step] {
    [
      StagedProxy.client(StagedProxy.call(20)), nextSays(StagedProxy.initializeResult(id)),
      nextSays(StagedProxy.toolList(id + 1)),
      nextSays(StagedProxy.result(id + 2, #"{"content":[],"x":"next"}"#)),
    ]
  }

  private static func run(
    _ steps: [Step],
    _ change: (inout StagedProxy) -> Void = { _ in }
  ) -> StagedProxy.Result {
    var staged = StagedProxy()
    staged.laterChildren = [next]
    staged.endpoint.policy.retry.attempts = 1
    change(&staged)
    return staged.run(StagedProxy.opening() + steps)
  }

  private static func isServed(_ run: StagedProxy.Result) -> Bool {
    run.answers("20").map { $0.result?["x"] as? String } == ["next"]
  }

  // MARK: Its list

  private static let listChanged = #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#

  private static func lists(_ run: StagedProxy.Result) -> Int {
    run.later[0].filter { $0.method == "tools/list" }.count
  }

  @Test func `a changed list of a process that ends is not asked of the next`() {
    let run = Self.run(
      [StagedProxy.server(Self.listChanged), StagedProxy.pass(.milliseconds(30)), Self.ends]
        + Self.nextOpens(3) + [StagedProxy.pass(.milliseconds(200)), StagedProxy.pass(.seconds(1))]
    )
    #expect(Self.isServed(run))
    #expect(Self.lists(run) == 1)
  }

  @Test func `a list of the next process that changes is asked for once more`() {
    let run = Self.run(
      [StagedProxy.server(Self.listChanged), StagedProxy.pass(.milliseconds(30)), Self.ends]
        + Self.nextOpens(3) + [
          Self.nextSays(Self.listChanged), StagedProxy.pass(.milliseconds(200)),
          Self.nextSays(StagedProxy.toolList(6)), StagedProxy.pass(.seconds(1)),
        ]
    )
    #expect(Self.lists(run) == 2)
  }

  @Test func `a list that was being read is not read on`() {
    let run = Self.run(
      [
        StagedProxy.server(Self.listChanged), StagedProxy.pass(.milliseconds(200)),
        StagedProxy.server(Self.listChanged), Self.ends,
      ] + Self.nextOpens(4) + [
        // The list the first was asked for; this one was not.
        Self.nextSays(StagedProxy.result(3, #"{"tools":[],"nextCursor":"c"}"#)),
        StagedProxy.pass(.seconds(1)),
      ]
    )
    #expect(Self.isServed(run))
    #expect(Self.lists(run) == 1)
  }

  // MARK: What it asked, and what it was asked

  @Test func `an answer to its question is not given to the next`() {
    let run = Self.run(
      [
        StagedProxy.server(#"{"jsonrpc":"2.0","id":"q","method":"roots/list"}"#), Self.ends,
      ] + Self.nextOpens(3) + [StagedProxy.client(StagedProxy.result(1, #"{"roots":[]}"#))]
    )
    #expect(run.client.filter { $0.method == "roots/list" }.map(\.id) == ["1"])
    #expect(run.client.filter { $0.method == "notifications/cancelled" }.count == 1)
    #expect(Self.isServed(run))
    #expect(!run.later[0].contains { $0.id == #""q""# })
  }

  @Test func `time that stood still for its question runs for the next`() {
    let run = Self.run(
      [
        StagedProxy.server(#"{"jsonrpc":"2.0","id":"q","method":"roots/list"}"#), Self.ends,
      ] + Self.nextOpens(3).dropLast() + [StagedProxy.pass(.seconds(51))]
    )
    #expect(run.answers("20").map(\.reason) == ["timeout"])
  }

  @Test func `a ping it did not answer says nothing of the next`() {
    let run = Self.run(
      [
        StagedProxy.client(StagedProxy.call(7)), StagedProxy.pass(.seconds(51)), Self.ends,
      ] + Self.nextOpens(5) + [StagedProxy.pass(.seconds(6)), StagedProxy.pass(.seconds(6))]
    ) { $0.endpoint.policy.breaker.consecutive = 1 }
    #expect(run.answers("7").map(\.reason) == ["timeout"])
    #expect(run.server.filter { $0.method == "ping" }.map(\.id) == ["4"])
    #expect(Self.isServed(run))
    #expect(!run.later[0].contains { $0.method == "ping" })
    #expect(run.kernel.children[Self.next.id]?.exit == .code(0))
  }

  @Test func `the next process cannot answer its calls`() {
    let run = Self.run(
      [StagedProxy.client(StagedProxy.call(7)), Self.ends]
        + Self.nextOpens(4).dropLast() + [
          Self.nextSays(StagedProxy.result(3)),
          Self.nextSays(StagedProxy.result(6, #"{"content":[],"x":"next"}"#)),
        ]
    )
    #expect(run.answers("7").map(\.reason) == ["server_died"])
    #expect(Self.isServed(run))
  }

  @Test func `a call that died with it is not taken back from the next`() {
    let run = Self.run(
      [StagedProxy.client(StagedProxy.call(7)), Self.ends] + Self.nextOpens(4) + [
        StagedProxy.client(
          #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#
        )
      ]
    )
    #expect(Self.isServed(run))
    #expect(!run.later[0].contains { $0.method == "notifications/cancelled" })
  }

  // MARK: Bytes

  @Test func `half a line of its own is not the beginning of a line of the next`() {
    let half = Array(#"{"jsonrpc":"2.0","method":"#.utf8)
    let run = Self.run(
      [
        { state in
          state.input[Self.dead + 2, default: []] += half
          state.reads[Self.dead + 2, default: []].append(.bytes(half.count))
        }, Self.ends,
      ] + Self.nextOpens(3)
    )
    #expect(Self.isServed(run))
  }

  @Test func `what it did not take is not written to the next`() {
    let run = Self.run(
      [
        { $0.full = [Self.dead + 1] }, StagedProxy.client(StagedProxy.call(7)), Self.ends,
      ] + Self.nextOpens(4)
    )
    #expect(run.answers("7").map { $0.failure?["executed"] as? String } == ["no"])
    #expect(Self.isServed(run))
    #expect(run.later[0].map(\.id) == ["4", nil, "5", "6"])
  }

  @Test func `its last words do not tell why the next has ended`() {
    let run = Self.run(
      [{ $0.comes("out of luck", at: Self.dead + 3) }, Self.ends] + Self.nextOpens(3)
        + [{ $0.end(Self.next.id, .code(1)) }]
    )
    #expect(run.log.filter { $0.contains("out of luck") }.count == 1, "\(run.log)")
  }
}
