#if canImport(Darwin)
import Darwin
#else
import CLinux
import Glibc
#endif

// The names `read`, `write` and `close` mean methods inside a type; these are the system's.

func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  uninterrupted { unsafe read(descriptor, buffer, count) }
}

func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
  uninterrupted { unsafe write(descriptor, buffer, count) }
}

/// Makes a call again that a signal has ended before it did anything: what is reported only once
/// (`Interest.once`) must not be missed for it.
@inline(__always)
private func uninterrupted(_ call: () -> Int) -> Int {
  while true {
    let count = call()
    if count >= 0 || errno != EINTR { return count }
  }
}

func systemClose(_ descriptor: Int32) {
  _ = close(descriptor)
}

func systemReceive(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  uninterrupted {
    unsafe recv(descriptor, buffer, count, Int32(truncatingIfNeeded: messageDontWait))
  }
}

func systemSend(_ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
  uninterrupted {
    unsafe send(descriptor, buffer, count, Int32(truncatingIfNeeded: messageDontWait))
  }
}

private let messageDontWait = Int(MSG_DONTWAIT)

func setNonBlocking(_ descriptor: Int32) {
  _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
}

func setCloseOnExec(_ descriptor: Int32) {
  _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
}

/// Whether a shared descriptor can be used without blocking, at this moment or within so many
/// milliseconds; -1: however long it takes.
func isReady(_ descriptor: Int32, _ events: Int32, within time: Int32 = 0) -> Bool {
  var entry = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0)
  return unsafe poll(&entry, 1, time) > 0
}

/// What kind of file a descriptor leads to, as `S_IFMT` masks it; `nil`: it leads to none.
func fileKind(_ descriptor: Int32) -> mode_t? {
  var status = stat()
  return unsafe fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : nil
}

/// A pipe whose ends no child inherits.
enum Pipe {
  static func open() throws(SystemError) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    #if canImport(Darwin)
    guard unsafe pipe(&ends) == 0 else { throw SystemError("pipe", errno) }
    setCloseOnExec(ends[0])
    setCloseOnExec(ends[1])
    #else
    guard unsafe pipe2(&ends, O_CLOEXEC) == 0 else { throw SystemError("pipe2", errno) }
    #endif
    return (ends[0], ends[1])
  }

  /// Lets a pipe hold a message of 100 kB, where the system allows it: what does not fit at once
  /// costs a second wait.
  static func widen(_ end: Int32) {
    #if !canImport(Darwin)
    // F_GETPIPE_SZ and F_SETPIPE_SZ of <linux/fcntl.h>, macros that Swift does not import.
    if fcntl(end, 1032) < 128 << 10 { _ = fcntl(end, 1031, Int32(128 << 10)) }
    #endif
  }
}
