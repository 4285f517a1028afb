import MCPProxy
import Testing

/// What a call costs that can be counted without a clock; instructions and memory: `Tests/counts`.
struct CallCostTests {
  /// The jobs of the loop that calls of the tool "t" cost, as pairs of what client and server say.
  private static func jobs(_ exchanges: [(client: String, server: String)]) -> UInt64? {
    let loop = Shared<EventLoop?>(nil)
    let seen = Shared<[UInt64]>([])
    let look: FakeKernel.Step = { _ in seen.change { $0 += [loop.value?.enqueuedJobs ?? 0] } }
    var proxy = StagedProxy()
    proxy.seesLoop = { loop.value = $0 }
    let calls = exchanges.flatMap {
      [StagedProxy.client($0.client), StagedProxy.server($0.server)]
    }
    let run = proxy.run(StagedProxy.opening() + [look] + calls + [look])
    let answers = exchanges.flatMap { $0.client.split(separator: "\n") }.count
    guard run.usage.count == answers, seen.value.count == 2 else { return nil }
    return seen.value[1] - seen.value[0]
  }

  @Test func `a call that need not wait costs no job`() {
    let calls = (0..<50).map { (StagedProxy.call(100 + $0), StagedProxy.result(3 + $0)) }
    #expect(Self.jobs(calls) == 0)
  }

  @Test func `many calls at once cost no job`() {
    let calls = (0..<50).map { StagedProxy.call(100 + $0) }.joined(separator: "\n")
    let results = (0..<50).map { StagedProxy.result(3 + $0) }.joined(separator: "\n")
    #expect(Self.jobs([(calls, results)]) == 0)
  }
}
