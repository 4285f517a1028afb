/// Bytes in, whole lines out, bounded; does no I/O.
///
/// A reader fills `storage[writable]`, says how much with `commit`, and takes lines until there is
/// none. A line is handed out as a range of `storage`, valid until the next `makeRoom`.
package struct LineBuffer: Sendable {
  package enum Line: Equatable, Sendable {
    /// Without its line end; never empty.
    case whole(Range<Int>)
    /// The line exceeds the limit: only its head and its tail were kept, what is between was
    /// thrown away as it came. A line that the stream ended in has no tail.
    case oversize(head: [UInt8], tail: [UInt8])
  }

  package private(set) var storage: [UInt8]
  /// The longest line that is accepted, in bytes.
  package let limit: Int
  private var start = 0
  private var end = 0
  /// Bytes before this hold no line end; they are not searched again.
  private var searched = 0
  /// The head of the line that is being thrown away, and its last bytes so far.
  private var discarded: (head: [UInt8], tail: [UInt8])?

  private static let initialCapacity = 16 << 10
  /// How much of an oversize line is kept: enough to find its id, which some write last.
  private static let headLength = 4 << 10
  private static let tailLength = 512

  package init(limit: Int) {
    self.limit = limit
    storage = Self.memory(Self.initialCapacity)
  }

  /// Nothing of it is looked at before a reader has written there; what is never written costs no
  /// page.
  private static func memory(_ count: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { $1 = count }
  }

  /// Bytes held that are not yet part of a line handed out.
  package var pendingBytes: Int { end - start }

  /// Makes room for at least one byte and returns where a reader may put bytes.
  package mutating func makeRoom() -> Range<Int> {
    if start == end {
      (start, end, searched) = (0, 0, 0)
      // One big message must not cost its size for ever.
      if storage.count > 1 << 20 {
        storage = Self.memory(Self.initialCapacity)
      }
    } else if end == storage.count || start > storage.count / 2 {
      moveToFront()
      if end > storage.count / 2 {
        storage.append(contentsOf: repeatElement(0, count: storage.count))
      }
    }
    return end..<storage.count
  }

  private mutating func moveToFront() {
    guard start > 0 else { return }
    unsafe storage.withUnsafeMutableBytes { bytes in
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      unsafe bytes.copyMemory(from: rest)
    }
    searched -= start
    end -= start
    start = 0
  }

  /// Gives a reader the bytes of `range` to fill; returns what it returns.
  package mutating func fill<Result>(_ body: (inout [UInt8]) -> Result) -> Result {
    body(&storage)
  }

  /// Whether so many bytes of `memory` are worth keeping all of it.
  ///
  /// A copy of fewer costs less than new memory, or than a write of their own.
  package static func staysInPlace(_ count: Int, of memory: [UInt8]) -> Bool {
    count >= 32 << 10 && count >= memory.count / 4
  }

  /// Gives away the memory that a big line fills, with the line at its beginning, and goes on with
  /// new memory; `nil` if the line is not big or not alone in it.
  ///
  /// Copying a big line would cost as much as reading it.
  package mutating func take(_ line: Range<Int>) -> [UInt8]? {
    guard Self.staysInPlace(line.count, of: storage), line.lowerBound == 0, start == end
    else { return nil }
    let capacity = storage.count
    let taken = storage
    storage = Self.memory(capacity)
    (start, end, searched) = (0, 0, 0)
    return taken
  }

  /// Takes `count` bytes that were put where `makeRoom` said.
  package mutating func commit(_ count: Int) { end += count }

  /// The next line, or `nil` when more bytes are needed.
  package mutating func next() -> Line? {
    while true {
      guard let lineEnd = ByteBlocks.firstNewline(storage.span, from: searched, to: end) else {
        searched = end
        discard()
        return nil
      }
      let first = start
      start = lineEnd + 1
      searched = start
      if discarded != nil { return endDiscarding(first..<lineEnd) }
      if let line = line(first, lineEnd) { return line }
    }
  }

  /// The line that ends before `lineEnd`; `nil` if it is empty.
  @inline(__always)
  private func line(_ first: Int, _ lineEnd: Int) -> Line? {
    var last = lineEnd
    if last > first, storage[last - 1] == UInt8(ascii: "\r") { last -= 1 }
    guard last - first <= limit else {
      let line = storage[first..<last]
      let tail = Array(line.suffix(Self.tailLength))
      return .oversize(head: Array(line.prefix(Self.headLength)), tail: tail)
    }
    return last > first ? .whole(first..<last) : nil
  }

  /// Throws away what there is of a line that has grown over the limit without an end in sight.
  private mutating func discard() {
    if discarded == nil {
      // One more than the limit: the last byte may be the `\r` of a line end.
      guard end - start > limit + 1 else { return }
      discarded = (Array(storage[start..<end].prefix(Self.headLength)), [])
    }
    keepTail(start..<end)
    start = end
  }

  /// Keeps one byte more than a tail has: it may be the `\r` of the line end.
  private mutating func keepTail(_ part: Range<Int>) {
    discarded?.tail += storage[part].suffix(Self.tailLength + 1)
    let excess = (discarded?.tail.count ?? 0) - (Self.tailLength + 1)
    if excess > 0 { discarded?.tail.removeFirst(excess) }
  }

  private mutating func endDiscarding(_ rest: Range<Int>) -> Line? {
    keepTail(rest)
    guard let head = discarded?.head, var tail = discarded?.tail else { return nil }
    discarded = nil
    if tail.last == UInt8(ascii: "\r") { tail.removeLast() }
    return .oversize(head: head, tail: Array(tail.suffix(Self.tailLength)))
  }

  /// What is left when the stream has ended: a last line without a line end.
  package mutating func remainder() -> Line? {
    defer { (start, searched) = (end, end) }
    if let head = discarded?.head {
      discarded = nil
      return .oversize(head: head, tail: [])
    }
    let last = line(start, end)
    // Nobody knows whether it was to end here.
    if case .oversize(let head, _) = last { return .oversize(head: head, tail: []) }
    return last
  }
}
