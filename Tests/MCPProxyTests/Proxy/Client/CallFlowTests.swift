import MCPProtocol
import MCPProxy
import Testing

struct CallFlowTests {
  private static func flow(_ effect: Effect = .safe) throws -> CallFlow {
    let line = Array(StagedProxy.call(7).utf8)
    let route = Route(
      name: "t",
      endpoint: 0,
      tool: ToolReference(index: 0, name: "t", token: Array(#""t""#.utf8)),
      effect: effect,
      schemaHash: 0,
      fallback: [1],
      timeout: .seconds(60),
      longest: .seconds(60)
    )
    let message = ClientMessage(line, try EnvelopeParser.parse(line.span))
    return CallFlow(number: 1, message, route, began: at(5))
  }

  private static func note(_ endpoint: Int, _ certainty: Certainty) -> AttemptNotes.Note {
    AttemptNotes.Note(
      endpoint: endpoint,
      duration: .seconds(1),
      certainty: certainty,
      reason: .timeout
    )
  }

  private static func failure(
    _ endpoint: String,
    effect: Effect = .safe,
    isForStandIn: Bool = false
  ) -> CallFailure {
    var failure = CallFailure(.timeout, endpoint: endpoint, tool: "t", text: "late")
    failure.effect = effect
    failure.isForStandIn = isForStandIn
    return failure
  }

  @Test(arguments: Effect.allCases)
  func `a call begins as its route says`(effect: Effect) throws {
    let flow = try Self.flow(effect)
    #expect(flow.deadline == at(65))
    #expect(flow.effect == effect)
    #expect(flow.failures.isEmpty)
    #expect(flow.notes.isEmpty)
    #expect(!flow.isAlone)
  }

  @Test(arguments: [(.notSent, false), (.unknown, true), (.answered, true)] as [(Certainty, Bool)])
  func `what was sent may have run, there only`(certainty: Certainty, mayHaveRun: Bool) throws {
    var flow = try Self.flow()
    flow.notes.append(Self.note(0, certainty))
    #expect(flow.mayHaveRun(at: 0) == mayHaveRun)
    #expect(!flow.mayHaveRun(at: 1))
  }

  @Test func `an effect that is worse than was believed holds for what was before`() throws {
    var flow = try Self.flow()
    flow.notes.append(Self.note(0, .unknown))
    flow.failed(Self.failure("a"), by: 0)
    flow.failed(Self.failure("b"), by: 1)
    #expect(flow.effect == .safe)
    flow.failed(Self.failure("a", effect: .unsafe), by: 0)
    #expect(flow.effect == .unsafe)
    #expect(flow.failures.map(\.effect) == [.unsafe, .safe, .unsafe])
  }

  @Test func `what was not carried out has no effect`() throws {
    var flow = try Self.flow()
    flow.notes.append(Self.note(0, .notSent))
    flow.failed(Self.failure("a"), by: 0)
    flow.failed(Self.failure("a", effect: .unsafe), by: 0)
    #expect(flow.effect == .safe)
    #expect(flow.failures.map(\.effect) == [.safe, .unsafe])
  }

  @Test func `who was turned away for a stand-in that there is not waits its turn`() throws {
    var flow = try Self.flow()
    flow.failed(Self.failure("a"), by: 0)
    flow.failed(Self.failure("b", isForStandIn: true), by: 1)
    let before = flow.waitsAlone(for: "a")
    #expect(!before)
    #expect(!flow.isAlone)
    flow.failed(Self.failure("a", isForStandIn: true), by: 0)
    let alone = flow.waitsAlone(for: "a")
    #expect(alone)
    #expect(flow.isAlone)
    // What was said for the sake of a stand-in is no reason any more; the rest is.
    #expect(flow.failures.map(\.endpoint) == ["a", "b"])
    let again = flow.waitsAlone(for: "a")
    #expect(!again)
    #expect(flow.isAlone)
  }
}
