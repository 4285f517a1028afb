import MCPProxy
import Testing

struct TimerQueueTests {
  /// What the queue should be: a list that is searched.
  private struct Model {
    var timers: [(deadline: Instant, order: Int, owner: Int)] = []

    var next: Int? {
      timers.indices.min {
        (timers[$0].deadline, timers[$0].order) < (timers[$1].deadline, timers[$1].order)
      }
    }
  }

  @Test(arguments: 0..<40)
  func `behaves as a sorted list does`(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    var queue = TimerQueue<Int>()
    var model = Model()
    var ids: [Int: TimerQueue<Int>.ID] = [:]
    for step in 0..<600 {
      switch random.below(10) {
      case 0..<5:
        // Few different deadlines, so that equal ones are common.
        let deadline = at(Double(random.below(12)))
        ids[step] = queue.set(deadline, owner: step)
        model.timers.append((deadline, step, step))
      case 5..<8:
        let owner = random.below(step + 1)
        // Also those that have fired or were cancelled before.
        if let id = ids[owner] { queue.cancel(id) }
        model.timers.removeAll { $0.owner == owner }
      default:
        let now = at(Double(random.below(14)))
        let expected = model.next.flatMap { model.timers[$0].deadline <= now ? $0 : nil }
        let due = queue.popDue(at: now)
        #expect(due == expected.map { model.timers[$0].owner })
        if let expected { model.timers.remove(at: expected) }
      }
      #expect(queue.count == model.timers.count)
      #expect(queue.isEmpty == model.timers.isEmpty)
      #expect(queue.nextDeadline == model.next.map { model.timers[$0].deadline })
    }
  }

  @Test func `equal deadlines fire in the order they were set`() {
    var queue = TimerQueue<Int>()
    for owner in 0..<50 { _ = queue.set(at(1), owner: owner) }
    var fired: [Int] = []
    while let due = queue.popDue(at: at(1)) { fired.append(due) }
    #expect(fired == Array(0..<50))
  }

  @Test func `an old identity does not cancel the timer that took its slot`() {
    var queue = TimerQueue<Int>()
    let old = queue.set(at(1), owner: 1)
    queue.cancel(old)
    let new = queue.set(at(2), owner: 2)
    #expect(old != new)
    queue.cancel(old)
    #expect(queue.count == 1)
    let due = queue.popDue(at: at(2))
    #expect(due == 2)
    queue.cancel(new)
    #expect(queue.isEmpty)
  }

  @Test func `nothing is due before its time, and at its time it is`() {
    var queue = TimerQueue<Int>()
    _ = queue.set(at(1), owner: 0)
    let early = queue.popDue(at: Instant(nanoseconds: at(1).nanoseconds - 1))
    #expect(early == nil)
    let due = queue.popDue(at: at(1))
    #expect(due != nil)
  }
}
