package import MCPProtocol

/// Frames on their way into one descriptor.
///
/// A frame enters whole, in one step; only writing may take several. So no frame is ever split by
/// another, whoever waits in between.
package struct Outbox: Sendable {
  package enum Flush: Equatable, Sendable {
    /// Everything was taken by the system.
    case done
    /// The reader is slow: go on when the descriptor is writable.
    case blocked
    case failed(SystemError)
  }

  /// Bytes that are written from where they are, because copying them would cost more.
  private struct Piece {
    let bytes: [UInt8]
    let range: Range<Int>
  }

  /// What goes before `bytes`, in order.
  private var pieces: [Piece] = []
  private var pieceBytes = 0
  private var bytes: [UInt8] = []
  /// Bytes of the first piece, or of `bytes` if there is none, that the system has taken.
  private var sent = 0
  /// Bytes of the stream that came before all these.
  private var base = 0

  package init() {}

  package var pendingBytes: Int { pieceBytes + bytes.count - sent }
  /// How many bytes of the stream the system has taken.
  package var written: Int { base + sent }
  /// Where in the stream the next frame will begin.
  package var end: Int { base + pieceBytes + bytes.count }

  /// Appends one whole frame, line end included.
  package mutating func append(_ frame: [UInt8]) {
    if bytes.isEmpty { bytes = frame } else { bytes.append(contentsOf: frame) }
  }

  /// Lets `splice` append the frame in place; the big parts of a big message are not copied.
  package mutating func append(_ splice: Splice, _ source: [UInt8], _ line: Range<Int>) {
    guard LineBuffer.staysInPlace(line.count, of: source) else {
      return splice.append(source, line, to: &bytes)
    }
    var copied = line.lowerBound
    for edit in splice.edits {
      append(source, copied..<edit.range.lowerBound)
      bytes.append(contentsOf: edit.bytes)
      copied = edit.range.upperBound
    }
    let hasLineEnd = line.upperBound < source.count && source[line.upperBound] == Self.newline
    append(source, copied..<line.upperBound + (hasLineEnd ? 1 : 0))
    if !hasLineEnd { bytes.append(Self.newline) }
  }

  private static let newline = UInt8(ascii: "\n")

  private mutating func append(_ source: [UInt8], _ part: Range<Int>) {
    guard LineBuffer.staysInPlace(part.count, of: source) else {
      return bytes.append(contentsOf: source[part])
    }
    if !bytes.isEmpty { add(Piece(bytes: bytes, range: 0..<bytes.count)) }
    bytes = []
    add(Piece(bytes: source, range: part))
  }

  private mutating func add(_ piece: Piece) {
    pieces.append(piece)
    pieceBytes += piece.range.count
  }

  /// Writes what the system takes without blocking.
  package mutating func flush(into descriptor: Descriptor, _ kernel: any Kernel) -> Flush {
    while let piece = pieces.first {
      let rest = piece.range.dropFirst(sent)
      if let stop = write(piece.bytes, rest, into: descriptor, kernel) { return stop }
      if sent == piece.range.count { dropPiece() }
    }
    while sent < bytes.count {
      if let stop = write(bytes, sent..<bytes.count, into: descriptor, kernel) {
        if stop == .blocked { dropSent() }
        return stop
      }
    }
    base += bytes.count
    sent = 0
    if bytes.capacity > 256 << 10 {
      bytes = []
    } else {
      bytes.removeAll(keepingCapacity: true)
    }
    return .done
  }

  /// Writes once; returns why no more can be written now.
  private mutating func write(
    _ bytes: [UInt8],
    _ range: Range<Int>,
    into descriptor: Descriptor,
    _ kernel: any Kernel
  ) -> Flush? {
    switch kernel.write(descriptor, bytes, range) {
    case .bytes(let count):
      sent += count
      return nil
    case .wouldBlock: return .blocked
    case .failed(let error): return .failed(error)
    case .end: return .failed(SystemError("write", 0))
    }
  }

  private mutating func dropPiece() {
    let piece = pieces.removeFirst()
    pieceBytes -= piece.range.count
    base += piece.range.count
    sent = 0
  }

  /// A reader that is always a little behind must not make the bytes it has taken pile up.
  private mutating func dropSent() {
    guard sent > 64 << 10, sent > bytes.count / 2 else { return }
    bytes.removeFirst(sent)
    base += sent
    sent = 0
  }
}
