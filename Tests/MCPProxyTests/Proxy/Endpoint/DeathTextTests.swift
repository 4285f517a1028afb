import MCPProxy
import Testing

/// What a call is told that was in flight when its server ended, or was answered with nonsense.
struct DeathTextTests {
  private static let id = StagedProxy.process
  private static let call = StagedProxy.client(StagedProxy.call(7))

  private static func staged(isSafe: Bool = false) -> StagedProxy {
    var staged = StagedProxy()
    staged.endpoint.policy.trustsAnnotations = isSafe
    staged.endpoint.policy.retry.attempts = 1
    return staged
  }

  private static func dies(_ status: MCPProxy.ExitStatus) -> FakeKernel.Step {
    { $0.end(id, status) }
  }

  @Test(arguments: [
    (false, "The call may have run. Check its effect before calling it again."),
    (true, "The call changes nothing, so it can be called again."),
  ])
  func `a call in flight when the proxy is ended is told so`(isSafe: Bool, ran: String) {
    let run = Self.staged(isSafe: isSafe)
      .run(StagedProxy.opening() + [Self.call, StagedProxy.terminate])
    let answer = run.answers("7").first
    #expect(answer?.reason == "shutting_down")
    #expect(answer?.failure?["executed"] as? String == "unknown")
    #expect(answer?.content == "The proxy was ended during this call. \(ran)")
    #expect(run.usage.first?.string("status") == "unavailable")
    #expect(run.usage.first?.string("certainty") == "unknown")
  }

  @Test func `a call whose last byte was not written when the proxy was ended did not run`() {
    let run = Self.staged()
      .run(
        StagedProxy.opening() + [{ $0.full = [Self.id + 1] }, Self.call, StagedProxy.terminate]
      )
    #expect(run.answers("7").first?.reason == "shutting_down")
    #expect(run.answers("7").first?.failure?["executed"] as? String == "no")
    #expect(
      run.answers("7").first?.content
        == "The proxy was ended during this call. The call was not sent."
    )
  }

  @Test func `a restart is promised where there is one`() {
    let run = Self.staged().run(StagedProxy.opening() + [Self.call, Self.dies(.code(1))])
    #expect(
      run.answers("7").first?.content
        == "Server \"a\" exited (code 1) during this call; it is being restarted. "
        + "The call may have run. Check its effect before calling it again."
    )
    #expect(run.answers("7").first?.failure?["retryAfterMs"] == nil)
  }

  @Test func `the death after which a server is given up promises no restart`() {
    var staged = Self.staged()
    staged.endpoint.policy.restart.max = 0
    let run = staged.run(
      StagedProxy.opening() + [
        Self.call, Self.dies(.code(1)), StagedProxy.client(StagedProxy.call(8)),
      ]
    )
    let answer = run.answers("7").first
    #expect(answer?.reason == "server_died")
    #expect(
      answer?.content
        == "Server \"a\" exited (code 1) during this call; it ended too often and is left alone "
        + "for 5 min. The call may have run. Check its effect before calling it again."
    )
    #expect(answer?.failure?["retryAfterMs"] as? Int == 300_000)
    #expect(run.answers("8").first?.reason == "crashed")
  }

  @Test func `a server that ended in peace is started with the next call, which no text promises`()
  {
    var staged = Self.staged()
    staged.laterChildren = [FakeChild(Self.id + 100)]
    let run = staged.run(StagedProxy.opening() + [Self.call, Self.dies(.code(0))])
    #expect(
      run.answers("7").first?.content
        == "Server \"a\" exited (code 0) during this call. "
        + "The call may have run. Check its effect before calling it again."
    )
    #expect(run.kernel.unborn.count == 1)
  }

  @Test(arguments: [
    (false, "The call may have run. Check its effect before calling it again."),
    (true, "The call changes nothing, so it can be called again."),
  ])
  func `a call with an invalid answer is told whether to call again`(isSafe: Bool, ran: String) {
    let run = Self.staged(isSafe: isSafe)
      .run(
        StagedProxy.opening() + [Self.call, StagedProxy.server(#"{"jsonrpc":"2.0","id":3}"#)]
      )
    #expect(run.answers("7").first?.reason == "invalid_answer")
    #expect(
      run.answers("7").first?.content
        == #"Server "a" gave an invalid answer ("result", "error" and "method" are missing). "#
        + ran
    )
  }

  @Test func `a result over a limit of the configuration is told that limit`() {
    let long = String(repeating: "x", count: 12 << 10)
    let run = Self.staged()
      .run(StagedProxy.opening() + [Self.call, StagedProxy.server(StagedProxy.result(3, long))])
    #expect(
      run.answers("7").first?.content
        == "The result of \"t\" is bigger than 8 KB, the limit for one message. The call has run."
    )
  }
}
