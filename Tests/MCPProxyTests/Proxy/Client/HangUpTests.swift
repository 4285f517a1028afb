import MCPProxy
import Testing

/// What becomes of a client that closes its side, or whose streams fail.
struct HangUpTests {
  private static let big =
    #"{"content":[{"type":"text","text":"\#(String(repeating: "x", count: 5 << 20))"}]}"#

  /// A client with more than 4 MiB to read, another call unread and its side closed.
  private func gone(_ steps: [FakeKernel.Step]) -> StagedProxy.Result {
    var staged = StagedProxy()
    staged.maxLine = 8 << 20
    return staged.run(
      StagedProxy.opening() + [
        StagedProxy.client(StagedProxy.call(7)), { $0.full = [StagedProxy.clientOutput] },
        StagedProxy.server(StagedProxy.result(3, Self.big)),
        StagedProxy.client(StagedProxy.call(8)),
        { $0.hungUp = [StagedProxy.clientInput] },
      ] + steps
    )
  }

  @Test func `a client that reads on after its end gets every answer`() {
    let run = gone([
      StagedProxy.pass(.milliseconds(900)), { $0.full = [] },
      StagedProxy.server(StagedProxy.result(4)),
    ])
    #expect(run.answers("7").count == 1)
    #expect(run.answers("8").count == 1)
    #expect(run.exitCode == 0)
  }

  @Test func `a client that is gone and reads nothing is given up after a second`() {
    let run = gone([StagedProxy.pass(.seconds(1))])
    #expect(run.server.allSatisfy { $0.id != "4" })
    #expect(run.exitCode == 0)
    #expect(run.kernel.now - at(0) < .seconds(4))
  }

  @Test func `calls in flight of a client that is gone are finished although it reads nothing`() {
    var staged = StagedProxy()
    staged.maxLine = 8 << 20
    let run = staged.run(
      StagedProxy.opening() + [
        StagedProxy.client(StagedProxy.call(7)), StagedProxy.client(StagedProxy.call(8)),
        { $0.reads[StagedProxy.clientInput] = [.end] },
        { $0.full = [StagedProxy.clientOutput] },
        StagedProxy.server(StagedProxy.result(3, Self.big)),
        StagedProxy.server(StagedProxy.result(4)),
      ]
    )
    #expect(run.exitCode == 0)
    #expect(run.kernel.now - at(0) < .seconds(4))
  }

  @Test(arguments: [(32, 0), (104, 0), (28, 74), (5, 74)] as [(Int32, Int32)])
  func `only a stream that cannot be used is a failure`(error: Int32, code: Int32) {
    let failure = Transfer.failed(SystemError("call", error))
    let unread = StagedProxy().run([{ $0.reads[StagedProxy.clientInput] = [failure] }])
    #expect(unread.exitCode == code)
    #expect(unread.log.contains { $0.hasPrefix("error: ") } == (code != 0))
    let unwritten = StagedProxy().run(
      [{ $0.writes[StagedProxy.clientOutput] = [failure] }] + StagedProxy.clientOpens
    )
    #expect(unwritten.exitCode == code)
    #expect(unwritten.log.contains { $0.hasPrefix("error: ") } == (code != 0))
  }
}
