import MCPProxy
import Testing

@Suite struct CircuitBreakerTests {
  private static func run(
    _ outcomes: String,
    _ change: (inout BreakerPolicy) -> Void = { _ in }
  ) -> CircuitBreaker {
    var policy = BreakerPolicy()
    change(&policy)
    var breaker = CircuitBreaker(policy: policy)
    for outcome in outcomes {
      guard let permit = breaker.admit(at: at(0)).permit else { return breaker }
      let length = outcome == "s" ? 6.0 : 0.1
      breaker.settle(permit, outcome == "F" ? .failure : .success, at: at(length))
    }
    return breaker
  }

  /// Each row: outcomes in order (F failure, S success, s slow success), and whether they trip.
  @Test(arguments: [
    ("FFFF", false), ("FFFFF", true), ("SFFFF", true), ("FFSFS", false), ("SSSFF", false),
    ("SSFSF", false), ("SSSFFF", true), ("FFFFS", false), ("FFFFSF", true), ("sssss", false),
  ])
  func `the default rules trip at half of at least five calls`(outcomes: String, trips: Bool) {
    #expect((CircuitBreakerTests.run(outcomes).state.kind == .open) == trips)
  }

  @Test(arguments: [
    ("ssss", false), ("sssss", true), ("SSsss", true), ("SSSss", false), ("SSSsss", true),
  ])
  func `the slow rule judges the share of slow calls`(outcomes: String, trips: Bool) {
    let breaker = CircuitBreakerTests.run(outcomes) { $0.slow = .seconds(5) }
    #expect((breaker.state.kind == .open) == trips)
  }

  @Test func `a rule that is off never trips`() {
    let failures = String(repeating: "F", count: 40)
    for rate in [nil, 1.01] as [Double?] {
      let breaker = CircuitBreakerTests.run(failures) {
        $0.failureRate = rate
        $0.consecutive = nil
      }
      #expect(breaker.state == .closed)
      let slow = CircuitBreakerTests.run(String(repeating: "s", count: 40)) {
        $0.slow = .seconds(5)
        $0.slowRate = rate
      }
      #expect(slow.state == .closed)
    }
  }

  @Test func `a call exactly as long as the limit is not slow`() {
    var policy = BreakerPolicy()
    policy.slow = .seconds(5)
    var breaker = CircuitBreaker(policy: policy)
    if let permit = breaker.admit(at: at(0)).permit { breaker.settle(permit, .success, at: at(5)) }
    #expect(breaker.counters.slow == 0)
    #expect(breaker.counters.calls == 1)
  }

  @Test(arguments: 1...20)
  func `a rate written as a fraction trips at exactly that fraction`(failures: Int) {
    let outcomes =
      String(repeating: "S", count: 20 - failures) + String(repeating: "F", count: failures)
    for limit in 1...20 {
      let breaker = CircuitBreakerTests.run(outcomes) {
        $0.consecutive = nil
        $0.minCalls = 20
        $0.failureRate = Double(limit) * 5 / 100
      }
      #expect((breaker.state.kind == .open) == (failures >= limit))
    }
  }

  @Test func `the open wait doubles up to its cap and starts again after a close`() {
    var breaker = CircuitBreakerTests.run("FFFFF")
    var waits: [TimeSpan] = []
    var now = at(0.1)
    for _ in 0..<6 {
      guard case .open(let until) = breaker.state else { break }
      waits.append(until - now)
      now = until
      guard let own = breaker.beginOwnProbe(at: now) else { break }
      breaker.settleOwnProbe(own, succeeded: false, at: now)
    }
    #expect(waits == [30, 60, 120, 240, 300, 300].map { TimeSpan.seconds($0) })
    guard case .open(let until) = breaker.state else { return }
    for _ in 0..<2 {
      if let probe = breaker.admit(at: until).permit { breaker.settle(probe, .success, at: until) }
    }
    #expect(breaker.state == .closed)
    for _ in 0..<5 {
      if let permit = breaker.admit(at: until).permit {
        breaker.settle(permit, .failure, at: until)
      }
    }
    #expect(breaker.state == .open(until: until + .seconds(30)))
  }

  @Test func `the end of the wait is announced once`() {
    var breaker = CircuitBreakerTests.run("FFFFF")
    #expect(breaker.nextDeadline == at(30.1))
    breaker.expire(at: at(30.1))
    #expect(breaker.nextDeadline == nil)
    #expect(breaker.state == .open(until: at(30.1)))
  }

  @Test func `a half-open breaker without a call waits for ever without a timer`() throws {
    var breaker = CircuitBreakerTests.run("FFFFF")
    let own = try breaker.mustBeginOwnProbe(at: at(31))
    breaker.settleOwnProbe(own, succeeded: true, at: at(32))
    breaker.expire(at: at(9999))
    #expect(breaker.state == .halfOpen)
    #expect(breaker.nextDeadline == nil)
  }

  @Test func `metrics-only notes a trip once for each excursion`() {
    var breaker = CircuitBreakerTests.run("FFFFFFFF") { $0.mode = .metricsOnly }
    #expect(breaker.state == .metricsOnly)
    #expect(breaker.counters.trips == 1)
    for round in 1...2 {
      for verdict in [Verdict.success, .failure] {
        let now = at(Double(round) * 100 + (verdict == .failure ? 70 : 0))
        for _ in 0..<6 {
          if let permit = breaker.admit(at: now).permit { breaker.settle(permit, verdict, at: now) }
        }
      }
      #expect(breaker.counters.trips == 1 + round)
    }
  }

  @Test func `an update keeps the state, the generation and the newest outcomes`() {
    var breaker = CircuitBreakerTests.run("SSSSFFF")
    let generation = breaker.generation
    var policy = BreakerPolicy()
    policy.window = 4
    policy.mode = .forcedOpen
    breaker.update(policy: policy)
    #expect(breaker.state == .closed)
    #expect(breaker.generation == generation)
    #expect(breaker.counters.calls == 4)
    #expect(breaker.counters.failures == 3)
    policy.window = 30
    breaker.update(policy: policy)
    #expect(breaker.counters.failures == 3)
    if let permit = breaker.admit(at: at(1)).permit { breaker.settle(permit, .failure, at: at(1)) }
    #expect(breaker.state.kind == .open)
  }

  @Test func `fewer half-open calls in a new policy do not shut a half-open breaker`() throws {
    var breaker = CircuitBreakerTests.run("FFFFF")
    let first = try breaker.mustAdmit(at: at(31))
    breaker.settle(first, .success, at: at(31))
    var policy = BreakerPolicy()
    policy.halfOpenCalls = 1
    breaker.update(policy: policy)
    let second = try breaker.mustAdmit(at: at(32))
    breaker.settle(second, .success, at: at(32))
    #expect(breaker.state == .closed)
  }

  @Test func `the place of an ended call is used again, in any order of ends`() throws {
    var breaker = CircuitBreaker(policy: BreakerPolicy())
    var random = SeededRandom(seed: 7)
    var live: [Permit] = []
    for step in 0..<2000 {
      if live.count < 20, random.chance(55) {
        live.append(try breaker.mustAdmit(at: at(Double(step))))
      } else if !live.isEmpty {
        let permit = live.remove(at: random.below(live.count))
        breaker.settle(permit, .success, at: at(Double(step)))
        breaker.settle(permit, .failure, at: at(Double(step)))
      }
      #expect(breaker.counters.inFlight == live.count)
    }
    #expect(breaker.counters.failures == 0)
    #expect(breaker.counters.lateResults > 100)
  }

  @Test func `a permit is small`() {
    #expect(MemoryLayout<Permit>.stride <= 24)
  }
}
