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

  private var bytes: [UInt8] = []
  private var sent = 0
  /// Bytes of the stream that came before `bytes`.
  private var base = 0

  package init() {}

  package var pendingBytes: Int { bytes.count - sent }
  /// How many bytes of the stream the system has taken.
  package var written: Int { base + sent }
  /// Where in the stream the next frame will begin.
  package var end: Int { base + bytes.count }

  /// Appends one whole frame, line end included.
  package mutating func append(_ frame: [UInt8]) {
    if bytes.isEmpty { bytes = frame } else { bytes.append(contentsOf: frame) }
  }

  /// Lets `splice` append the frame in place.
  package mutating func append(_ splice: Splice, _ source: [UInt8], _ line: Range<Int>) {
    splice.append(source, line, to: &bytes)
  }

  /// Writes what the system takes without blocking.
  package mutating func flush(into descriptor: Descriptor, _ kernel: any Kernel) -> Flush {
    while sent < bytes.count {
      switch kernel.write(descriptor, bytes, from: sent) {
      case .bytes(let count): sent += count
      case .wouldBlock:
        dropSent()
        return .blocked
      case .failed(let error): return .failed(error)
      case .end: return .failed(SystemError("write", 0))
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

  /// A reader that is always a little behind must not make the bytes it has taken pile up.
  private mutating func dropSent() {
    guard sent > 64 << 10, sent > bytes.count / 2 else { return }
    bytes.removeFirst(sent)
    base += sent
    sent = 0
  }
}
