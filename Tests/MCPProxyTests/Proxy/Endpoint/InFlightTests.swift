import MCPProxy
import Testing

struct InFlightTests {
  /// Sends a call of so many seconds; returns its id.
  private static func send(
    _ inFlight: inout InFlight,
    call: UInt64 = 7,
    for seconds: Int64 = 10,
    limit: Int64 = 30,
    at now: Double = 0
  ) -> Int {
    let id = inFlight.nextID()
    let attempt = InFlightMachine.attempt(call, .seconds(seconds), .seconds(limit), at: at(now))
    inFlight.add(id, attempt)
    return id
  }

  private static func attempt(_ inFlight: InFlight, _ id: Int) -> Attempt? {
    if case .call(let attempt) = inFlight[id] { attempt } else { nil }
  }

  private static func suspect() -> InFlight.Suspect {
    InFlight.Suspect(permit: InFlightMachine.permits.server, paused: .zero)
  }

  // MARK: Ids

  @Test func `ids are counted up and never used again`() {
    var inFlight = InFlight()
    #expect(inFlight.isEmpty && inFlight.nextDeadline == nil)
    let first = Self.send(&inFlight)
    let taken = inFlight.take(first)
    let second = Self.send(&inFlight)
    #expect(taken != nil && (first, second) == (1, 2))
    let late = inFlight.answered(first)
    #expect(late == nil && inFlight.lateAnswers == 1 && inFlight.count == 1)
  }

  @Test(arguments: [0, -1, 99, Int.max, Int.min])
  func `an id that was not given finds nothing, and is counted`(id: Int) {
    var inFlight = InFlight()
    _ = Self.send(&inFlight)
    let entry = inFlight.answered(id)
    #expect(entry == nil && inFlight[id] == nil && inFlight.lateAnswers == 1)
    inFlight.answeredNothing()
    #expect(inFlight.lateAnswers == 2 && inFlight.count == 1)
  }

  @Test func `a call is found by its number, to cancel it`() {
    var inFlight = InFlight()
    let first = Self.send(&inFlight, call: 7)
    let second = Self.send(&inFlight, call: 8)
    inFlight.add(inFlight.nextID(), .list, until: at(5))
    #expect(inFlight.id(ofCall: 8) == second && inFlight.id(ofCall: 9) == nil)
    #expect(inFlight.ids == [1, 2, 3] && inFlight.calls.map(\.call) == [7, 8])
    let taken = inFlight.take(first)
    let again = inFlight.take(first)
    #expect(taken != nil && again == nil && inFlight.id(ofCall: 7) == nil)
  }

  // MARK: Deadlines

  @Test func `what has had its time is taken out, the earliest first`() {
    var inFlight = InFlight()
    let slow = Self.send(&inFlight, for: 10)
    let quick = Self.send(&inFlight, for: 3)
    let page = inFlight.nextID()
    inFlight.add(page, .list, until: at(3))
    let later = Self.send(&inFlight, for: 20)
    #expect(inFlight.nextDeadline == at(3))
    let early = inFlight.expire(at: at(2.9))
    #expect(early.isEmpty)
    let expired = inFlight.expire(at: at(10))
    #expect(expired.map(\.id) == [quick, page, slow])
    #expect(inFlight.ids == [later] && inFlight.nextDeadline == at(20))
    #expect(inFlight.check() == nil)
  }

  @Test func `an answer leaves the timer as it is, and the next look is for what is left`() {
    var inFlight = InFlight()
    let first = Self.send(&inFlight, for: 3)
    _ = Self.send(&inFlight, for: 9)
    _ = inFlight.answered(first)
    #expect(inFlight.nextDeadline == at(3))
    let none = inFlight.expire(at: at(3))
    #expect(none.isEmpty && inFlight.nextDeadline == at(9))
  }

  @Test(arguments: [(2, 12), (15, 25), (24, 30), (29, 30)] as [(Double, Double)])
  func `progress gives a call its time anew, up to its limit, and never less`(
    progress: Double,
    deadline: Double
  ) throws {
    var inFlight = InFlight()
    let id = Self.send(&inFlight, for: 10, limit: 30)
    let attempt = try #require(Self.attempt(inFlight, id))
    inFlight.progressed(attempt, at: at(progress))
    #expect(attempt.flight?.deadline == at(deadline))
    #expect(attempt.flight?.lastProgress == at(progress))
    // The timer is early, and nobody goes.
    let early = inFlight.expire(at: at(deadline - 0.1))
    #expect(early.isEmpty && inFlight.nextDeadline == at(deadline))
    let late = inFlight.expire(at: at(deadline))
    #expect(late.map(\.id) == [id])
  }

  @Test func `one ping speaks for all calls that met the silence`() {
    var inFlight = InFlight()
    _ = Self.send(&inFlight)
    let none = inFlight.blame([Self.suspect()])
    #expect(!none)
    let ping = inFlight.nextID()
    inFlight.add(ping, .blame([Self.suspect()]), until: at(5))
    let spoken = inFlight.blame([Self.suspect()])
    #expect(spoken && inFlight.nextDeadline == at(5))
    guard case .own(.blame(let suspects), let deadline)? = inFlight.answered(ping) else {
      Issue.record("no ping")
      return
    }
    #expect(suspects.count == 2 && deadline == at(5))
    let over = inFlight.blame([Self.suspect()])
    #expect(!over)
  }

  // MARK: Questions

  @Test func `while a question is open no call runs out of time, and what is ours does`() {
    var inFlight = InFlight()
    let call = Self.send(&inFlight, for: 10)
    let page = inFlight.nextID()
    inFlight.add(page, .list, until: at(12))
    let stopped = inFlight.pause(at: at(4))
    #expect(stopped.map(\.call) == [7] && inFlight.isPaused)
    let again = inFlight.pause(at: at(5))
    #expect(again.isEmpty)
    let expired = inFlight.expire(at: at(99))
    #expect(expired.map(\.id) == [page] && inFlight.nextDeadline == nil)
    inFlight.resume(at: at(104))
    // Six seconds were left.
    #expect(!inFlight.isPaused && inFlight.nextDeadline == at(110) && inFlight.check() == nil)
    let late = inFlight.expire(at: at(110))
    #expect(late.map(\.id) == [call])
  }

  @Test func `a call that was sent during a question stands still from then on`() throws {
    var inFlight = InFlight()
    let before = Self.send(&inFlight, call: 1, for: 10)
    _ = inFlight.pause(at: at(2))
    let during = Self.send(&inFlight, call: 2, for: 10, at: 5)
    let (first, second) = (
      try #require(Self.attempt(inFlight, before)), try #require(Self.attempt(inFlight, during))
    )
    #expect(inFlight.paused(first, at: at(7)) == .seconds(5))
    #expect(inFlight.paused(second, at: at(7)) == .seconds(2))
    inFlight.resume(at: at(8))
    #expect(inFlight.paused(first, at: at(20)) == .seconds(6))
    #expect(inFlight.paused(second, at: at(20)) == .seconds(3))
    #expect(first.flight?.deadline == at(16) && second.flight?.deadline == at(18))
    // Once more: the times add up.
    _ = inFlight.pause(at: at(9))
    inFlight.resume(at: at(10))
    #expect(inFlight.paused(first, at: at(20)) == .seconds(7) && first.flight?.deadline == at(17))
    inFlight.resume(at: at(15))
    #expect(inFlight.paused(first, at: at(20)) == .seconds(7))
  }

  @Test func `a call that was not sent has no time of its own`() {
    var inFlight = InFlight()
    let attempt = InFlightMachine.attempt(7, .seconds(1), .seconds(1), at: at(0))
    attempt.flight = nil
    inFlight.add(inFlight.nextID(), attempt)
    inFlight.progressed(attempt, at: at(1))
    _ = inFlight.pause(at: at(1))
    #expect(inFlight.paused(attempt, at: at(5)) == .zero && attempt.flight == nil)
    inFlight.resume(at: at(5))
    let expired = inFlight.expire(at: at(1e6))
    #expect(inFlight.nextDeadline == nil && expired.isEmpty && inFlight.count == 1)
  }

  @Test func `with the server whoever asked is gone`() {
    var inFlight = InFlight()
    let id = Self.send(&inFlight)
    _ = inFlight.pause(at: at(1))
    _ = inFlight.take(id)
    inFlight.unpause()
    #expect(!inFlight.isPaused && inFlight.check() == nil)
    let next = Self.send(&inFlight, at: 20)
    let expired = inFlight.expire(at: at(30))
    #expect(expired.map(\.id) == [next])
  }
}
