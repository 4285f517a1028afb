import MCPProxy
import Testing

/// Calls of tools that no list has named yet.
struct UnroutedCallTests {
  private static let next = FakeChild(3000)

  private static var staged: StagedProxy {
    var staged = StagedProxy()
    staged.endpoint.policy.timeout.call = .seconds(10)
    staged.laterChildren = [next]
    return staged
  }

  private static let dies: FakeKernel.Step = { $0.end(StagedProxy.process, .code(1)) }

  @Test func `a call waits for the restart of a server that has not said its tools`() {
    let run = Self.staged.run(
      StagedProxy.clientOpens + [
        Self.dies, StagedProxy.client(StagedProxy.call(7)), StagedProxy.pass(.seconds(1)),
        { $0.comes(StagedProxy.initializeResult(2), at: Self.next.output) },
        { $0.comes(StagedProxy.toolList(3), at: Self.next.output) },
        { $0.comes(StagedProxy.result(4), at: Self.next.output) },
      ]
    )
    #expect(run.answers("7").compactMap(\.result).count == 1)
  }

  /// How long the client waits for "unknown tool" while the only server hangs in its start.
  @Test(arguments: ["", "a"])
  func `an unknown tool is refused when any call would run out of time`(prefix: String) {
    var staged = Self.staged
    staged.endpoint.prefix = prefix
    let steps =
      StagedProxy.clientOpens + [
        StagedProxy.client(StagedProxy.call(7)), StagedProxy.pass(.milliseconds(9_999)),
      ]
    let ping = StagedProxy.client(#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#)
    let early = staged.run(steps + [ping])
    #expect(early.client.compactMap(\.id) == [#""i""#, #""p""#, "7"])
    let late = staged.run(steps + [StagedProxy.pass(.milliseconds(1)), ping])
    #expect(late.client.compactMap(\.id) == [#""i""#, "7", #""p""#])
    #expect(late.answers("7").first?.errorMessage?.contains(#""a", still starting"#) == true)
  }

  @Test func `a call that waits for a list is over when it is cancelled`() {
    let cancel =
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#
    let run = Self.staged.run(
      StagedProxy.clientOpens + [
        StagedProxy.client(StagedProxy.call(7)), StagedProxy.client(cancel),
      ]
    )
    #expect(run.answers("7").isEmpty)
    // The client closes its side next; nothing is left to wait for but the server's end.
    #expect(run.kernel.now < at(5))
  }
}
