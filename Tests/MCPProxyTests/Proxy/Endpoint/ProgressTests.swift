import MCPProxy
import Testing

/// Reports of progress: what they do to a call's time, and which of them the client gets.
struct ProgressTests {
  private typealias Step = FakeKernel.Step

  /// A call with a token; the server gets it as its third request.
  private static let call =
    #"{"jsonrpc":"2.0","id":7,"method":"tools/call","#
    + #""params":{"name":"t","arguments":{},"_meta":{"progressToken":"mine"}}}"#

  private static func report(_ value: String) -> Step {
    StagedProxy.server(
      #"{"jsonrpc":"2.0","method":"notifications/progress","#
        + #""params":{"progressToken":3,"progress":\#(value)}}"#
    )
  }

  private static func run(_ steps: [Step]) -> StagedProxy.Result {
    var staged = StagedProxy()
    staged.endpoint.policy.timeout.call = .seconds(10)
    staged.endpoint.policy.timeout.max = .seconds(25)
    return staged.run(StagedProxy.opening() + [StagedProxy.client(call)] + steps)
  }

  /// Reports 8 s apart, and the answer 4 s after the last of them.
  private static func reporting(_ times: Int) -> [Step] {
    let rounds = (1...times).flatMap { [StagedProxy.pass(.seconds(8)), report("\($0)")] }
    return rounds + [StagedProxy.pass(.seconds(4)), StagedProxy.server(StagedProxy.result(3))]
  }

  @Test(arguments: [(1, 12), (2, 20), (3, 25)])
  func `reports give a call more time, up to its maximum`(times: Int, seconds: Int) {
    let run = Self.run(Self.reporting(times))
    // 12 and 20 s are within the maximum of 25 s; 28 s are not.
    #expect(run.answers("7").count == 1)
    #expect(run.answers("7").first?.reason == (seconds < 25 ? nil : "timeout"))
  }

  private static func passedOn(_ run: StagedProxy.Result) -> [String] {
    run.client.filter { $0.method == "notifications/progress" }
      .compactMap { $0.params?["progress"] }.map { "\($0)" }
  }

  @Test func `progress that does not rise stays here`() {
    let values = ["1", "2", "2", "1.5", "3"]
    let steps = values.flatMap { [StagedProxy.pass(.seconds(1)), Self.report($0)] }
    let run = Self.run(steps + [StagedProxy.server(StagedProxy.result(3))])
    #expect(Self.passedOn(run) == ["1", "2", "3"])
    #expect(run.answers("7").first?.failure == nil)
  }

  @Test func `of a flood of reports the client gets the first and the last`() {
    let run = Self.run(
      (1...9).map { Self.report("\($0)") } + [
        StagedProxy.server(StagedProxy.result(3))
      ]
    )
    #expect(Self.passedOn(run) == ["1", "9"])
    #expect(run.client.last?.id == "7")
  }
}
