import MCPProxy
import Testing

struct LimitsTests {
  private static func limits(
    _ shared: RateLimitPolicy?,
    _ tools: [Int: RateLimitPolicy] = [:],
    budget: Double = 2
  ) -> Limits {
    var policy = EndpointPolicy()
    policy.rateLimit = shared
    policy.retry.budget = budget
    policy.retry.perSecond = 0
    var limits = Limits(policy, at: at(0))
    for (tool, limit) in tools { limits.limit(tool, to: limit, at: at(0)) }
    return limits
  }

  private static let slow = RateLimitPolicy(calls: 1, per: .seconds(4), burst: 1)
  private static let quick = RateLimitPolicy(calls: 1, burst: 1)

  @Test func `without a limit nothing is ever short`() {
    var limits = Self.limits(nil)
    for _ in 0..<1000 { limits.commit(1, isRepeat: false, at: at(0)) }
    #expect(limits.shortage(1, at: at(0)) == nil)
    #expect(limits.wait(for: 1, at: at(0)) == .zero && limits.wait(for: nil, at: at(0)) == .zero)
  }

  @Test func `the bucket that is longest without a token is named`() {
    for (shared, own, isOwn) in [
      (Self.quick, Self.slow, true), (Self.slow, Self.quick, false), (Self.slow, Self.slow, true),
    ] {
      var limits = Self.limits(shared, [1: own])
      #expect(limits.shortage(1, at: at(0)) == nil)
      limits.commit(1, isRepeat: false, at: at(0))
      let policy = isOwn ? own : shared
      let shortage = Limits.Shortage(wait: .seconds(4), policy: policy, isOwn: isOwn)
      #expect(limits.shortage(1, at: at(0)) == shortage)
      #expect(limits.shortage(1, at: at(4)) == nil)
    }
  }

  @Test func `a call takes from its tool's bucket and from no other tool's`() {
    var limits = Self.limits(nil, [1: Self.slow, 2: Self.slow])
    limits.commit(2, isRepeat: false, at: at(0))
    limits.commit(3, isRepeat: false, at: at(0))
    #expect(limits.wait(for: 1, at: at(0)) == .zero)
    #expect(limits.wait(for: 2, at: at(0)) == .seconds(4))
    #expect(limits.wait(for: 3, at: at(0)) == .zero && limits.wait(for: nil, at: at(0)) == .zero)
    #expect(limits.shortage(1, at: at(0)) == nil && limits.shortage(3, at: at(0)) == nil)
  }

  @Test func `every call takes from the endpoint's bucket`() {
    var limits = Self.limits(Self.slow, [1: Self.quick])
    limits.commit(2, isRepeat: false, at: at(0))
    #expect(limits.wait(for: nil, at: at(1)) == .seconds(3))
    let shortage = Limits.Shortage(wait: .seconds(3), policy: Self.slow, isOwn: false)
    #expect(limits.shortage(1, at: at(1)) == shortage)
  }

  @Test func `a tool is given its bucket once, and keeps it when it is listed again`() {
    var limits = Self.limits(nil, [1: Self.slow])
    limits.commit(1, isRepeat: false, at: at(0))
    limits.limit(1, to: Self.quick, at: at(1))
    #expect(limits.wait(for: 1, at: at(1)) == .seconds(3))
  }

  @Test func `only repeats cost, and successes earn`() {
    var limits = Self.limits(nil, budget: 1)
    limits.commit(1, isRepeat: false, at: at(0))
    #expect(limits.bearsRepeat(at: at(0)))
    limits.commit(1, isRepeat: true, at: at(0))
    #expect(!limits.bearsRepeat(at: at(0)))
    for _ in 0..<4 { limits.succeeded(at: at(0)) }
    #expect(!limits.bearsRepeat(at: at(0)))
    limits.succeeded(at: at(0))
    #expect(limits.bearsRepeat(at: at(0)))
  }
}
