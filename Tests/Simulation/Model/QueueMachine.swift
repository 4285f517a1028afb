#if !MUTANTS
import MCPProxy
#endif

/// A bulkhead beside a plain list of those who wait.
struct QueueMachine: Machine {
  enum Step {
    /// A call comes; its own time is up after so long.
    case arrive(TimeSpan)
    case leave
    /// The call that stands at this place of the queue is let in, if there is a place.
    case admit(Int)
    /// The client takes back the call that stands at this place of the queue, or one that does not.
    case cancel(Int)
    case dismiss
    case advance(TimeSpan)
    /// As long as the queue's own timer waits.
    case toDeadline
    case update(max: Int, queue: Int)
  }

  private struct Waiter: Equatable {
    let call: UInt64
    let deadline: Instant
    let reason: Bulkhead.DropReason
  }

  private var bulkhead: Bulkhead
  private var policy: ConcurrencyPolicy
  private var now = Instant(nanoseconds: 1_000_000_000_000)
  private var lastCall: UInt64 = 0
  private var inFlight = 0
  private var waiters: [Waiter] = []

  init(max: Int, queue: Int) {
    policy = ConcurrencyPolicy()
    policy.max = max
    policy.queue = queue
    bulkhead = Bulkhead(policy: policy)
  }

  mutating func apply(_ step: Step) throws(Discrepancy) -> Bool {
    var isDifferent = true
    switch step {
    case .arrive(let patience): try arrive(patience)
    case .leave:
      guard inFlight > 0 else { return false }
      bulkhead.leave()
      inFlight -= 1
    case .admit(let place): isDifferent = try admit(place)
    case .dismiss:
      let calls = bulkhead.dismiss()
      try require(calls == waiters.map(\.call), "dismissed \(calls)")
      isDifferent = !calls.isEmpty
      waiters.removeAll()
    case .cancel(let place): isDifferent = try cancel(place)
    case .advance(let span):
      now = now + span
      try dropExpired()
    case .toDeadline:
      guard let deadline = bulkhead.nextDeadline else { return false }
      now = max(now, deadline)
      try dropExpired()
    case .update(let max, let queue):
      guard max != policy.max || queue != policy.queue else { return false }
      policy.max = max
      policy.queue = queue
      bulkhead.update(policy: policy)
    }
    try compare()
    return isDifferent
  }

  private mutating func arrive(_ patience: TimeSpan) throws(Discrepancy) {
    lastCall += 1
    // Nobody overtakes those who wait.
    let mayEnter = waiters.isEmpty && inFlight < policy.max
    let entered = bulkhead.enter()
    try require(entered == mayEnter, entered ? "entered out of turn" : "turned away in vain")
    if entered {
      inFlight += 1
      return
    }
    let deadline = now + patience
    let mayWait = waiters.count < policy.queue
    let queued = bulkhead.enqueue(lastCall, at: now, deadline: deadline)
    try require(queued == mayWait, queued ? "queued in a full queue" : "refused by a free queue")
    guard queued else { return }
    let isHurried = deadline < now + policy.wait
    waiters.append(
      Waiter(
        call: lastCall,
        deadline: isHurried ? deadline : now + policy.wait,
        reason: isHurried ? .callDeadline : .waitedTooLong
      )
    )
  }

  private mutating func admit(_ place: Int) throws(Discrepancy) -> Bool {
    let isThere = waiters.indices.contains(place)
    let expected = inFlight < policy.max && isThere ? waiters[place].call : nil
    let admitted = bulkhead.admit(place)
    try require(admitted == expected, "admitted \(String(describing: admitted)) out of turn")
    guard admitted != nil else { return false }
    waiters.remove(at: place)
    inFlight += 1
    return true
  }

  private mutating func cancel(_ place: Int) throws(Discrepancy) -> Bool {
    let call = waiters.isEmpty ? lastCall + 1 : waiters[place % waiters.count].call
    let wasFound = bulkhead.cancel(call)
    try require(wasFound == !waiters.isEmpty, "cancelled: \(wasFound)")
    waiters.removeAll { $0.call == call }
    return wasFound
  }

  private mutating func dropExpired() throws(Discrepancy) {
    var dropped: [Bulkhead.Dropped] = []
    while let next = bulkhead.dropExpired(at: now) { dropped.append(next) }
    let expected = waiters.filter { $0.deadline <= now }
    try require(dropped.map(\.call) == expected.map(\.call), "dropped \(dropped)")
    try require(dropped.map(\.reason) == expected.map(\.reason), "dropped \(dropped)")
    waiters.removeAll { $0.deadline <= now }
    // Now the timer is exact again, or the next one would be in vain for ever.
    let earliest = waiters.map(\.deadline).min()
    try require(dropped.isEmpty || bulkhead.nextDeadline == earliest, "next deadline after a drop")
  }

  private func compare() throws(Discrepancy) {
    try require(bulkhead.inFlight == inFlight, "\(bulkhead.inFlight) in flight, not \(inFlight)")
    try require(bulkhead.waiting == waiters.count, "\(bulkhead.waiting) wait")
    for place in 0...waiters.count {
      let expected = place < waiters.count ? waiters[place].call : nil
      try require(bulkhead[place] == expected, "another one is at \(place)")
    }
    try require(bulkhead.hasPlace == (inFlight < policy.max), "place: \(bulkhead.hasPlace)")
    // May be early, because a waiter may have left; never late.
    let earliest = waiters.map(\.deadline).min()
    let timer = bulkhead.nextDeadline
    try require((timer == nil) == (earliest == nil), "next deadline")
    if let timer, let earliest { try require(timer <= earliest, "next deadline is late") }
  }
}

extension QueueMachine {
  init(_ random: inout SeededRandom) {
    self.init(max: 1 + random.below(3), queue: random.below(6))
  }

  static func draw(_ random: inout SeededRandom) -> Step {
    switch random.below(20) {
    case 0..<7: .arrive(.milliseconds(Int64(random.below(9000))))
    case 7..<10: .leave
    case 10..<12: .admit(0)
    case 12: .admit(random.below(4))
    case 13..<15: .cancel(random.below(100))
    case 15..<17: .advance(.milliseconds(Int64(random.below(2000))))
    case 17..<19: .toDeadline
    default:
      random.below(5) == 0 ? .dismiss : .update(max: 1 + random.below(3), queue: random.below(6))
    }
  }
}
