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
}
