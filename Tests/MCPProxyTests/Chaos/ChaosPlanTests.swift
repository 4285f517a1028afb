import MCPProxy
import Testing

struct ChaosPlanTests {
  private static func plan(
    _ rules: String...,
    seed: UInt64 = 7,
    endpoint: String = "a"
  ) throws -> ChaosPlan? {
    ChaosPlan(
      ChaosSettings(rules: try rules.map { try ChaosRule(parsing: $0) }, seed: seed),
      endpoint: endpoint
    )
  }

  /// The modes that hit so many calls of a tool, one each millisecond.
  private static func modes(
    _ plan: ChaosPlan?,
    _ count: Int,
    tool: String = "t",
    from start: Int64 = 0
  ) -> [ChaosMode?] {
    var plan = plan
    return (0..<Int64(count)).map { number in
      plan?.fault(tool: tool, at: .zero + .milliseconds(start + number))?.mode
    }
  }

  @Test func `the same seed gives the same faults, another one others`() throws {
    let rules = ["delay,p=0.3", "drop,p=0.3", "kill,p=0.1"]
    func draw(_ seed: UInt64, _ endpoint: String = "a") throws -> [ChaosMode?] {
      let settings = ChaosSettings(rules: try rules.map { try ChaosRule(parsing: $0) }, seed: seed)
      return Self.modes(ChaosPlan(settings, endpoint: endpoint), 200)
    }
    #expect(try draw(1) == draw(1))
    #expect(try draw(1) != draw(2))
    #expect(try draw(1) != draw(1, "b"))
    #expect(Set(try draw(1)) == [nil, .delay, .drop, .kill])
  }

  @Test(arguments: [0.0, 0.2, 0.5, 1.0])
  func `the share of hits is the one that was asked for`(share: Double) throws {
    let hits = Self.modes(try Self.plan("drop,p=\(share)"), 10_000).count { $0 != nil }
    // Four standard deviations.
    #expect(abs(Double(hits) - 10_000 * share) <= 200)
    if share == 0 { #expect(hits == 0) }
    if share == 1 { #expect(hits == 10_000) }
  }

  @Test func `limit, after and for bound a rule`() throws {
    #expect(Self.modes(try Self.plan("drop,limit=2"), 4) == [.drop, .drop, nil, nil])
    #expect(Self.modes(try Self.plan("drop,after=2"), 4) == [nil, nil, .drop, .drop])
    #expect(
      Self.modes(try Self.plan("drop,after=1,for=2ms"), 5) == [nil, .drop, .drop, nil, nil]
    )
    #expect(
      Self.modes(try Self.plan("drop,after=1,limit=1"), 4) == [nil, .drop, nil, nil]
    )
  }

  @Test func `the first rule that hits decides, and ok exempts`() throws {
    let plan = try Self.plan("ok:a/spared", "kill,limit=1", "drop")
    #expect(Self.modes(plan, 2, tool: "spared") == [nil, nil])
    #expect(Self.modes(plan, 3) == [.kill, .drop, .drop])
  }

  @Test func `calls of other tools count for nothing`() throws {
    var plan = try #require(try Self.plan("drop:a/t,after=1"))
    for _ in 0..<3 { #expect(plan.fault(tool: "other", at: .zero) == nil) }
    #expect(plan.fault(tool: "t", at: .zero) == nil)
    #expect(plan.fault(tool: "t", at: .zero)?.mode == .drop)
  }

  @Test func `each rule has chances of its own`() throws {
    let plan = try Self.plan("drop:a/t,p=0.5", "drop:a/other,p=0.5")
    #expect(Self.modes(plan, 100) != Self.modes(plan, 100, tool: "other"))
  }

  @Test func `an endpoint no rule is about has no plan`() throws {
    #expect(try Self.plan("drop:a", endpoint: "b") == nil)
    #expect(try Self.plan("drop:a", endpoint: "a") != nil)
    #expect(try Self.plan("drop", endpoint: "b") != nil)
  }

  @Test func `pings are hit while the rule is, and draw nothing from it`() throws {
    var plan = try #require(try Self.plan("drop,after=1,for=10ms"))
    #expect(plan.faultOfPing(at: .zero) == nil)
    #expect(plan.fault(tool: "t", at: .zero) == nil)
    #expect(plan.faultOfPing(at: .zero) == nil)
    #expect(plan.fault(tool: "t", at: .zero)?.mode == .drop)
    #expect(plan.faultOfPing(at: .zero)?.mode == .drop)
    #expect(plan.faultOfPing(at: .zero + .milliseconds(10)) == nil)
    var kill = try #require(try Self.plan("kill"))
    #expect(kill.fault(tool: "t", at: .zero)?.mode == .kill)
    #expect(kill.faultOfPing(at: .zero) == nil)

    var tool = try #require(try Self.plan("drop:a/*"))
    #expect(tool.fault(tool: "t", at: .zero)?.mode == .drop)
    #expect(tool.faultOfPing(at: .zero) == nil)

    var pinged = try #require(try Self.plan("drop,p=0.5"))
    var plain = pinged
    for _ in 0..<100 {
      _ = pinged.faultOfPing(at: .zero)
      #expect(pinged.fault(tool: "t", at: .zero) == plain.fault(tool: "t", at: .zero))
    }
  }

  @Test func `the faults of a call are kept in their order, four at most`() {
    var modes = InjectedModes()
    #expect(modes.all == [])
    for mode: ChaosMode in [.kill, .drop, .kill, .error, .delay] { modes.append(mode) }
    #expect(modes.all == [.kill, .drop, .kill, .error])
    #expect(modes.all.count == RepeatRule.mostAttempts)
  }
}
