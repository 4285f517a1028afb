import MCPProxy
import Testing

@Suite struct BulkheadTests {
  private static func policy(max: Int, queue: Int) -> ConcurrencyPolicy {
    var policy = ConcurrencyPolicy()
    policy.max = max
    policy.queue = queue
    return policy
  }

  @Test func `places are given first come, first served`() {
    var bulkhead = Bulkhead(policy: BulkheadTests.policy(max: 1, queue: 2))
    let entered = bulkhead.enter()
    #expect(entered)
    for call in [7, 8, 9] as [UInt64] {
      let queued = bulkhead.enqueue(call, at: at(0), deadline: at(50))
      #expect(queued == (call < 9))
    }
    let full = bulkhead.admit(0)
    #expect(full == nil)
    bulkhead.leave()
    let jumped = bulkhead.enter()
    #expect(!jumped)
    #expect(bulkhead[0] == 7)
    let next = bulkhead.admit(0)
    #expect(next == 7)
    #expect(bulkhead.inFlight == 1)
    #expect(bulkhead.waiting == 1)
  }

  @Test func `a call that waits for nothing others wait for may pass them`() {
    var bulkhead = Bulkhead(policy: BulkheadTests.policy(max: 1, queue: 3))
    for call in [7, 8, 9] as [UInt64] { _ = bulkhead.enqueue(call, at: at(0), deadline: at(50)) }
    let second = bulkhead.admit(1)
    #expect(second == 8)
    let full = bulkhead.admit(0)
    #expect(full == nil)
    let rest = bulkhead.dismiss()
    #expect(rest == [7, 9])
    #expect(bulkhead.inFlight == 1 && bulkhead.waiting == 0 && bulkhead.nextDeadline == nil)
  }

  @Test func `a dropped call is told whether the queue or its own time was up`() {
    var bulkhead = Bulkhead(policy: BulkheadTests.policy(max: 1, queue: 9))
    _ = bulkhead.enqueue(1, at: at(0), deadline: at(50))
    _ = bulkhead.enqueue(2, at: at(0), deadline: at(3))
    #expect(bulkhead.nextDeadline == at(3))
    let early = bulkhead.dropExpired(at: at(2.9))
    #expect(early == nil)
    let second = bulkhead.dropExpired(at: at(3))
    #expect(second?.call == 2 && second?.reason == .callDeadline)
    let none = bulkhead.dropExpired(at: at(3))
    #expect(none == nil)
    #expect(bulkhead.nextDeadline == at(5))
    let first = bulkhead.dropExpired(at: at(6))
    #expect(first?.call == 1 && first?.reason == .waitedTooLong)
    #expect(bulkhead.nextDeadline == nil)
  }

  @Test func `a smaller limit turns nobody away and lets nobody in`() {
    var bulkhead = Bulkhead(policy: BulkheadTests.policy(max: 3, queue: 9))
    for _ in 0..<3 { _ = bulkhead.enter() }
    _ = bulkhead.enqueue(1, at: at(0), deadline: at(9))
    bulkhead.update(policy: BulkheadTests.policy(max: 1, queue: 0))
    bulkhead.leave()
    #expect(!bulkhead.hasPlace)
    #expect(bulkhead.waiting == 1)
    bulkhead.leave()
    bulkhead.leave()
    let admitted = bulkhead.admit(0)
    #expect(admitted == 1)
  }

  @Test(arguments: 0..<200)
  func `random sequences agree with a plain list`(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    let policy = BulkheadTests.policy(max: 1 + random.below(3), queue: random.below(100))
    var bulkhead = Bulkhead(policy: policy)
    var waiting: [(call: UInt64, deadline: Instant)] = []
    var inFlight = 0
    var now = at(0)
    for number in 0..<400 {
      let call = UInt64(number)
      switch random.below(10) {
      case 0..<5:
        let entered = bulkhead.enter()
        #expect(entered == (waiting.isEmpty && inFlight < policy.max))
        if entered {
          inFlight += 1
        } else {
          let deadline = now + .milliseconds(Int64(random.below(9000)))
          let queued = bulkhead.enqueue(call, at: now, deadline: deadline)
          #expect(queued == (waiting.count < policy.queue))
          if queued { waiting.append((call, min(deadline, now + policy.wait))) }
        }
      case 5 where inFlight > 0:
        bulkhead.leave()
        inFlight -= 1
      case 6, 7:
        let admitted = bulkhead.admit(0)
        let expected = inFlight < policy.max ? waiting.first?.call : nil
        #expect(admitted == expected)
        if admitted != nil {
          waiting.removeFirst()
          inFlight += 1
        }
      case 8:
        let target = UInt64(random.below(number + 1))
        let cancelled = bulkhead.cancel(target)
        #expect(cancelled == waiting.contains { $0.call == target })
        waiting.removeAll { $0.call == target }
      default:
        now = now + .milliseconds(Int64(random.below(2000)))
        var dropped: [UInt64] = []
        while let drop = bulkhead.dropExpired(at: now) { dropped.append(drop.call) }
        #expect(dropped == waiting.filter { $0.deadline <= now }.map(\.call))
        waiting.removeAll { $0.deadline <= now }
      }
      #expect(bulkhead.waiting == waiting.count && bulkhead.inFlight == inFlight, "seed \(seed)")
      #expect(bulkhead[0] == waiting.first?.call)
      // May be early, because a waiter may have left; never late.
      if let earliest = waiting.map(\.deadline).min() {
        #expect(bulkhead.nextDeadline.map { $0 <= earliest } ?? false)
      }
    }
  }
}
