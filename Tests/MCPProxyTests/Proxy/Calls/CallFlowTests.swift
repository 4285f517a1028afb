import MCPProtocol
import MCPProxy
import Testing

struct CallFlowTests {
  /// Whoever calls, and does not listen.
  private actor Somebody: Caller {
    nonisolated let loop: EventLoop

    init(_ loop: EventLoop) { self.loop = loop }

    nonisolated func ended(_ call: Call, _ ending: CallEnding) -> Int { 0 }
    nonisolated func listed(_ request: ListRequest, _ list: [UInt8], mark: Int) {}
    nonisolated func told(_ notice: Notice) {}
    nonisolated func asked(by endpoint: Endpoint, _ question: ServerQuestion) -> Reply { .later }
    nonisolated func takenBack(by endpoint: Endpoint, _ number: UInt64) {}
  }

  private static let tool = ToolReference(index: 0, name: "t", token: Array(#""t""#.utf8))

  private let call: Call
  /// The tool's own endpoint, and the one that may stand in for it.
  private let own: Endpoint
  private let other: Endpoint

  init() throws {
    let loop = EventLoop(kernel: FakeKernel())
    func endpoint(_ name: String) -> Endpoint {
      let configuration = EndpointConfiguration(name: name, launch: .process(Command("/x")))
      return Endpoint(configuration, loop: loop, log: .silent)
    }
    own = endpoint("a")
    other = endpoint("b")
    let line = Array(StagedProxy.call(7).utf8)
    let request = Request(line, length: line.count, try EnvelopeParser.parse(line.span))
    call = Call(1, request, of: Somebody(loop), batch: nil, began: at(5))
  }

  private func flow(_ effect: Effect = .safe) -> CallFlow {
    let route = Route(
      name: "t",
      endpoint: own,
      tool: Self.tool,
      effect: effect,
      schemaHash: 0,
      standIns: [other],
      timeout: .seconds(60),
      longest: .seconds(60)
    )
    return CallFlow(route, began: at(5))
  }

  /// The next attempt at an endpoint, where there are stand-ins.
  private func role(_ flow: CallFlow, at endpoint: Endpoint) -> Attempt.Role {
    let target = CallFlow.Target(endpoint, Self.tool, .safe)
    return flow.attempt(call, at: target, mayFallBack: true, now: at(6)).role
  }

  /// An attempt at an endpoint fails, where there are stand-ins.
  private func fail(
    _ flow: inout CallFlow,
    _ endpoint: Endpoint,
    _ cause: AttemptFailure.Cause = .lost(.timedOut),
    _ certainty: Certainty = .notSent,
    effect: Effect = .safe
  ) {
    var target = CallFlow.Target(endpoint, Self.tool, .safe)
    let result = AttemptResult.failed(
      AttemptFailure(cause, certainty, effect: effect, breaker: .closed)
    )
    flow.note(result, of: target, since: at(5), at: at(6))
    _ = flow.step(
      result,
      &target,
      isCancelled: false,
      mayFallBack: true,
      random: 0,
      at: at(6)
    )
  }

  @Test(arguments: Effect.allCases)
  func `a call begins as its route says`(effect: Effect) {
    let flow = flow(effect)
    #expect(flow.deadline == at(65))
    #expect(flow.effect == effect)
    #expect(flow.failures.isEmpty)
    #expect(flow.notes.isEmpty)
    #expect(role(flow, at: own).hasAlternative)
  }

  @Test(arguments: [(.notSent, false), (.unknown, true), (.answered, true)] as [(Certainty, Bool)])
  func `what was sent may have run, there only`(certainty: Certainty, mayHaveRun: Bool) {
    var flow = flow()
    fail(&flow, own, .lost(.timedOut), certainty)
    #expect(role(flow, at: own).mayHaveRun == mayHaveRun)
    #expect(!role(flow, at: other).mayHaveRun)
  }

  @Test func `an effect that is worse than was believed holds for what was before`() {
    var flow = flow()
    fail(&flow, own, .lost(.timedOut), .unknown)
    fail(&flow, other)
    #expect(flow.effect == .safe)
    fail(&flow, own, .refused(.effectDiffers), effect: .unsafe)
    #expect(flow.effect == .unsafe)
    #expect(flow.failures.map(\.effect) == [.unsafe, .safe, .unsafe])
  }

  @Test func `what was not carried out has no effect`() {
    var flow = flow()
    fail(&flow, own, .lost(.timedOut), .notSent)
    fail(&flow, own, .refused(.effectDiffers), effect: .unsafe)
    #expect(flow.effect == .safe)
    #expect(flow.failures.map(\.effect) == [.safe, .unsafe])
  }

  @Test func `who was turned away for a stand-in that there is not waits its turn`() {
    let restarting = AttemptFailure.Cause.refused(.restarting(why: "ended", retryAfter: nil))
    var flow = flow()
    fail(&flow, own)
    fail(&flow, other, restarting)
    let before = flow.waitAlone(for: own)
    #expect(!before)
    #expect(role(flow, at: own).hasAlternative)
    fail(&flow, own, restarting)
    let alone = flow.waitAlone(for: own)
    #expect(alone)
    #expect(!role(flow, at: own).hasAlternative)
    // What was said for the sake of a stand-in is no reason any more; the rest is.
    #expect(flow.failures.map(\.endpoint) == ["a", "b"])
    let again = flow.waitAlone(for: own)
    #expect(!again)
    #expect(!role(flow, at: own).hasAlternative)
  }
}
