/// The calls of one endpoint that were not sent yet: in one list, first come, first served.
///
/// While no server is up they wait for one, each until its own time for that; then for a place or a
/// token, no longer than the queue lets them. A call holds nothing while it waits.
///
/// Invariant: no deadline is earlier than `earliest`, which may be early, because a call may have
/// left.
package struct Waiting<Payload> {
  /// A call that waits.
  package struct Entry {
    /// The call's number, for taking it back.
    package let call: UInt64
    /// The number of its tool.
    package let tool: Int
    /// When it came.
    package let since: Instant
    /// When the call's own time is up.
    package let deadline: Instant
    /// When it stops waiting for a server to come up.
    package let startDeadline: Instant
    package let payload: Payload
    /// When it is turned away.
    fileprivate(set) package var due = Instant.zero

    package init(
      call: UInt64,
      tool: Int,
      since: Instant,
      deadline: Instant,
      startDeadline: Instant,
      payload: Payload
    ) {
      self.call = call
      self.tool = tool
      self.since = since
      self.deadline = deadline
      self.startDeadline = startDeadline
      self.payload = payload
    }
  }

  private var policy: ConcurrencyPolicy
  private var entries: RingBuffer<Entry>
  private var earliest = Instant(nanoseconds: .max)
  private var tokenDue: Instant?
  /// Whether a server is up, so that they wait for a place or a token.
  package private(set) var isServed = false

  package init(policy: ConcurrencyPolicy) {
    self.policy = policy
    entries = RingBuffer(capacity: 1)
  }

  package var count: Int { entries.count }
  package var isEmpty: Bool { entries.isEmpty }

  /// Whether one more may not wait: calls may wait for a server as they may run on it.
  package var isFull: Bool { count >= policy.queue + (isServed ? 0 : max(1, policy.max)) }

  /// The call at a position, 0 being the one whose turn is next; nil behind the end.
  package subscript(position: Int) -> Entry? { entries[position] }

  /// How long a call that comes now may wait for a token.
  package func patience(since: Instant, deadline: Instant) -> Instant {
    min(since + policy.wait, deadline)
  }

  // MARK: Coming and going

  /// Takes a call in at the end, whether or not there is room.
  package mutating func append(_ entry: Entry, at now: Instant) {
    var entry = entry
    entry.due = due(entry, at: now)
    earliest = entries.isEmpty ? entry.due : min(earliest, entry.due)
    entries.append(entry)
  }

  private func due(_ entry: Entry, at now: Instant) -> Instant {
    isServed ? min(entry.deadline, now + policy.wait) : entry.startDeadline
  }

  /// Takes out the call at a position: it is sent, or refused.
  @discardableResult package mutating func remove(at position: Int) -> Entry? {
    entries.remove(at: position)
  }

  /// Takes a call out, wherever it stands; nil if it does not wait.
  package mutating func remove(_ call: UInt64) -> Entry? {
    for position in 0..<entries.count where entries[position]?.call == call {
      #if MUTANTS
      if Mutant.isActive(.cancelledWaiterStays) { return entries[position] }
      #endif
      return entries.remove(at: position)
    }
    return nil
  }

  /// Takes out whoever is chosen, in order.
  package mutating func removeAll(where isChosen: (Entry) -> Bool = { _ in true }) -> [Entry] {
    var chosen: [Entry] = []
    var position = 0
    while let entry = entries[position] {
      if isChosen(entry) {
        chosen.append(entry)
        entries.remove(at: position)
      } else {
        position += 1
      }
    }
    return chosen
  }

  /// A server is up: from now on they wait for a place or a token.
  package mutating func serve(at now: Instant) { turn(isServed: true, at: now) }

  /// No server is up: they wait for the next one, and before those who come later.
  package mutating func unserve(at now: Instant) { turn(isServed: false, at: now) }

  private mutating func turn(isServed: Bool, at now: Instant) {
    self.isServed = isServed
    tokenDue = nil
    var rest = entries.count
    earliest = Instant(nanoseconds: .max)
    while rest > 0, var entry = entries.removeFirst() {
      #if MUTANTS
      if !Mutant.isActive(.waitNotRenewed) { entry.due = due(entry, at: now) }
      #else
      entry.due = due(entry, at: now)
      #endif
      earliest = min(earliest, entry.due)
      entries.append(entry)
      rest -= 1
    }
  }

  /// Takes out the first for whom there is no room: more may wait for a server than in the queue.
  package mutating func removeExcess() -> Entry? {
    isServed && count > policy.queue ? entries.remove(at: policy.queue) : nil
  }

  // MARK: Time

  /// The first who waits for a token is to be looked at again then; nil: nobody waits for one.
  package mutating func expectToken(at due: Instant?) { tokenDue = due }

  /// When somebody may be let in or turned away; nil if nobody waits.
  package var nextDeadline: Instant? {
    guard !entries.isEmpty else { return nil }
    return tokenDue.map { min($0, earliest) } ?? earliest
  }

  /// Takes out the first call whose time is up; to be called until it returns nil.
  package mutating func removeExpired(at now: Instant) -> Entry? {
    guard !entries.isEmpty, now >= earliest else { return nil }
    for position in 0..<entries.count {
      if let entry = entries[position], now >= entry.due { return entries.remove(at: position) }
    }
    earliest = (0..<entries.count).compactMap { entries[$0]?.due }
      .reduce(Instant(nanoseconds: .max), min)
    return nil
  }

  /// Takes other limits from now on; nobody who waits is turned away.
  package mutating func update(policy: ConcurrencyPolicy) { self.policy = policy }
}

extension Waiting {
  /// What is wrong with it, if anything is; the simulation asks after every turn.
  package func check() -> String? {
    for position in 0..<entries.count {
      guard let entry = entries[position] else { return "nobody stands at \(position)" }
      if entry.due < earliest { return "call \(entry.call) is due before the first" }
    }
    return nil
  }
}
