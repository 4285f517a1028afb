import MCPProxy
import Testing

struct WaitingTests {
  private static func policy(max: Int = 1, queue: Int = 2) -> ConcurrencyPolicy {
    var policy = ConcurrencyPolicy()
    policy.max = max
    policy.queue = queue
    return policy
  }

  private static func entry(
    _ call: UInt64,
    tool: Int = 0,
    since: Double = 0,
    deadline: Double = 50,
    start: Double = 30
  ) -> Waiting<String>.Entry {
    Waiting.Entry(
      call: call,
      tool: tool,
      since: at(since),
      deadline: at(deadline),
      startDeadline: at(start),
      payload: "call \(call)"
    )
  }

  /// Calls that wait for a place since the start.
  private static func served(_ calls: ClosedRange<UInt64>) -> Waiting<String> {
    var waiting = Waiting<String>(policy: policy())
    waiting.serve(at: at(0))
    for call in calls { waiting.append(entry(call), at: at(0)) }
    return waiting
  }

  private static func calls(_ waiting: Waiting<String>) -> [UInt64] {
    (0..<waiting.count).compactMap { waiting[$0]?.call }
  }

  @Test func `calls stand first come, first served, each with what it brought`() {
    var waiting = Self.served(7...9)
    #expect(Self.calls(waiting) == [7, 8, 9] && waiting.count == 3 && !waiting.isEmpty)
    #expect(waiting[0]?.payload == "call 7" && waiting[3] == nil)
    let second = waiting.remove(at: 1)
    #expect(second?.payload == "call 8" && Self.calls(waiting) == [7, 9])
    let nobody = waiting.remove(at: 2)
    #expect(nobody == nil)
    let last = waiting.remove(9)
    let again = waiting.remove(9)
    #expect(last?.call == 9 && again == nil && Self.calls(waiting) == [7])
  }

  @Test(arguments: [(1, 2, 3, 2), (3, 0, 3, 0), (0, 1, 2, 1)])
  func `as many may wait for a server as may run on it, beside the queue`(
    max: Int,
    queue: Int,
    unserved: Int,
    served: Int
  ) {
    for isServed in [false, true] {
      var waiting = Waiting<String>(policy: Self.policy(max: max, queue: queue))
      if isServed { waiting.serve(at: at(0)) }
      var room = 0
      while !waiting.isFull {
        room += 1
        waiting.append(Self.entry(UInt64(room)), at: at(0))
      }
      #expect(room == (isServed ? served : unserved))
    }
  }

  @Test func `a call waits for a server until its time for that, then as the queue lets it`() {
    var waiting = Waiting<String>(policy: Self.policy(queue: 9))
    waiting.append(Self.entry(1, deadline: 50, start: 30), at: at(0))
    waiting.append(Self.entry(2, deadline: 22, start: 20), at: at(0))
    #expect(waiting[0]?.due == at(30) && waiting[1]?.due == at(20) && !waiting.isServed)
    #expect(waiting.nextDeadline == at(20))
    waiting.serve(at: at(19))
    // Five seconds from now, or its own time if that is up first.
    #expect(waiting[0]?.due == at(24) && waiting[1]?.due == at(22) && waiting.isServed)
    waiting.append(Self.entry(3), at: at(21))
    #expect(waiting[2]?.due == at(26) && waiting.nextDeadline == at(22))
    waiting.unserve(at: at(21.5))
    #expect((0..<3).map { waiting[$0]?.due } == [at(30), at(20), at(30)])
    #expect(Self.calls(waiting) == [1, 2, 3] && waiting.check() == nil)
  }

  @Test func `those whose time is up go in their order, the others stay`() {
    var waiting = Waiting<String>(policy: Self.policy())
    let empty = waiting.removeExpired(at: at(99))
    #expect(empty == nil)
    for (call, start) in [(1, 4.0), (2, 9), (3, 4), (4, 7)] as [(UInt64, Double)] {
      waiting.append(Self.entry(call, start: start), at: at(0))
    }
    let early = waiting.removeExpired(at: at(3.9))
    #expect(early == nil)
    let gone = (0..<3).map { _ in waiting.removeExpired(at: at(4))?.call }
    #expect(gone == [1, 3, nil])
    #expect(waiting.nextDeadline == at(7) && Self.calls(waiting) == [2, 4])
  }

  @Test func `a deadline may be early after somebody has left, and is exact after a look`() {
    var waiting = Waiting<String>(policy: Self.policy())
    waiting.append(Self.entry(1, start: 4), at: at(0))
    waiting.append(Self.entry(2, start: 9), at: at(0))
    _ = waiting.remove(1)
    #expect(waiting.nextDeadline == at(4))
    let nobody = waiting.removeExpired(at: at(4))
    #expect(nobody == nil && waiting.nextDeadline == at(9))
    _ = waiting.remove(2)
    #expect(waiting.nextDeadline == nil)
    waiting.append(Self.entry(3, start: 20), at: at(10))
    #expect(waiting.nextDeadline == at(20))
  }

  @Test func `who waits for a token is looked at when it is there`() {
    var waiting = Self.served(1...2)
    #expect(waiting.nextDeadline == at(5))
    waiting.expectToken(at: at(2))
    #expect(waiting.nextDeadline == at(2))
    waiting.expectToken(at: at(8))
    #expect(waiting.nextDeadline == at(5))
    waiting.expectToken(at: nil)
    #expect(waiting.nextDeadline == at(5))
    waiting.expectToken(at: at(2))
    waiting.unserve(at: at(1))
    #expect(waiting.nextDeadline == at(30))
  }

  @Test(
    arguments: [(0, 5, 5), (0, 60, 50), (48, 5, 50), (10, 1, 11)] as [(Double, Int64, Double)]
  )
  func `a token is waited for as long as the queue lets a call wait, never past its time`(
    since: Double,
    wait: Int64,
    patience: Double
  ) {
    var policy = Self.policy()
    policy.wait = .seconds(wait)
    let waiting = Waiting<String>(policy: policy)
    #expect(waiting.patience(since: at(since), deadline: at(50)) == at(patience))
  }

  @Test func `when a server comes up, there is room for the queue only`() {
    var waiting = Waiting<String>(policy: Self.policy(max: 3, queue: 2))
    for call in 1...5 as ClosedRange<UInt64> { waiting.append(Self.entry(call), at: at(0)) }
    let early = waiting.removeExcess()
    #expect(early == nil)
    waiting.serve(at: at(1))
    _ = waiting.remove(at: 0)
    var excess: [UInt64] = []
    while let entry = waiting.removeExcess() { excess.append(entry.call) }
    #expect(excess == [4, 5] && Self.calls(waiting) == [2, 3])
  }

  @Test func `whoever is chosen is taken out, in order`() {
    var waiting = Waiting<String>(policy: Self.policy())
    for call in 1...5 as ClosedRange<UInt64> {
      waiting.append(Self.entry(call, tool: Int(call % 2)), at: at(0))
    }
    let odd = waiting.removeAll { $0.tool == 1 }
    #expect(odd.map(\.call) == [1, 3, 5] && Self.calls(waiting) == [2, 4])
    let rest = waiting.removeAll()
    #expect(rest.map(\.call) == [2, 4] && waiting.isEmpty)
  }

  @Test func `a smaller limit turns nobody away`() {
    var waiting = Self.served(1...2)
    waiting.update(policy: Self.policy(queue: 0))
    #expect(Self.calls(waiting) == [1, 2] && waiting.isFull)
    waiting.update(policy: Self.policy(queue: 3))
    #expect(!waiting.isFull)
  }
}
