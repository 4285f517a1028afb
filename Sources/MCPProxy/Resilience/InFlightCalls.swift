/// The attempts of one breaker generation that have not ended, oldest first.
///
/// A linked list inside one array: an attempt begins, ends and becomes slow in constant time, and
/// the array grows only to the largest number ever in flight at once.
struct InFlightCalls: Sendable {
  private enum Pace {
    case unjudged
    case slow
    case excused
    case ended
  }

  private struct Slot {
    var start: Instant
    var sequence: UInt32
    var previous: UInt32
    var next: UInt32
    var pace: Pace
  }

  /// How many attempts are in flight.
  private(set) var count = 0
  /// How many of them have been found slow and not excused.
  private(set) var slowCount = 0

  private var slots: [Slot] = []
  /// Slots from here on are unused since the list was last emptied.
  private var firstUnused: UInt32 = 0
  private var firstFree = Permit.noSlot
  private var oldest = Permit.noSlot
  private var newest = Permit.noSlot
  /// The oldest attempt not yet looked at for slowness; all before it have been.
  private var cursor = Permit.noSlot
  private var lastSequence: UInt32 = 0

  init() { slots.reserveCapacity(16) }

  /// When the attempt that is longest in flight began.
  var oldestStart: Instant? {
    oldest == Permit.noSlot ? nil : slots[Int(oldest)].start
  }

  /// Notes an attempt that begins now.
  mutating func begin(generation: UInt32, isProbe: Bool, at now: Instant) -> Permit {
    lastSequence &+= 1
    let index = claimSlot()
    slots[Int(index)] = Slot(
      start: now,
      sequence: lastSequence,
      previous: newest,
      next: Permit.noSlot,
      pace: .unjudged
    )
    if newest == Permit.noSlot { oldest = index } else { slots[Int(newest)].next = index }
    newest = index
    if cursor == Permit.noSlot { cursor = index }
    count += 1
    return Permit(
      start: now,
      generation: generation,
      slot: index,
      sequence: lastSequence,
      isProbe: isProbe
    )
  }

  /// Forgets an attempt that has ended; false if it is not in flight here.
  mutating func end(_ permit: Permit) -> Bool {
    guard isInFlight(permit) else { return false }
    let slot = slots[Int(permit.slot)]
    if slot.previous == Permit.noSlot {
      oldest = slot.next
    } else {
      slots[Int(slot.previous)].next = slot.next
    }
    if slot.next == Permit.noSlot {
      newest = slot.previous
    } else {
      slots[Int(slot.next)].previous = slot.previous
    }
    if cursor == permit.slot { cursor = slot.next }
    if slot.pace == .slow { slowCount -= 1 }
    slots[Int(permit.slot)].pace = .ended
    slots[Int(permit.slot)].next = firstFree
    firstFree = permit.slot
    count -= 1
    return true
  }

  /// Marks as slow what began before `limit`; true if that found a new one.
  mutating func markSlow(startedBefore limit: Instant) -> Bool {
    let before = slowCount
    while cursor != Permit.noSlot, slots[Int(cursor)].start < limit {
      if slots[Int(cursor)].pace == .unjudged {
        slots[Int(cursor)].pace = .slow
        slowCount += 1
      }
      cursor = slots[Int(cursor)].next
    }
    return slowCount > before
  }

  /// Never counts this attempt as slow while it is in flight.
  mutating func excuse(_ permit: Permit) {
    guard isInFlight(permit) else { return }
    if slots[Int(permit.slot)].pace == .slow { slowCount -= 1 }
    slots[Int(permit.slot)].pace = .excused
  }

  /// Forgets every attempt, and keeps the memory.
  mutating func removeAll() {
    count = 0
    slowCount = 0
    firstUnused = 0
    firstFree = Permit.noSlot
    oldest = Permit.noSlot
    newest = Permit.noSlot
    cursor = Permit.noSlot
  }

  private func isInFlight(_ permit: Permit) -> Bool {
    guard permit.slot < firstUnused else { return false }
    let slot = slots[Int(permit.slot)]
    return slot.sequence == permit.sequence && slot.pace != .ended
  }

  private mutating func claimSlot() -> UInt32 {
    if firstFree != Permit.noSlot {
      let index = firstFree
      firstFree = slots[Int(index)].next
      return index
    }
    let index = firstUnused
    firstUnused += 1
    if Int(index) == slots.count {
      slots.append(
        Slot(start: .zero, sequence: 0, previous: index, next: index, pace: .ended)
      )
    }
    return index
  }
}

#if MUTANTS
extension InFlightCalls {
  /// What a late result can do wrong; true if it counts.
  mutating func endLate() -> Bool {
    if Mutant.isActive(.lateResultFreesPlace), count > 0 { count -= 1 }
    return Mutant.isActive(.lateResultCounted)
  }
}
#endif
