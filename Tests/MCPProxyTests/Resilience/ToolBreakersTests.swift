import MCPProxy
import Testing

@Suite struct ToolBreakersTests {
  /// A call of a tool that is admitted and ends at once; whether it was admitted.
  @discardableResult private static func run(
    _ breakers: inout ToolBreakers,
    _ tool: Int,
    _ verdict: Verdict,
    at now: Instant = at(0)
  ) -> Bool {
    guard let permit = breakers.admit(tool, at: now).permit else { return false }
    breakers.settle(tool, permit, verdict, at: now)
    return true
  }

  @Test func `a bad tool shuts itself and no other`() {
    var breakers = ToolBreakers(policy: BreakerPolicy())
    for _ in 0..<5 { ToolBreakersTests.run(&breakers, 3, .failure) }
    let bad = ToolBreakersTests.run(&breakers, 3, .success)
    let good = ToolBreakersTests.run(&breakers, 4, .success)
    #expect(!bad && good)
    #expect(breakers.tools == [3])
  }

  @Test func `only a failure or a slow call makes a breaker`() {
    var policy = BreakerPolicy()
    policy.slow = .seconds(5)
    var breakers = ToolBreakers(policy: policy)
    ToolBreakersTests.run(&breakers, 1, .success)
    ToolBreakersTests.run(&breakers, 2, .ignored)
    #expect(breakers.count == 0)
    ToolBreakersTests.run(&breakers, 3, .failure)
    if let permit = breakers.admit(4, at: at(0)).permit {
      breakers.settle(4, permit, .success, at: at(6))
    }
    #expect(breakers.tools == [3, 4])
  }

  @Test func `calls in flight before the first failure are counted when they fail`() {
    var breakers = ToolBreakers(policy: BreakerPolicy())
    let permits = (0..<6).compactMap { _ in breakers.admit(1, at: at(0)).permit }
    for permit in permits { breakers.settle(1, permit, .failure, at: at(1)) }
    #expect(breakers.breaker(of: 1)?.state == .open(until: at(31)))
    #expect(breakers.breaker(of: 1)?.counters.lateResults == 1)
  }

  @Test func `a slow call that reports progress makes no breaker`() {
    var policy = BreakerPolicy()
    policy.slow = .seconds(5)
    var breakers = ToolBreakers(policy: policy)
    for tool in 0..<2 {
      guard let permit = breakers.admit(tool, at: at(0)).permit else { continue }
      breakers.settle(tool, permit, .success, at: at(9), slowExempt: tool == 0)
    }
    #expect(breakers.tools == [1])
  }

  @Test func `a call in flight that is excused is not slow`() throws {
    var policy = BreakerPolicy()
    policy.slow = .seconds(5)
    policy.minCalls = 2
    var breakers = ToolBreakers(policy: policy)
    ToolBreakersTests.run(&breakers, 1, .failure)
    let permit = try #require(breakers.admit(1, at: at(0)).permit)
    breakers.excuse(1, permit)
    // A tool without a breaker has nothing to excuse.
    breakers.excuse(2, permit)
    ToolBreakersTests.run(&breakers, 1, .success, at: at(9))
    #expect(breakers.breaker(of: 1)?.counters.slow == 0)
    #expect(breakers.tools == [1])
  }

  @Test func `an update keeps the breakers, a change of mode or of the rule forgets them`() {
    var policy = BreakerPolicy()
    var breakers = ToolBreakers(policy: policy)
    ToolBreakersTests.run(&breakers, 1, .failure)
    policy.consecutive = 2
    breakers.update(policy: policy)
    #expect(breakers.tools == [1])
    ToolBreakersTests.run(&breakers, 1, .failure)
    #expect(breakers.breaker(of: 1)?.state.kind == .open)
    policy.perTool = false
    breakers.update(policy: policy)
    #expect(breakers.count == 0)
    policy.perTool = true
    policy.mode = .metricsOnly
    breakers.update(policy: policy)
    ToolBreakersTests.run(&breakers, 1, .failure)
    #expect(breakers.tools == [1])
    policy.mode = .normal
    breakers.update(policy: policy)
    #expect(breakers.count == 0)
  }

  @Test func `the least used of 256 makes room`() {
    var breakers = ToolBreakers(policy: BreakerPolicy())
    for tool in 0..<256 { ToolBreakersTests.run(&breakers, tool, .failure) }
    ToolBreakersTests.run(&breakers, 0, .success)
    ToolBreakersTests.run(&breakers, 1, .ignored)
    for tool in 1000..<1003 { ToolBreakersTests.run(&breakers, tool, .failure) }
    #expect(breakers.tools == [0, 1] + Array(5..<256) + Array(1000..<1003))
    for tool in breakers.tools { #expect(breakers.breaker(of: tool)?.counters.failures == 1) }
  }

  @Test func `the newest goes if it is the least used`() {
    var breakers = ToolBreakers(policy: BreakerPolicy())
    for tool in 0..<256 { ToolBreakersTests.run(&breakers, tool, .failure) }
    for tool in 0..<255 { ToolBreakersTests.run(&breakers, tool, .ignored) }
    ToolBreakersTests.run(&breakers, 1000, .failure)
    #expect(breakers.tools == Array(0..<255) + [1000])
    #expect(breakers.breaker(of: 1000)?.counters.failures == 1)
  }

  @Test func `a permit of a breaker that was taken away is late for its successor`() throws {
    var breakers = ToolBreakers(policy: BreakerPolicy())
    ToolBreakersTests.run(&breakers, 0, .failure)
    let admission = breakers.admit(0, at: at(0))
    let old = try #require(admission.permit)
    for tool in 1...256 { ToolBreakersTests.run(&breakers, tool, .failure) }
    #expect(breakers.breaker(of: 0) == nil)
    breakers.settle(0, old, .failure, at: at(1))
    #expect(breakers.breaker(of: 0) == nil)
    ToolBreakersTests.run(&breakers, 0, .failure)
    breakers.settle(0, old, .failure, at: at(1))
    #expect(breakers.breaker(of: 0)?.counters.failures == 1)
    #expect(breakers.breaker(of: 0)?.counters.lateResults == 1)
  }

  @Test func `a new process starts without breakers and old results make none`() throws {
    var breakers = ToolBreakers(policy: BreakerPolicy())
    let admission = breakers.admit(0, at: at(0))
    let old = try #require(admission.permit)
    breakers.reset()
    breakers.settle(0, old, .failure, at: at(1))
    #expect(breakers.count == 0)
  }

  @Test(arguments: [BreakerPolicy.Mode.disabled, .metricsOnly, .forcedOpen, .normal])
  func `the endpoint's mode decides whether tools are refused`(mode: BreakerPolicy.Mode) {
    var policy = BreakerPolicy()
    policy.mode = mode
    var breakers = ToolBreakers(policy: policy)
    for _ in 0..<6 { ToolBreakersTests.run(&breakers, 0, .failure) }
    let admitted = ToolBreakersTests.run(&breakers, 0, .success)
    #expect(admitted == (mode == .disabled || mode == .metricsOnly))
    #expect(breakers.count == (mode == .disabled ? 0 : 1))
    policy.perTool = false
    breakers.update(policy: policy)
    for _ in 0..<6 { ToolBreakersTests.run(&breakers, 0, .failure) }
    #expect(breakers.count == 0)
  }
}
