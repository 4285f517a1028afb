package import MCPProtocol

/// One peer's two streams: whole lines from it, whole frames to it, and what the loop reports.
///
/// Client and servers are read and written through it, so that they cannot differ. It takes no
/// decision: its owner says when to read, and what is too much.
package struct Wire: Sendable {
  /// How a read went.
  package enum Reading: Equatable, Sendable {
    /// There may be more.
    case more
    /// Nothing is left for now.
    case dry
    /// Nothing will ever come again.
    case ended
    case failed(SystemError)
  }

  /// What the peer writes.
  package var incoming: WatchedDescriptor
  /// What it is sent.
  package var outgoing: WatchedDescriptor
  private var lines: LineBuffer
  private var outbox = Outbox()

  /// `limit`: bytes of the longest line that is accepted.
  package init(reading: Descriptor, writing: Descriptor, limit: Int) {
    incoming = WatchedDescriptor(reading)
    outgoing = WatchedDescriptor(writing)
    lines = LineBuffer(limit: limit)
  }

  /// Bytes of the longest line that is accepted.
  package var limit: Int { lines.limit }

  // MARK: Reading

  /// Reads once; what came is then taken with `nextLine`.
  ///
  /// A short read has emptied a pipe, and asking again would cost a call for nothing; unless the
  /// other end may be closed (`mayHaveEnded`).
  package mutating func read(_ kernel: any Kernel, mayHaveEnded: Bool) -> Reading {
    let room = lines.makeRoom()
    let descriptor = incoming.descriptor
    switch lines.fill({ kernel.read(descriptor, into: &$0, at: room) }) {
    case .bytes(let count):
      lines.commit(count)
      return count < room.count && !mayHaveEnded ? .dry : .more
    case .wouldBlock: return .dry
    case .end: return .ended
    case .failed(let error): return .failed(error)
    }
  }

  /// The next whole line, as a range of `storage` until the next read; nil when there is none.
  package mutating func nextLine() -> LineBuffer.Line? {
    guard let line = lines.next() else { return nil }
    return trimmed(line)
  }

  /// What is left when the stream has ended: a last line without a line end.
  package mutating func lastLine() -> LineBuffer.Line? {
    guard let line = lines.remainder() else { return nil }
    return trimmed(line)
  }

  /// Where the lines are.
  package var storage: [UInt8] { lines.storage }

  /// The memory that a big line fills, with the line at its beginning; else nil.
  package mutating func take(_ line: Range<Int>) -> [UInt8]? { lines.take(line) }

  @inline(__always)
  private func trimmed(_ line: LineBuffer.Line) -> LineBuffer.Line {
    guard case .whole(let range) = line else { return line }
    let (first, last) = (lines.storage[range.lowerBound], lines.storage[range.upperBound - 1])
    guard first == 0xEF || last <= 0x20 else { return line }
    return .whole(bare(range))
  }

  /// Without blanks at the end, and without the byte order mark with which some programs begin.
  ///
  /// The last byte of what is forwarded decides whether a call was sent whole.
  private func bare(_ line: Range<Int>) -> Range<Int> {
    var range = line
    while let last = range.last, lines.storage[last] <= 0x20 { range.removeLast() }
    guard !range.isEmpty else { return line }
    guard lines.storage[range].starts(with: [0xEF, 0xBB, 0xBF]) else { return range }
    return range.count > 3 ? range.dropFirst(3) : range
  }

  // MARK: Writing

  /// Bytes that wait for the peer to take them.
  package var pendingBytes: Int { outbox.pendingBytes }
  /// How many bytes the system has taken.
  package var written: Int { outbox.written }
  /// Where in the stream the next frame will begin.
  package var end: Int { outbox.end }

  /// Appends one whole frame, line end included.
  package mutating func append(_ frame: [UInt8]) { outbox.append(frame) }

  /// Lets `splice` append the frame in place.
  package mutating func append(_ splice: Splice, _ source: [UInt8], _ line: Range<Int>) {
    outbox.append(splice, source, line)
  }

  /// Writes what the system takes without blocking.
  package mutating func flush(_ kernel: any Kernel) -> Outbox.Flush {
    outbox.flush(into: outgoing.descriptor, kernel)
  }
}
