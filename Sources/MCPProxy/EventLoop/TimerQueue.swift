/// Deadlines in order: an indexed binary heap, so that a timer that is cancelled is gone at once.
///
/// Each actor has one at most (`LoopTimer`).
package struct TimerQueue<Owner> {
  /// Names one timer for `cancel`; never reused.
  package struct ID: Hashable, Sendable {
    fileprivate let slot: Int32
    fileprivate let use: UInt32
  }

  private struct Slot {
    var use: UInt32 = 0
    /// Where the timer stands in the heap; -1: free.
    var position: Int32 = -1
  }

  private struct Entry {
    let deadline: Instant
    /// Equal deadlines fire in the order they were set.
    let order: UInt64
    let slot: Int32
    let owner: Owner
  }

  private var heap: [Entry] = []
  private var slots: [Slot] = []
  private var free: [Int32] = []
  private var order: UInt64 = 0

  package init() {}

  package var isEmpty: Bool { heap.isEmpty }
  package var count: Int { heap.count }
  package var nextDeadline: Instant? { heap.first?.deadline }

  package mutating func set(_ deadline: Instant, owner: Owner) -> ID {
    let slot: Int32
    if let reused = free.popLast() {
      slot = reused
    } else {
      slot = Int32(slots.count)
      slots.append(Slot())
    }
    order += 1
    slots[Int(slot)].position = Int32(heap.count)
    heap.append(
      Entry(deadline: deadline, order: order, slot: slot, owner: owner)
    )
    siftUp(heap.count - 1)
    return ID(slot: slot, use: slots[Int(slot)].use)
  }

  /// Forgets a timer; one that has fired or was cancelled before is no error.
  package mutating func cancel(_ id: ID) {
    let slot = slots[Int(id.slot)]
    guard slot.use == id.use, slot.position >= 0 else { return }
    remove(at: Int(slot.position))
  }

  /// Removes and returns the first timer whose deadline has come.
  package mutating func popDue(at now: Instant) -> Owner? {
    guard let first = heap.first, first.deadline <= now else { return nil }
    remove(at: 0)
    return first.owner
  }

  private mutating func remove(at position: Int) {
    let slot = Int(heap[position].slot)
    slots[slot].position = -1
    slots[slot].use &+= 1
    free.append(Int32(slot))
    let last = heap.removeLast()
    guard position < heap.count else { return }
    heap[position] = last
    slots[Int(last.slot)].position = Int32(position)
    siftUp(position)
    siftDown(position)
  }

  private func precedes(_ left: Int, _ right: Int) -> Bool {
    (heap[left].deadline, heap[left].order) < (heap[right].deadline, heap[right].order)
  }

  private mutating func swapEntries(_ left: Int, _ right: Int) {
    heap.swapAt(left, right)
    slots[Int(heap[left].slot)].position = Int32(left)
    slots[Int(heap[right].slot)].position = Int32(right)
  }

  private mutating func siftUp(_ start: Int) {
    var position = start
    while position > 0, precedes(position, (position - 1) / 2) {
      swapEntries(position, (position - 1) / 2)
      position = (position - 1) / 2
    }
  }

  private mutating func siftDown(_ start: Int) {
    var position = start
    while true {
      var least = position
      let left = 2 * position + 1
      if left < heap.count, precedes(left, least) { least = left }
      if left + 1 < heap.count, precedes(left + 1, least) { least = left + 1 }
      if least == position { return }
      swapEntries(position, least)
      position = least
    }
  }
}
