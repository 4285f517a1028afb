import Synchronization

#if canImport(Darwin)
import Darwin
import MachO.dyld
#else
import CLinux
import Glibc
#endif

/// What the program finds out about the place it runs in, once, at its start.
enum Host {
  /// The environment variables; of a name that stands twice the first counts, as for getenv.
  static func environment() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
      let pair = unsafe String(cString: text).split(
        separator: "=",
        maxSplits: 1,
        omittingEmptySubsequences: false
      )
      if pair.count == 2, variables[String(pair[0])] == nil {
        variables[String(pair[0])] = String(pair[1])
      }
      unsafe entry += 1
    }
    return variables
  }

  /// A peer that is gone shows as EPIPE at the write, and ends nothing.
  static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

  static func workingDirectory() -> String {
    guard let path = unsafe getcwd(nil, 0) else { return "/" }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
  }

  /// Keeps up to 2 MiB of freed memory instead of returning it at once: a message of 100 kB would
  /// otherwise fetch its pages anew each time.
  static func keepFreedMemory() {
    #if !canImport(Darwin)
    // M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of <malloc.h>.
    mallopt(-1, 2 << 20)
    mallopt(-3, 1 << 20)
    #endif
  }

  static var processID: Int32 { getpid() }

  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// The absolute path of this program.
  static func binaryPath(_ name: String) -> String? {
    #if canImport(Darwin)
    var size: UInt32 = 4096
    var buffer = [CChar](repeating: 0, count: Int(size))
    guard unsafe _NSGetExecutablePath(&buffer, &size) == 0 else { return nil }
    return unsafe absolute(String(cString: buffer))
    #else
    return absolute("/proc/self/exe") ?? absolute(name)
    #endif
  }

  /// What leads to this program's own file, even if that was removed; `nil` where nothing does.
  static var ownImage: String? {
    #if canImport(Darwin)
    nil
    #else
    "/proc/self/exe"
    #endif
  }

  /// The path without links and dots; `nil` if there is nothing there.
  static func absolute(_ path: String) -> String? {
    guard let real = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }

  /// Opens `/dev/null` for each standard stream that is closed, before something else gets its
  /// number.
  ///
  /// Returns the numbers that were closed. Writing to a standard output that was closed still
  /// fails.
  static func fillStandardStreams() -> [Int32] {
    (0...2).filter { number in
      guard fcntl(number, F_GETFD) < 0 else { return false }
      _ = unsafe open("/dev/null", number == 1 ? O_RDONLY : O_RDWR)
      return true
    }
  }

  static func isExecutable(_ path: String) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    return unsafe access(path, X_OK) == 0
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The first 512 bytes of a file, in which systems look for a script's interpreter; empty if it
  /// cannot be read.
  static func firstBytes(of path: String) -> [UInt8] {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return [] }
    defer { systemClose(file) }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = unsafe systemRead(file, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count)))
  }

  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Writes to standard error for as long as somebody reads it; what is not taken for a second, or
  /// until a signal comes, is left out with all that follows.
  static func report(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty, isReady(2, Int32(POLLOUT), within: 1000) {
      // A pipe that is ready takes so much at once.
      let count = unsafe rest.prefix(Int(PIPE_BUF)).withUnsafeBytes { bytes in
        unsafe systemWrite(2, bytes.baseAddress, bytes.count)
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Writes a short message as a line to standard error, if it is taken at once: who started us may
  /// not read it, and must not stop us by that.
  static func warn(_ text: String) {
    guard isReady(2, Int32(POLLOUT)) else { return }
    // A pipe that is ready takes so much at once; more might wait for its reader.
    let line = String(decoding: text.utf8.prefix(Int(PIPE_BUF) - 4), as: UTF8.self)
    let bytes = Array("\(line)\n".utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe systemWrite(2, $0.baseAddress, $0.count) }
  }

  /// Writes to a standard stream; what does not get to standard output is kept in `lostOutput`.
  static func print(_ text: String, to descriptor: Int32 = 1) {
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[sent...])
        return unsafe systemWrite(descriptor, rest.baseAddress, rest.count)
      }
      let number = errno
      if count > 0 {
        sent += count
      } else if number == EAGAIN, descriptor == 1 {
        // Whoever shares the stream has made it non-blocking.
        _ = isReady(descriptor, Int32(POLLOUT), within: -1)
      } else {
        if descriptor == 1 { lost.store(number, ordering: .relaxed) }
        return
      }
    }
  }

  /// The last error of a write to standard output; 0: there was none.
  private static let lost = Atomic<Int32>(0)

  /// Why something printed did not get to standard output; a reader that is gone is no reason.
  static var lostOutput: SystemError? {
    let error = SystemError("write", lost.load(ordering: .relaxed))
    return error.number == 0 || error.isClosedPipe ? nil : error
  }
}
