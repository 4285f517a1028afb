import MCPProxy
import Testing

struct HealthTests {
  private static func health(_ change: (inout EndpointPolicy) -> Void = { _ in }) -> Health {
    var policy = EndpointPolicy()
    policy.concurrency.max = 2
    policy.breaker.consecutive = 2
    policy.breaker.halfOpenCalls = 1
    change(&policy)
    return Health(policy)
  }

  private static func run(
    _ health: inout Health,
    _ observation: OutcomeTable.Observation,
    tool: Int = 0,
    times: Int = 1,
    at now: Instant = at(0)
  ) {
    for _ in 0..<times {
      let permits = health.commit(tool, at: now)
      health.settle(permits, of: tool, observation, Health.Ending(), at: now)
    }
  }

  // MARK: Places

  @Test func `there are as many places as configured, one at least`() {
    for (most, places) in [(2, 2), (1, 1), (0, 1)] {
      var health = Self.health { $0.concurrency.max = most }
      var permits: [Permits] = []
      while health.hasPlace { permits.append(health.commit(0, at: at(0))) }
      #expect(permits.count == places && health.inFlight == places)
      #expect(health.refusal(0, at: at(0)) == .noPlace)
      health.settle(permits[0], of: 0, .cancelled, Health.Ending(), at: at(0))
      #expect(health.hasPlace && health.refusal(0, at: at(0)) == nil)
    }
  }

  @Test func `other limits turn nobody out, and reach the breakers`() {
    var health = Self.health()
    let permits = (0..<2).map { _ in health.commit(0, at: at(0)) }
    var policy = EndpointPolicy()
    policy.concurrency.max = 1
    policy.breaker.consecutive = 1
    health.update(policy)
    health.settle(permits[0], of: 0, .result(isError: false), Health.Ending(), at: at(0))
    #expect(!health.hasPlace && health.inFlight == 1)
    health.settle(permits[1], of: 0, .streamBroken, Health.Ending(), at: at(0))
    #expect(health.state == .open(until: at(30)))
  }

  // MARK: Refusals

  @Test func `what is shut is said before there is a place, who tries it out waits for one`() {
    var health = Self.health { $0.concurrency.max = 1 }
    Self.run(&health, .streamBroken, times: 2)
    #expect(health.refusal(0, at: at(10)) == .breaker(.open(retryAfter: .seconds(20))))
    health.pass(to: at(30))
    let probe = health.commit(1, at: at(30))
    #expect(probe.server.isProbe && health.state == .halfOpen)
    #expect(health.refusal(1, at: at(31)) == .noPlace)
    health.update(Self.wide)
    #expect(health.refusal(1, at: at(31)) == .breaker(.probing(retryAfter: .seconds(14))))
  }

  private static let wide: EndpointPolicy = {
    var policy = EndpointPolicy()
    policy.breaker.halfOpenCalls = 1
    return policy
  }()

  @Test func `a tool's own breaker refuses its calls alone`() {
    var health = Self.health { $0.breaker.consecutive = 3 }
    for _ in 0..<3 {
      Self.run(&health, .error(code: -32603), tool: 4)
      Self.run(&health, .result(isError: false), tool: 5)
    }
    #expect(health.state == .closed)
    #expect(health.refusal(4, at: at(1)) == .tool(.open(retryAfter: .seconds(29))))
    #expect(health.refusal(5, at: at(1)) == nil)
    #expect(health.view.toolBreakers == 1 && health.view.openToolBreakers == 1)
    // After its wait it is tried out, by one call.
    #expect(health.refusal(4, at: at(30)) == nil)
    let permits = health.commit(4, at: at(30))
    #expect(permits.tool.isProbe && !permits.server.isProbe)
  }

  @Test func `an operator's word refuses everything`() {
    let health = Self.health { $0.breaker.mode = .forcedOpen }
    #expect(health.refusal(0, at: at(0)) == .breaker(.forcedOpen))
  }

  // MARK: What becomes of attempts

  @Test(
    arguments: [
      (.timedOut(endpointSpoke: false), "timed out"), (.writeFailed, "closed its input"),
      (.processEnded(isFirst: true), "exited"), (.streamBroken, "failed"),
      (.result(isError: true), nil), (.cancelled, nil), (.error(code: -32603), nil),
      (.timedOut(endpointSpoke: true), nil), (.processEnded(isFirst: false), nil),
    ] as [(OutcomeTable.Observation, String?)]
  )
  func `the last failure is told in a word or two`(
    observation: OutcomeTable.Observation,
    word: String?
  ) {
    var health = Self.health()
    Self.run(&health, observation)
    #expect(health.lastFailure == word && health.inFlight == 0 && health.view.permits == 0)
  }

  @Test func `a silence is the tool's failure, the server's only if a ping says so`() {
    for isAnswered in [true, false] {
      var health = Self.health()
      for _ in 0..<2 {
        let permits = health.commit(7, at: at(0))
        health.settleSilence(permits, of: 7, Health.Ending(), at: at(9))
        #expect(health.inFlight == 0 && health.view.permits == 1)
        health.settleServer(
          permits.server,
          isAnswered ? .ignored : .failure,
          Health.Ending(),
          at: at(10)
        )
      }
      #expect(health.lastFailure == "timed out" && health.view.openToolBreakers == 1)
      #expect((health.state.kind == .open) == !isAnswered)
    }
  }

  @Test(arguments: [(0, false, true), (5, false, false), (0, true, false)])
  func `time that was not the server's makes nothing slow, nor does progress`(
    paused: Int64,
    slowExempt: Bool,
    isSlow: Bool
  ) {
    var health = Self.health {
      $0.breaker.slow = .seconds(5)
      $0.breaker.slowRate = 1
      $0.breaker.minCalls = 1
    }
    let permits = health.commit(0, at: at(0))
    let ending = Health.Ending(pausedFor: .seconds(paused), slowExempt: slowExempt)
    health.settle(permits, of: 0, .result(isError: false), ending, at: at(9))
    #expect((health.state.kind == .open) == isSlow)
    #expect((health.lastTrip?.cause == .slowRate) == isSlow)
  }

  @Test func `a call that is excused does not count as hanging`() {
    for isExcused in [true, false] {
      var health = Self.health {
        $0.breaker.slow = .seconds(5)
        $0.breaker.slowRate = 1
        $0.breaker.minCalls = 1
      }
      let permits = health.commit(0, at: at(0))
      if isExcused { health.excuse(permits, of: 0) }
      health.pass(to: at(9))
      #expect((health.state.kind == .open) == !isExcused)
    }
  }

  // MARK: Pings and time

  @Test func `after the open wait a ping of ours tries the server out`() {
    var health = Self.health()
    Self.run(&health, .streamBroken, times: 2)
    #expect(health.nextDeadline == at(30))
    let early = health.expire(at: at(29), mayPing: true)
    #expect(early == nil)
    let permit = health.expire(at: at(30), mayPing: true)
    #expect(permit?.isProbe == true && health.nextDeadline == at(45))
    #expect(health.refusal(0, at: at(31)) == .breaker(.probing(retryAfter: .seconds(14))))
    if let permit { health.settleOwnProbe(permit, succeeded: true, at: at(32)) }
    #expect(health.state == .halfOpen)
  }

  @Test func `a ping that says nothing of the server leaves its place to a call`() {
    var health = Self.health()
    #expect(!health.isShut)
    Self.run(&health, .streamBroken, times: 2)
    #expect(health.isShut)
    let permit = health.expire(at: at(30), mayPing: true)
    #expect(permit != nil)
    if let permit { health.forgetOwnProbe(permit, at: at(32)) }
    #expect(health.refusal(0, at: at(32)) == nil)
  }

  @Test func `without leave for a ping the wait is over all the same`() {
    var health = Self.health()
    Self.run(&health, .streamBroken, times: 2)
    let permit = health.expire(at: at(30), mayPing: false)
    #expect(permit == nil && health.nextDeadline == nil && health.refusal(0, at: at(30)) == nil)
  }

  @Test func `three silent pings in a row are too many`() {
    var health = Self.health()
    let pings = [false, false, true, false, false, false, false]
    let hangs = pings.map { health.countPing(answered: $0) }
    #expect(hangs == [false, false, false, false, false, true, true])
    #expect(health.unansweredPings == 4)
  }

  @Test func `a new process is not judged by the old one`() {
    var health = Self.health()
    let old = health.commit(3, at: at(0))
    Self.run(&health, .streamBroken, tool: 3, times: 2)
    _ = health.countPing(answered: false)
    health.reset()
    #expect(health.state == .closed && health.unansweredPings == 0)
    #expect(health.view.toolBreakers == 0 && health.view.generation == 2)
    // The place is given back, and the result says nothing.
    health.settle(old, of: 3, .streamBroken, Health.Ending(), at: at(1))
    #expect(health.inFlight == 0 && health.view.permits == 0 && health.view.toolBreakers == 0)
  }
}
