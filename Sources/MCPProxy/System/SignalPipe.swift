import Synchronization

#if canImport(Darwin)
import Darwin
#else
import CLinux
import Glibc
#endif

/// Turns signals into bytes that the loop can wait for: a handler may do little more than write.
enum SignalPipe {
  static let wakeByte: UInt8 = 0

  /// Global because a signal handler gets no context.
  private static let writeEnd = Atomic<Int32>(-1)
  private static let readEndNumber = Atomic<Int32>(-1)

  static var readEnd: Int32 { readEndNumber.load(ordering: .relaxed) }

  /// Opens the pipe and sets the handlers.
  ///
  /// Once a process; a second call changes nothing.
  static func install() throws(SystemError) {
    guard readEnd < 0 else { return }
    let ends = try Pipe.open()
    setNonBlocking(ends.read)
    setNonBlocking(ends.write)
    readEndNumber.store(ends.read, ordering: .relaxed)
    writeEnd.store(ends.write, ordering: .relaxed)
    var handled = sigset_t()
    unsafe sigemptyset(&handled)
    for number in [SIGCHLD, SIGHUP, SIGINT, SIGTERM] where number != SIGHUP || !ignoresHangUp {
      handle(number)
      unsafe sigaddset(&handled, number)
    }
    // Whoever started us may have blocked them, and that is inherited.
    unsafe sigprocmask(SIG_UNBLOCK, &handled, nil)
    Host.ignoreBrokenPipes()
    // A file at the limit of its size shows as EFBIG.
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Whether we were started to outlive the terminal, as by nohup.
  private static var ignoresHangUp: Bool {
    var action = sigaction()
    unsafe sigaction(SIGHUP, nil, &action)
    #if canImport(Darwin)
    let handler = unsafe action.__sigaction_u.__sa_handler
    #else
    let handler = unsafe action.__sigaction_handler.sa_handler
    #endif
    return unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private static func handle(_ number: Int32) {
    var action = sigaction()
    let handler: @convention(c) (Int32) -> Void = {
      SignalPipe.write(UInt8(truncatingIfNeeded: $0))
    }
    #if canImport(Darwin)
    unsafe action.__sigaction_u.__sa_handler = handler
    #else
    unsafe action.__sigaction_handler.sa_handler = handler
    #endif
    action.sa_flags = SA_RESTART
    unsafe sigaction(number, &action, nil)
  }

  static func write(_ byte: UInt8) {
    let saved = errno
    var byte = byte
    // A full pipe means that the loop has plenty to wake up for.
    _ = unsafe systemWrite(writeEnd.load(ordering: .relaxed), &byte, 1)
    errno = saved
  }

  /// The signals that came since the last call.
  static func drain(_ events: inout [Readiness]) {
    var buffer: (UInt64, UInt64) = (0, 0)
    let count = unsafe systemRead(readEnd, &buffer, 16)
    guard count > 0 else { return }
    unsafe withUnsafeBytes(of: &buffer) { bytes in
      for index in 0..<count {
        guard let signal = meaning(unsafe bytes[index]) else { continue }
        events.append(Readiness(token: Poller.signalToken, interest: .reading, signal: signal))
      }
    }
  }

  private static func meaning(_ byte: UInt8) -> Signal? {
    switch Int32(byte) {
    case SIGCHLD: .childExited
    case SIGHUP: .hangUp
    case SIGINT: .interrupt
    case SIGTERM: .terminate
    default: nil
    }
  }
}
