/// A small breaker for each tool that has failed or been slow, so one bad tool shuts only itself.
///
/// Most tools never fail and have none. The one unused for longest makes room for a new one.
package struct ToolBreakers: Sendable {
  private struct Entry: Sendable {
    let tool: Int
    var breaker: CircuitBreaker
    var lastUse: UInt64
  }

  /// The most breakers kept.
  package static let capacity = 256

  private var policy: BreakerPolicy
  private var entries: [Entry] = []
  /// Each tool's place among the entries; only looked up, never walked, for its order is random.
  private var places: [Int: Int] = [:]
  private var uses: UInt64 = 0
  /// The generation of tools without a breaker, later than that of any breaker taken away.
  private var generation: UInt32 = 0

  package init(policy: BreakerPolicy) {
    self.policy = ToolBreakers.toolPolicy(from: policy)
  }

  /// Whether no tool has failed: nearly always.
  package var isEmpty: Bool { entries.isEmpty }
  /// How many tools have a breaker.
  package var count: Int { entries.count }
  /// The tools that have one, in order.
  package var tools: [Int] { entries.map(\.tool).sorted() }

  /// The breaker of a tool, if it has one.
  package func breaker(of tool: Int) -> CircuitBreaker? {
    places[tool].map { entries[$0].breaker }
  }

  /// Asks for leave to call a tool now.
  package mutating func admit(_ tool: Int, at now: Instant) -> CircuitBreaker.Admission {
    guard let place = use(tool) else {
      return .admitted(.untracked(generation: generation, at: now))
    }
    return entries[place].breaker.admit(at: now)
  }

  /// Why a tool may not be called now; nil if it may; changes nothing.
  package func refusal(_ tool: Int, at now: Instant) -> CircuitBreaker.Refusal? {
    guard let place = places[tool] else { return nil }
    var breaker = entries[place].breaker
    breaker.expire(at: now)
    return breaker.refusal(at: now)
  }

  /// Gives leave to call a tool that `refusal` does not refuse at this instant.
  package mutating func commit(_ tool: Int, at now: Instant) -> Permit {
    guard let place = use(tool) else { return .untracked(generation: generation, at: now) }
    entries[place].breaker.expire(at: now)
    return entries[place].breaker.commit(at: now)
  }

  /// Takes the result of an attempt, as `CircuitBreaker.settle` does.
  package mutating func settle(
    _ tool: Int,
    _ permit: Permit,
    _ verdict: Verdict,
    at now: Instant,
    pausedFor: TimeSpan = .zero,
    slowExempt: Bool = false
  ) {
    var found = use(tool)
    if found == nil, verdict != .ignored, permit.generation == generation, isOn {
      let elapsed = now - permit.start - pausedFor
      let isSlow = !slowExempt && policy.slowLimit.map { elapsed > $0 } ?? false
      if verdict == .failure || isSlow { found = add(tool) }
    }
    guard let place = found else { return }
    entries[place].breaker.settle(
      permit,
      verdict,
      at: now,
      pausedFor: pausedFor,
      slowExempt: slowExempt
    )
  }

  /// No longer counts a call in flight as slow, as `CircuitBreaker.excuse` does.
  package mutating func excuse(_ tool: Int, _ permit: Permit) {
    if let place = use(tool) { entries[place].breaker.excuse(permit) }
  }

  /// Forgets every tool, because the process is another one.
  package mutating func reset() {
    for entry in entries { retire(entry) }
    entries.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
    generation &+= 1
  }

  /// Takes other limits from now on, and the states stay; a change of mode forgets them.
  package mutating func update(policy: BreakerPolicy) {
    let next = ToolBreakers.toolPolicy(from: policy)
    if next.mode != self.policy.mode || next.perTool != self.policy.perTool { reset() }
    self.policy = next
    for place in entries.indices { entries[place].breaker.update(policy: next) }
  }

  private var isOn: Bool { policy.perTool && policy.mode != .disabled }

  private mutating func use(_ tool: Int) -> Int? {
    guard !entries.isEmpty, let place = places[tool] else { return nil }
    uses += 1
    entries[place].lastUse = uses
    return place
  }

  private mutating func add(_ tool: Int) -> Int {
    // Made before another goes away: the call that fails now was admitted in this generation.
    let breaker = CircuitBreaker(policy: policy, generation: generation)
    if entries.count >= ToolBreakers.capacity { removeLeastUsed() }
    uses += 1
    entries.append(Entry(tool: tool, breaker: breaker, lastUse: uses))
    places[tool] = entries.count - 1
    return entries.count - 1
  }

  private mutating func removeLeastUsed() {
    var place = 0
    for other in entries.indices where entries[other].lastUse < entries[place].lastUse {
      place = other
    }
    retire(entries[place])
    places[entries[place].tool] = nil
    let moved = entries.removeLast()
    if place < entries.count {
      entries[place] = moved
      places[moved.tool] = place
    }
  }

  /// Makes the permits of a breaker that goes away older than those of any that comes.
  private mutating func retire(_ entry: Entry) {
    generation = max(generation, entry.breaker.generation &+ 1)
  }

  /// An endpoint forced open refuses by itself; its tools need no mode for that.
  private static func toolPolicy(from policy: BreakerPolicy) -> BreakerPolicy {
    var policy = policy
    if policy.mode == .forcedOpen { policy.mode = .normal }
    return policy
  }
}
