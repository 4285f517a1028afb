import MCPProxy
import Testing

/// Servers that die with an answer in the pipe, hang, leave others behind or cannot be ended.
struct ServerEndTests {
  private static let id = StagedProxy.process

  /// The server writes `text` and dies, and the proxy finds its input closed before it hears.
  private static func diesUnheard(_ text: String) -> FakeKernel.Step {
    { state in
      state.comes(text, at: id + 2)
      state.comes(StagedProxy.call(8), at: StagedProxy.clientInput)
      state.unreported = [id + 2]
      state.writes[id + 1] = [.failed(SystemError("write", 32))]
    }
  }

  @Test(arguments: [
    "", #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"# + "\n",
  ])
  func `an answer that came before a write failed is taken`(before: String) {
    let run = StagedProxy().run(
      StagedProxy.opening() + [
        StagedProxy.client(StagedProxy.call(7)),
        Self.diesUnheard(before + StagedProxy.result(3, #"{"content":[],"x":1}"#)),
      ]
    )
    #expect(run.answers("7").map { $0.result?["x"] as? Int } == [1])
    #expect(run.answers("8").map { $0.failure?["executed"] as? String } == ["no"])
  }

  // MARK: Silence

  private static let calls = StagedProxy.client(
    [7, 8, 9].map(StagedProxy.call).joined(separator: "\n")
  )

  @Test func `one silence over many calls is one ping, not many`() {
    var staged = StagedProxy()
    staged.endpoint.policy.retry.attempts = 1
    let steps =
      StagedProxy.opening() + [Self.calls, StagedProxy.pass(.seconds(51))]
    let silent = staged.run(steps + [StagedProxy.pass(.seconds(6))])
    #expect(silent.server.filter { $0.method == "ping" }.count == 1)
    #expect(silent.kernel.children[Self.id]?.signals == [])
    #expect(["7", "8", "9"].allSatisfy { silent.answers($0).first?.reason == "timeout" })
    // The next request of ours after initialize, list and calls.
    let alive = staged.run(steps + [StagedProxy.server(StagedProxy.result(6, "{}"))])
    #expect(alive.kernel.children[Self.id]?.exit == .code(0))
  }

  @Test func `every call of a silence counts for the breaker`() {
    var staged = StagedProxy()
    staged.endpoint.policy.retry.attempts = 1
    staged.endpoint.policy.breaker.consecutive = 3
    staged.endpoint.policy.breaker.perTool = false
    let steps =
      StagedProxy.opening() + [Self.calls, StagedProxy.pass(.seconds(51))]
    let next = [StagedProxy.client(StagedProxy.call(10)), StagedProxy.pass(.seconds(51))]
    let silent = staged.run(steps + [StagedProxy.pass(.seconds(6))] + next)
    #expect(silent.answers("10").first?.reason == "breaker_open")
    let alive = staged.run(steps + [StagedProxy.server(StagedProxy.result(6, "{}"))] + next)
    #expect(alive.answers("10").first?.reason == "timeout")
  }

  @Test func `a server is not blamed for a client that is behind`() {
    var staged = StagedProxy()
    staged.maxLine = 8 << 20
    staged.endpoint.policy.retry.attempts = 1
    staged.endpoint.policy.breaker.consecutive = 1
    let text = String(repeating: "x", count: 5 << 20)
    let message =
      #"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","#
      + #""data":"\#(text)"}}"#
    let minutes = (1...40).map { _ in StagedProxy.pass(.seconds(6)) }
    let run = staged.run(
      StagedProxy.opening() + [
        StagedProxy.client(StagedProxy.call(7)), { $0.full = [StagedProxy.clientOutput] },
        StagedProxy.server(message), StagedProxy.pass(.seconds(51)),
      ] + minutes + [
        { $0.full = [] }, StagedProxy.client(StagedProxy.call(8)),
        StagedProxy.server(StagedProxy.result(4)),
      ]
    )
    #expect(run.answers("7").first?.reason == "timeout")
    #expect(run.answers("8").first?.isError == nil)
    #expect(run.server.filter { $0.method == "ping" }.isEmpty)
    #expect(run.kernel.children[Self.id]?.exit == .code(0))
  }

  // MARK: What is left

  @Test func `the reaper forgets a group whose last process was killed later`() {
    var staged = StagedProxy()
    staged.hasReaper = true
    staged.child.hasHelper = true
    let second = TimeSpan.seconds(1)
    let run = staged.run(
      StagedProxy.opening() + [
        { $0.end(Self.id, .code(0)) }, StagedProxy.pass(second), StagedProxy.pass(second),
        StagedProxy.pass(second),
      ]
    )
    #expect(run.kernel.children[Self.id]?.signals == [.terminate, .kill])
    let told = String(decoding: run.kernel.output[Self.id - 9] ?? [], as: UTF8.self)
    #expect(told.split(separator: "\n").filter { $0 == "-\(Self.id)" }.count == 1, "\(told)")
  }

  @Test func `a process that cannot be ended does not keep the proxy`() {
    var staged = StagedProxy()
    staged.child.isStuck = true
    let run = staged.run(StagedProxy.opening() + [StagedProxy.client(StagedProxy.call(7))])
    #expect(run.exitCode == 0)
    #expect(run.kernel.now - at(0) < .seconds(60))
    #expect(run.answers("7").count == 1)
    // Without a call that is waited for, clients give two seconds.
    let quick = staged.run(StagedProxy.opening())
    #expect(quick.exitCode == 0)
    #expect(quick.kernel.now - at(0) < .seconds(2))
    #expect(quick.kernel.children[Self.id]?.signals.contains(.kill) == true)
  }
}
