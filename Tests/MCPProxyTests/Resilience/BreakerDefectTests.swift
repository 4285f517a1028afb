import MCPProxy
import Testing

/// The defects found in other breakers, B1 to B12 of the design; none may be possible here.
@Suite struct BreakerDefectTests {
  private static func breaker(
    _ change: (inout BreakerPolicy) -> Void = { _ in }
  ) -> CircuitBreaker {
    var policy = BreakerPolicy()
    change(&policy)
    return CircuitBreaker(policy: policy)
  }

  /// Opens a breaker of the default policy with five failures.
  private static func open(_ breaker: inout CircuitBreaker, at now: Instant) {
    for _ in 0..<5 {
      guard let permit = breaker.admit(at: now).permit else { return }
      breaker.settle(permit, .failure, at: now)
    }
  }

  @Test(arguments: [Verdict.success, .failure])
  func `B1: a result from an older state is not counted in the present one`(verdict: Verdict) throws
  {
    var breaker = BreakerDefectTests.breaker { $0.halfOpenCalls = 1 }
    let straggler = try breaker.mustAdmit(at: at(0))
    BreakerDefectTests.open(&breaker, at: at(1))
    let probe = breaker.admit(at: at(31)).permit
    #expect(probe?.isProbe == true)
    breaker.settle(straggler, verdict, at: at(32))
    #expect(breaker.state == .halfOpen)
    #expect(breaker.counters.lateResults == 1)
    breaker.reset()
    breaker.settle(straggler, verdict, at: at(33))
    #expect(breaker.counters.calls == 0)
  }

  @Test func `B2: an old call gives no probe place back`() throws {
    var breaker = BreakerDefectTests.breaker()
    let old = try breaker.mustAdmit(at: at(0))
    BreakerDefectTests.open(&breaker, at: at(1))
    for _ in 0..<3 { _ = breaker.admit(at: at(31)) }
    breaker.settle(old, .ignored, at: at(32))
    let admission = breaker.admit(at: at(32))
    #expect(admission.refusal == .probing(retryAfter: .seconds(14)))
  }

  @Test func `B2: settling twice does nothing, even when the place has been used again`() throws {
    var breaker = BreakerDefectTests.breaker()
    let first = try breaker.mustAdmit(at: at(0))
    breaker.settle(first, .success, at: at(0))
    let second = try breaker.mustAdmit(at: at(0))
    breaker.settle(first, .failure, at: at(0))
    breaker.settle(second, .success, at: at(0))
    breaker.settle(first, .failure, at: at(0))
    breaker.settle(second, .failure, at: at(0))
    #expect(breaker.counters.inFlight == 0)
    #expect(breaker.counters.calls == 2)
    #expect(breaker.counters.failures == 0)
    #expect(breaker.counters.lateResults == 3)
  }

  @Test func `B3: a cancelled probe does not close`() throws {
    var breaker = BreakerDefectTests.breaker { $0.halfOpenCalls = 1 }
    BreakerDefectTests.open(&breaker, at: at(0))
    let probe = try breaker.mustAdmit(at: at(30))
    breaker.settle(probe, .ignored, at: at(31))
    #expect(breaker.state == .halfOpen)
    let admission = breaker.admit(at: at(31))
    #expect(admission.permit?.isProbe == true)
  }

  @Test func `B4: a probe that never ends opens again after its deadline`() {
    var breaker = BreakerDefectTests.breaker()
    BreakerDefectTests.open(&breaker, at: at(0))
    _ = breaker.admit(at: at(30))
    #expect(breaker.nextDeadline == at(45))
    breaker.expire(at: at(45))
    #expect(breaker.state == .open(until: at(45 + 60)))
    #expect(breaker.lastTrip?.cause == .probeTimeout)
  }

  @Test func `B4: an own probe that never ends opens again after its deadline`() throws {
    var breaker = BreakerDefectTests.breaker()
    BreakerDefectTests.open(&breaker, at: at(0))
    let own = try breaker.mustBeginOwnProbe(at: at(30))
    let secondProbe = breaker.beginOwnProbe(at: at(31))
    #expect(secondProbe == nil)
    let admission = breaker.admit(at: at(31))
    #expect(admission.refusal == .probing(retryAfter: .seconds(14)))
    // Nobody called expire at 45: what is late now is judged as of then.
    breaker.settleOwnProbe(own, succeeded: true, at: at(46))
    #expect(breaker.state == .open(until: at(45 + 60)))
  }

  @Test func `B4: a hung probe does not hold back the verdict of two good ones`() {
    var breaker = BreakerDefectTests.breaker()
    BreakerDefectTests.open(&breaker, at: at(0))
    _ = breaker.admit(at: at(30))
    for _ in 0..<2 {
      if let probe = breaker.admit(at: at(31)).permit {
        breaker.settle(probe, .success, at: at(32))
      }
    }
    #expect(breaker.state == .closed)
  }

  @Test func `B5: only the instant given decides the open wait`() {
    var breaker = BreakerDefectTests.breaker()
    BreakerDefectTests.open(&breaker, at: at(0))
    let early = breaker.admit(at: at(29.5))
    #expect(early.refusal == .open(retryAfter: .milliseconds(500)))
    let admission = breaker.admit(at: at(30))
    #expect(admission.permit != nil)
  }

  @Test func `B6: half-open admits no more than its number of probes`() {
    var breaker = BreakerDefectTests.breaker()
    BreakerDefectTests.open(&breaker, at: at(0))
    let admitted = (0..<10).filter { _ in breaker.admit(at: at(30)).permit != nil }
    #expect(admitted.count == 3)
  }

  @Test func `B7: the call that makes it half-open is the first probe`() {
    var breaker = BreakerDefectTests.breaker { $0.halfOpenCalls = 1 }
    BreakerDefectTests.open(&breaker, at: at(0))
    let first = breaker.admit(at: at(30))
    #expect(first.permit?.isProbe == true)
    let second = breaker.admit(at: at(30))
    #expect(second.permit == nil)
  }

  @Test func `B8: calls that hang count as slow before they end`() throws {
    var breaker = BreakerDefectTests.breaker { $0.slow = .seconds(5) }
    var permits: [Permit] = []
    for second in 0..<5 {
      permits.append(try breaker.mustAdmit(at: at(Double(second))))
    }
    breaker.expire(at: at(9))
    #expect(breaker.counters.slow == 4)
    #expect(breaker.state == .closed)
    let admission = breaker.admit(at: at(9.5))
    #expect(admission.permit == nil)
    #expect(breaker.lastTrip?.cause == .slowRate)
    #expect(breaker.lastTrip?.slow == 5)
  }

  @Test func `B8: a hung call that ends is counted once, by its true length`() throws {
    var breaker = BreakerDefectTests.breaker { $0.slow = .seconds(5) }
    let permits = (0..<3).compactMap { _ in breaker.admit(at: at(0)).permit }
    breaker.expire(at: at(6))
    #expect(breaker.counters.slow == 3)
    breaker.settle(permits[0], .success, at: at(7))
    #expect(breaker.counters.slow == 3)
    breaker.settle(permits[1], .success, at: at(7), pausedFor: .seconds(2))
    breaker.settle(permits[2], .success, at: at(7), slowExempt: true)
    #expect(breaker.counters.slow == 1)
    #expect(breaker.counters.calls == 3)
    let waiting = try breaker.mustAdmit(at: at(8))
    breaker.excuse(waiting)
    breaker.expire(at: at(20))
    #expect(breaker.counters.slow == 1)
  }

  @Test func `B9: an hour-old failure does not help to trip`() {
    var breaker = BreakerDefectTests.breaker()
    for time in [0, 0, 0, 0, 3600.0] {
      if let permit = breaker.admit(at: at(time)).permit {
        breaker.settle(permit, .failure, at: at(time))
      }
    }
    #expect(breaker.state == .closed)
    #expect(breaker.counters.calls == 1)
  }

  @Test func `B9: calls that time out one after the other do trip, however long each takes`() {
    var breaker = BreakerDefectTests.breaker()
    for call in 0..<5 {
      #expect(breaker.state == .closed)
      if let permit = breaker.admit(at: at(Double(call) * 70)).permit {
        breaker.settle(permit, .failure, at: at(Double(call) * 70 + 50))
      }
    }
    #expect(breaker.state.kind == .open)
    #expect(breaker.lastTrip?.failures == 5)
  }

  @Test func `B10: a late failure does not prolong the open wait`() throws {
    var breaker = BreakerDefectTests.breaker()
    let late = try breaker.mustAdmit(at: at(0))
    BreakerDefectTests.open(&breaker, at: at(1))
    breaker.settle(late, .failure, at: at(20))
    #expect(breaker.state == .open(until: at(31)))
  }

  @Test func `B11: the cause of opening is kept`() {
    var breaker = BreakerDefectTests.breaker { $0.consecutive = nil }
    for call in 0..<7 {
      if let permit = breaker.admit(at: at(0)).permit {
        breaker.settle(permit, call == 0 || call == 2 || call == 4 ? .success : .failure, at: at(1))
      }
    }
    // Four of the first seven is enough; six calls were half of them failures already.
    #expect(breaker.lastTrip?.cause == .failureRate)
    #expect(breaker.lastTrip?.failures == 3)
    #expect(breaker.lastTrip?.calls == 6)
    #expect(breaker.lastTrip?.at == at(1))
  }

  @Test func `B12: tool errors neither open a breaker nor keep it open`() {
    var breaker = BreakerDefectTests.breaker()
    let verdict = OutcomeTable.judge(.result(isError: true)).endpoint
    for _ in 0..<50 {
      if let permit = breaker.admit(at: at(0)).permit { breaker.settle(permit, verdict, at: at(1)) }
    }
    #expect(breaker.state == .closed)
    BreakerDefectTests.open(&breaker, at: at(2))
    BreakerDefectTests.open(&breaker, at: at(2))
    #expect(breaker.state.kind == .open)
    for _ in 0..<2 {
      if let probe = breaker.admit(at: at(40)).permit { breaker.settle(probe, verdict, at: at(41)) }
    }
    #expect(breaker.state == .closed)
  }
}
