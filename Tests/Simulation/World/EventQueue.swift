/// What will happen in the simulated world, by time; equal times in the order they were planned.
struct EventQueue {
  typealias Action = (World) -> Void

  private struct Entry {
    let time: Instant
    let order: UInt64
    let action: Action
  }

  private var heap: [Entry] = []
  private var planned: UInt64 = 0

  var nextTime: Instant? { heap.first?.time }
  var count: Int { heap.count }

  mutating func add(_ time: Instant, _ action: @escaping Action) {
    planned += 1
    heap.append(Entry(time: time, order: planned, action: action))
    var position = heap.count - 1
    while position > 0, precedes(position, (position - 1) / 2) {
      heap.swapAt(position, (position - 1) / 2)
      position = (position - 1) / 2
    }
  }

  /// Takes out the first action that is due.
  mutating func popDue(at now: Instant) -> Action? {
    guard let first = heap.first, first.time <= now else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first.action }
    heap[0] = last
    var position = 0
    while true {
      var least = position
      for child in [2 * position + 1, 2 * position + 2]
      where child < heap.count && precedes(child, least) {
        least = child
      }
      if least == position { return first.action }
      heap.swapAt(position, least)
      position = least
    }
  }

  private func precedes(_ left: Int, _ right: Int) -> Bool {
    (heap[left].time, heap[left].order) < (heap[right].time, heap[right].order)
  }
}
