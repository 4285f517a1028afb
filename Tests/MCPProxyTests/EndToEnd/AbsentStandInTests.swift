import MCPProxy
import Testing

/// A stand-in that is not there.
struct AbsentStandInTests {
  @Test(arguments: [0, 5])
  func `a stand-in that cannot be started holds no call up for ever`(restarts: Int) {
    var staged = StagedProxy()
    staged.endpoint.fallback = ["b"]
    staged.endpoint.policy.retry.attempts = 1
    var standIn = EndpointConfiguration(name: "b", launch: .process(Command("/b")))
    standIn.hidden = true
    standIn.lazy = true
    standIn.policy.restart.max = restarts
    staged.standIn = standIn
    let seen = Shared<[Int]>([])
    let look: FakeKernel.Step = { state in
      let text = String(decoding: state.output[StagedProxy.clientOutput] ?? [], as: UTF8.self)
      seen.change { $0.append(text.contains(#""id":7"#) ? 1 : 0) }
    }
    _ = staged.run(
      StagedProxy.opening() + [
        StagedProxy.client(StagedProxy.call(7)),
        StagedProxy.server(#"{"jsonrpc":"2.0","id":3,"error":{"code":-32603,"message":"x"}}"#),
        look, StagedProxy.pass(.seconds(1)), look, StagedProxy.pass(.seconds(10)), look,
        StagedProxy.pass(.seconds(30)), look,
      ],
      surroundings: { $0.refused["/b"] = SystemError("posix_spawn", 2) }
    )
    #expect(seen.value == [1, 1, 1, 1])
  }
}
