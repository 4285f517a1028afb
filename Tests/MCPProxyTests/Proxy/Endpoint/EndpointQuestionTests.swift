import MCPProxy
import Testing

/// News of a question can come after its process has gone.
struct EndpointQuestionTests {
  @Test func `what was asked for a process that is gone holds nothing up`() {
    let loop = EventLoop(kernel: FakeKernel())
    let endpoint = Endpoint(
      EndpointConfiguration(name: "a", launch: .process(Command("/a", []))),
      index: 0,
      loop: loop,
      launcher: Launcher(
        loop: loop,
        environment: LaunchEnvironment(
          variables: [:],
          isExecutable: { _ in false },
          entries: { _ in [] }
        ),
        binary: nil,
        maxLine: 1 << 10,
        log: .silent
      ),
      congestion: Congestion(),
      log: .silent
    )
    let timers = loop.runUntilDone {
      await endpoint.questionAsked(1)
      await endpoint.questionAnswered(1, [])
      await endpoint.questionRefused(1, -32603, "")
      return loop.pendingTimers
    }
    // Its time limit would be one, and calls of the next process would stand still until then.
    #expect(timers == 0)
  }
}
