#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Collects what comes out of a non-blocking pipe.
struct PipeReader {
  private(set) var descriptor: Int32
  private(set) var bytes: [UInt8] = []
  private(set) var isAtEnd = false
  /// Where the next line begins.
  private var lineStart = 0
  /// No newline stands before this offset and behind `lineStart`.
  private var searched = 0

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// For `poll`: the end of a pipe is reported for ever and would spin.
  var pollable: Int32 { isAtEnd ? -1 : descriptor }

  mutating func drain() {
    var buffer = [UInt8](repeating: 0, count: 65536)
    while !isAtEnd {
      let count = unsafe read(descriptor, &buffer, buffer.count)
      if count > 0 {
        bytes += buffer[..<count]
      } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
        isAtEnd = true
      } else {
        return
      }
    }
  }

  mutating func takeLine() -> String? {
    guard let end = bytes[searched...].firstIndex(of: 0x0A) else {
      searched = bytes.count
      return nil
    }
    defer { (lineStart, searched) = (end + 1, end + 1) }
    return String(decoding: bytes[lineStart..<end], as: UTF8.self)
  }

  mutating func close() {
    guard descriptor >= 0 else { return }
    #if canImport(Darwin)
    Darwin.close(descriptor)
    #else
    Glibc.close(descriptor)
    #endif
    descriptor = -1
    isAtEnd = true
  }
}
