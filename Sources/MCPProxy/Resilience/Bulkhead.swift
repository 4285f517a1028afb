/// Bounds the attempts in flight on one endpoint, and the calls that wait for a place.
///
/// Calls are known by a number. They wait first come, first served; a call takes a place only when
/// it leaves the queue, so one that waits for a token, too, holds nothing.
package struct Bulkhead: Sendable {
  /// Why a waiting call was dropped.
  package enum DropReason: Sendable, Equatable {
    /// No place came free within the longest wait.
    case waitedTooLong
    /// The call's own time was up first.
    case callDeadline
  }

  /// A call that no longer waits because its time was up.
  package struct Dropped: Sendable, Equatable {
    package let call: UInt64
    package let reason: DropReason
  }

  private struct Waiter: Sendable {
    var call: UInt64
    var deadline: Instant
    var reason: DropReason
  }

  /// Places taken.
  package private(set) var inFlight = 0
  private var policy: ConcurrencyPolicy
  private var waiters: RingBuffer<Waiter>
  /// No waiter's deadline is earlier; may be early, because a waiter may have left.
  private var earliest = Instant(nanoseconds: .max)

  package init(policy: ConcurrencyPolicy) {
    self.policy = policy
    waiters = RingBuffer(capacity: min(policy.queue, 64))
  }

  /// Calls that wait.
  package var waiting: Int { waiters.count }
  /// Whether a place is free.
  package var hasPlace: Bool {
    #if MUTANTS
    if Mutant.isActive(.onePlaceTooMany) { return inFlight <= max(1, policy.max) }
    #endif
    return inFlight < max(1, policy.max)
  }
  /// The call at a position of the queue, 0 being the one whose turn is next; nil behind its end.
  package subscript(position: Int) -> UInt64? { waiters[position]?.call }

  /// When `dropExpired` may find a call; nil if none waits.
  package var nextDeadline: Instant? { waiters.isEmpty ? nil : earliest }

  /// Takes a place at once; false if all are taken or somebody came before.
  package mutating func enter() -> Bool {
    guard hasPlace, waiters.isEmpty else { return false }
    inFlight += 1
    return true
  }

  /// Gives a place back.
  package mutating func leave() {
    assert(inFlight > 0)
    inFlight = max(0, inFlight - 1)
  }

  /// Joins the queue's end; false if it is full.
  package mutating func enqueue(_ call: UInt64, at now: Instant, deadline: Instant) -> Bool {
    guard waiters.count < policy.queue else { return false }
    let patience = now + policy.wait
    let waiter =
      deadline < patience
      ? Waiter(call: call, deadline: deadline, reason: .callDeadline)
      : Waiter(call: call, deadline: patience, reason: .waitedTooLong)
    earliest = waiters.isEmpty ? waiter.deadline : min(earliest, waiter.deadline)
    waiters.append(waiter)
    return true
  }

  /// The call at a position of the queue takes a place; nil if none is free or nobody waits there.
  ///
  /// Who passes others must have a reason: that they wait for something it does not need.
  package mutating func admit(_ position: Int) -> UInt64? {
    guard hasPlace, let waiter = waiters.remove(at: position) else { return nil }
    inFlight += 1
    return waiter.call
  }

  /// Sends all who wait away, to wait elsewhere; in the order of the queue.
  package mutating func dismiss() -> [UInt64] {
    var calls: [UInt64] = []
    while let waiter = waiters.removeFirst() { calls.append(waiter.call) }
    return calls
  }

  /// Takes a call out of the queue, wherever it stands; false if it does not wait.
  package mutating func cancel(_ call: UInt64) -> Bool {
    for offset in 0..<waiters.count where waiters[offset]?.call == call {
      #if MUTANTS
      if Mutant.isActive(.cancelledWaiterStays) { return true }
      #endif
      waiters.remove(at: offset)
      return true
    }
    return false
  }

  /// Takes out the first waiting call whose time is up; to be called until it returns nil.
  package mutating func dropExpired(at now: Instant) -> Dropped? {
    guard !waiters.isEmpty, now >= earliest else { return nil }
    for offset in 0..<waiters.count {
      if let waiter = waiters[offset], now >= waiter.deadline {
        waiters.remove(at: offset)
        return Dropped(call: waiter.call, reason: waiter.reason)
      }
    }
    let deadlines = (0..<waiters.count).compactMap { waiters[$0]?.deadline }
    earliest = deadlines.reduce(Instant(nanoseconds: .max), min)
    return nil
  }

  /// Takes other limits from now on; nobody in flight or waiting is turned away.
  package mutating func update(policy: ConcurrencyPolicy) {
    self.policy = policy
  }
}
