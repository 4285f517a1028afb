#if !MUTANTS
import MCPProxy
#endif

/// The calls that wait beside a plain list of them.
struct WaitingMachine: Machine {
  enum Step {
    /// A call of a tool comes; so long it may take, and so long it may wait for a server.
    case arrive(tool: Int, time: TimeSpan, start: TimeSpan)
    /// The call that stands at this place is sent or refused.
    case take(Int)
    /// The client takes back the call that stands at this place, or one that does not wait.
    case cancel(Int)
    /// Every call of a tool is refused.
    case refuse(tool: Int)
    case serve
    case unserve
    case removeExcess
    case expectToken(after: TimeSpan?)
    case advance(TimeSpan)
    /// As long as the timer waits.
    case toDeadline
    case update(max: Int, queue: Int)
  }

  private struct Waiter {
    let call: UInt64
    let tool: Int
    let deadline: Instant
    let startDeadline: Instant
    var due: Instant
  }

  private var waiting: Waiting<String>
  private var policy = ConcurrencyPolicy()
  private var now = Instant(nanoseconds: 1_000_000_000_000)
  private var lastCall: UInt64 = 0
  private var isServed = false
  private var tokenDue: Instant?
  private var waiters: [Waiter] = []

  init(max: Int, queue: Int) {
    policy.max = max
    policy.queue = queue
    waiting = Waiting(policy: policy)
  }

  mutating func apply(_ step: Step) throws(Discrepancy) -> Bool {
    var isDifferent = true
    switch step {
    case .arrive(let tool, let time, let start): arrive(tool, time, start)
    case .take(let place):
      let entry = waiting.remove(at: place)
      try expect(entry.map { [$0] } ?? [], waiters.indices.contains(place) ? [place] : [])
      isDifferent = entry != nil
    case .cancel(let place):
      let place = waiters.isEmpty ? nil : place % waiters.count
      let entry = waiting.remove(place.map { waiters[$0].call } ?? lastCall + 1)
      try expect(entry.map { [$0] } ?? [], place.map { [$0] } ?? [])
      isDifferent = entry != nil
    case .refuse(let tool):
      let chosen = waiting.removeAll { $0.tool == tool }
      try expect(chosen, waiters.indices.filter { waiters[$0].tool == tool })
      isDifferent = !chosen.isEmpty
    case .serve:
      waiting.serve(at: now)
      turn(isServed: true)
    case .unserve:
      waiting.unserve(at: now)
      turn(isServed: false)
    case .removeExcess:
      // More may wait for a server, as many as run on it.
      let most = isServed ? min(policy.queue, waiters.count) : waiters.count
      var excess: [Waiting<String>.Entry] = []
      while let entry = waiting.removeExcess() { excess.append(entry) }
      try expect(excess, Array(most..<waiters.count))
      isDifferent = !excess.isEmpty
    case .expectToken(let span):
      tokenDue = span.map { now + $0 }
      waiting.expectToken(at: tokenDue)
    case .advance(let span):
      now = now + span
      try removeExpired()
    case .toDeadline:
      guard let deadline = waiting.nextDeadline else { return false }
      now = max(now, deadline)
      try removeExpired()
    case .update(let max, let queue):
      guard max != policy.max || queue != policy.queue else { return false }
      policy.max = max
      policy.queue = queue
      waiting.update(policy: policy)
    }
    try compare()
    return isDifferent
  }

  private mutating func arrive(_ tool: Int, _ time: TimeSpan, _ start: TimeSpan) {
    lastCall += 1
    var waiter = Waiter(
      call: lastCall,
      tool: tool,
      deadline: now + time,
      startDeadline: now + start,
      due: now
    )
    waiter.due = due(waiter)
    waiters.append(waiter)
    let entry = Waiting<String>.Entry(
      call: lastCall,
      tool: tool,
      since: now,
      deadline: waiter.deadline,
      startDeadline: waiter.startDeadline,
      payload: "\(lastCall)"
    )
    waiting.append(entry, at: now)
  }

  private func due(_ waiter: Waiter) -> Instant {
    if !isServed { return waiter.startDeadline }
    let patience = now + policy.wait
    return patience < waiter.deadline ? patience : waiter.deadline
  }

  private mutating func turn(isServed: Bool) {
    self.isServed = isServed
    tokenDue = nil
    for place in waiters.indices { waiters[place].due = due(waiters[place]) }
  }

  /// Whoever was taken out stood at these places.
  private mutating func expect(
    _ entries: [Waiting<String>.Entry],
    _ places: [Int]
  ) throws(Discrepancy) {
    let calls = places.map { waiters[$0].call }
    try require(entries.map(\.call) == calls, "took out \(entries.map(\.call)), not \(calls)")
    try require(entries.allSatisfy { $0.payload == "\($0.call)" }, "another's payload")
    waiters.removeAll { calls.contains($0.call) }
  }

  private mutating func removeExpired() throws(Discrepancy) {
    var expired: [Waiting<String>.Entry] = []
    while let next = waiting.removeExpired(at: now) { expired.append(next) }
    try expect(expired, waiters.indices.filter { waiters[$0].due <= now })
    // Now the timer is exact again, or the next one would be in vain for ever.
    try require(expired.isEmpty || waiting.nextDeadline == earliest, "next deadline after a drop")
    if tokenDue.map({ $0 <= now }) ?? false { return }
    try require(waiting.nextDeadline.map { $0 > now } ?? true, "overdue after a look")
  }

  private var earliest: Instant? {
    waiters.isEmpty ? nil : (waiters.map(\.due) + [tokenDue].compactMap(\.self)).min()
  }

  private func compare() throws(Discrepancy) {
    let problem = waiting.check()
    try require(problem == nil, problem ?? "")
    try require(waiting.isServed == isServed, "served: \(waiting.isServed)")
    try require(waiting.count == waiters.count, "\(waiting.count) wait, not \(waiters.count)")
    try require(waiting.isEmpty == waiters.isEmpty, "empty: \(waiting.isEmpty)")
    for place in 0...waiters.count {
      let expected = place < waiters.count ? waiters[place] : nil
      let entry = waiting[place]
      try require(entry?.call == expected?.call, "another one is at \(place)")
      try require(entry?.due == expected?.due, "call \(entry?.call ?? 0) is due at another time")
    }
    let most = isServed ? policy.queue : policy.queue + policy.max
    try require(waiting.isFull == (waiters.count >= most), "full: \(waiting.isFull)")
    // May be early, because a call may have left; never late.
    let timer = waiting.nextDeadline
    try require((timer == nil) == (earliest == nil), "next deadline")
    if let timer, let earliest { try require(timer <= earliest, "next deadline is late") }
  }
}

extension WaitingMachine {
  init(_ random: inout SeededRandom) {
    self.init(max: 1 + random.below(3), queue: random.below(6))
  }

  static func draw(_ random: inout SeededRandom) -> Step {
    switch random.below(24) {
    case 0..<8:
      .arrive(tool: random.below(3), time: span(&random), start: span(&random))
    case 8..<10: .take(0)
    case 10: .take(random.below(4))
    case 11..<13: .cancel(random.below(100))
    case 13: .refuse(tool: random.below(3))
    case 14..<16: .serve
    case 16: .unserve
    case 17: .removeExcess
    case 18: .expectToken(after: random.below(100) < 30 ? nil : span(&random))
    case 19..<21: .advance(.milliseconds(Int64(random.below(2000))))
    case 21..<23: .toDeadline
    default: .update(max: 1 + random.below(3), queue: random.below(6))
    }
  }

  private static func span(_ random: inout SeededRandom) -> TimeSpan {
    .milliseconds(Int64(random.below(9000)))
  }
}
