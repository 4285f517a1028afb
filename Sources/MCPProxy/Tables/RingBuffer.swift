/// A first-in first-out queue in one array, which never shrinks.
package struct RingBuffer<Element> {
  /// How many elements it holds.
  package private(set) var count = 0
  private var storage: [Element?]
  private var head = 0

  /// Room for `capacity` elements before the first growth.
  package init(capacity: Int) {
    storage = Array(repeating: nil, count: max(1, capacity))
  }

  package var isEmpty: Bool { count == 0 }
  /// The oldest element.
  package var first: Element? { count == 0 ? nil : storage[head] }

  /// The element at a distance from the oldest; nil outside of the queue.
  package subscript(offset: Int) -> Element? {
    offset >= 0 && offset < count ? storage[place(offset)] : nil
  }

  /// Adds a newest element, doubling the room if there is none.
  package mutating func append(_ element: Element) {
    if count == storage.count { grow(to: storage.count * 2) }
    storage[place(count)] = element
    count += 1
  }

  /// Takes out the oldest element.
  @discardableResult package mutating func removeFirst() -> Element? {
    guard count > 0 else { return nil }
    let element = storage[head]
    storage[head] = nil
    head = place(1)
    count -= 1
    return element
  }

  /// Takes out the element at a distance from the oldest; those behind it move up.
  @discardableResult package mutating func remove(at offset: Int) -> Element? {
    if offset == 0 { return removeFirst() }
    guard offset > 0, offset < count else { return nil }
    let element = storage[place(offset)]
    for position in offset..<(count - 1) {
      storage[place(position)] = storage[place(position + 1)]
    }
    storage[place(count - 1)] = nil
    count -= 1
    return element
  }

  private func place(_ offset: Int) -> Int {
    let index = head + offset
    return index < storage.count ? index : index - storage.count
  }

  private mutating func grow(to capacity: Int) {
    var larger: [Element?] = []
    larger.reserveCapacity(capacity)
    for offset in 0..<count { larger.append(storage[place(offset)]) }
    for _ in count..<capacity { larger.append(nil) }
    storage = larger
    head = 0
  }
}

extension RingBuffer: Sendable where Element: Sendable {}
