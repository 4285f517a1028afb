import MCPProxy
import Testing

/// Faults around a scripted link, as its endpoint meets them.
struct ChaosLinkTests {
  /// An endpoint whose only link is hit by a rule.
  private static func run(
    _ rule: ChaosRule,
    _ body: @escaping @Sendable (EndpointStage) async throws -> Void
  ) throws {
    try EndpointStage.run(chaos: ChaosSettings(rules: [rule])) { stage in
      await stage.open()
      try await body(stage)
    }
  }

  private static func rule(_ mode: ChaosMode, _ span: TimeSpan = .zero) -> ChaosRule {
    var rule = ChaosRule(mode)
    rule.span = span
    rule.limit = 1
    return rule
  }

  /// The server ends and the next one opens.
  private static func restart(_ stage: EndpointStage) async {
    stage.link.exits(.code(0))
    stage.call(8)
    await stage.turn()
    stage.opens(stage.link)
    await stage.turn()
  }

  // MARK: Faults

  @Test func `an answer comes later`() throws {
    try Self.run(Self.rule(.delay, .seconds(3))) { stage in
      stage.call(7)
      stage.link.answers(call: 0)
      await stage.pass(.milliseconds(2999))
      #expect(stage.results(7).isEmpty)
      await stage.pass(.milliseconds(1))
      #expect(stage.answer(7) != nil)
    }
  }

  @Test func `a call that is dropped never leaves, and may have run`() throws {
    try Self.run(Self.rule(.drop)) { stage in
      stage.call(7, within: .seconds(5))
      #expect(stage.link.requests("tools/call").isEmpty)
      await stage.pass(.seconds(5))
      #expect(stage.failure(7)?.loss == .timedOut)
      #expect(stage.failure(7)?.certainty == .unknown)
    }
  }

  @Test func `a call fails in the server's place`() throws {
    try Self.run(Self.rule(.error)) { stage in
      let attempt = stage.attempt(7)
      #expect(stage.endpoint.onLoop(attempt) { $0.begin($1) } == nil)
      await stage.pass(.milliseconds(1))
      #expect(stage.failure(7)?.loss == .injected)
      #expect(attempt.injected == .error)
    }
  }

  @Test func `a server is killed when it has what it is killed over`() throws {
    try Self.run(Self.rule(.kill)) { stage in
      stage.call(7)
      await stage.pass(.milliseconds(1))
      #expect(stage.link.actions.last == .kill)
      stage.link.exits(.signal(9))
      #expect(stage.failure(7)?.certainty == .unknown)
    }
  }

  // MARK: What a dead process leaves

  @Test(arguments: [ChaosMode.delay, .slow])
  func `an answer that was to come later is lost with its process`(mode: ChaosMode) throws {
    try Self.run(Self.rule(mode, .seconds(3))) { stage in
      stage.call(7)
      await stage.turn()
      stage.link.answers(call: 0)
      await Self.restart(stage)
      #expect(stage.failure(7)?.certainty == .unknown)
      await stage.pass(.seconds(3))
      #expect(stage.results(7).count == 1)
      #expect(stage.results(8).isEmpty)
      stage.link.answers(call: 1)
      #expect(stage.answer(8) != nil)
    }
  }

  @Test func `a kill that was to come later does not hit the next process`() throws {
    try Self.run(Self.rule(.kill, .seconds(3))) { stage in
      stage.call(7)
      await Self.restart(stage)
      await stage.pass(.seconds(3))
      #expect(!stage.link.actions.contains(.kill))
    }
  }
}
