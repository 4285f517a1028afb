import MCPProxy
import Testing

/// What is remembered of faults goes away with the call, however that ends.
struct FaultInjectionTests {
  private func injection() throws -> FaultInjection {
    let settings = ChaosSettings(rules: [try ChaosRule(parsing: "drop")], seed: 1)
    return FaultInjection(plan: try #require(ChaosPlan(settings, endpoint: "a")))
  }

  @Test(arguments: ChaosMode.allCases)
  func `nothing is left of a call that ended without an answer`(mode: ChaosMode) throws {
    let injection = try injection()
    injection.hit(ChaosFault(mode, .zero), request: 3, call: 8)
    #expect(injection.takeMark(8) == mode)
    #expect(injection.isEmpty)
    #expect(injection.takeMark(8) == nil)
  }

  @Test(arguments: ChaosMode.allCases)
  func `nothing is left of a call that was answered`(mode: ChaosMode) throws {
    let injection = try injection()
    injection.hit(ChaosFault(mode, .zero), request: 3, call: 8)
    #expect((injection.takeFault(3) != nil) == mode.changesAnswer)
    #expect(injection.takeMark(8) == mode)
    #expect(injection.isEmpty)
  }

  @Test func `another call keeps its fault`() throws {
    let injection = try injection()
    injection.hit(ChaosFault(.delay, .zero), request: 3, call: 8)
    injection.hit(ChaosFault(.garbage, .zero), request: 4, call: 9)
    _ = injection.takeMark(8)
    #expect(injection.takeFault(4)?.mode == .garbage)
    #expect(injection.takeMark(9) == .garbage)
    #expect(injection.isEmpty)
  }

  @Test(arguments: ChaosMode.allCases.filter(\.hitsPings))
  func `nothing is left of a ping without an answer`(mode: ChaosMode) throws {
    let injection = try injection()
    injection.hit(ChaosFault(mode, .zero), request: 3, call: nil)
    _ = injection.takeFault(3)
    #expect(injection.isEmpty)
  }
}
