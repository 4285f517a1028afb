/// One direction of bytes between the proxy and somebody else.
struct ByteStream {
  /// What a reader of the other end can have at once; the rest waits with the writer.
  var capacity: Int
  private(set) var bytes: [UInt8] = []
  private var head = 0
  /// Bytes that have ever left it.
  private(set) var taken = 0
  var readerIsOpen = true
  var writerIsOpen = true {
    didSet { arrived() }
  }
  /// Counts everything that a reader who waits is to be told of.
  private(set) var arrivals = 0
  /// A part is still on its way: the reader has for now all there is.
  private var restIsOnItsWay = false

  init(capacity: Int) { self.capacity = capacity }

  var count: Int { bytes.count - head }
  /// Bytes that have ever come in.
  var written: Int { taken + count }
  var room: Int { max(0, capacity - count) }
  /// What a reader can have now.
  var available: Int { restIsOnItsWay ? 0 : min(count, capacity) }

  mutating func append(_ new: ArraySlice<UInt8>) {
    bytes.append(contentsOf: new)
    arrivals += 1
  }

  /// Keeps the rest back until `arrived`.
  mutating func delayRest() { restIsOnItsWay = writerIsOpen }

  mutating func arrived() {
    restIsOnItsWay = false
    arrivals += 1
  }

  mutating func take(_ most: Int) -> ArraySlice<UInt8> {
    let end = min(head + most, bytes.count)
    defer {
      taken += end - head
      head = end
      if head == bytes.count {
        bytes.removeAll(keepingCapacity: true)
        head = 0
      }
    }
    return bytes[head..<end]
  }

  /// The writer is dead: what had not fitted into the pipe is lost with it.
  mutating func loseOverflow() {
    if count > capacity { bytes.removeLast(count - capacity) }
  }
}
