import Synchronization

#if canImport(Darwin)
import Darwin
#else
import CLinux
import Glibc
#endif

/// The real operating system.
///
/// Its extensions hold bytes, processes and files.
package final class PosixKernel: Kernel {
  /// Watched descriptors that the poller refuses because they never block: regular files.
  struct AlwaysReady {
    var tokens: [Int32: (token: UInt64, interest: Interest)] = [:]
  }

  let poller: Poller
  let alwaysReady = Mutex(AlwaysReady())

  package init() throws(SystemError) {
    poller = try Poller()
    try SignalPipe.install()
    try poller.add(SignalPipe.readEnd, token: Poller.signalToken, .reading)
  }

  /// Linux's monotonic clock stands still while the machine sleeps; the boot-time one does not.
  package func now() -> Instant { Self.time() }

  static func time() -> Instant {
    #if canImport(Darwin)
    let clock = CLOCK_MONOTONIC
    #else
    let clock = CLOCK_BOOTTIME
    #endif
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  package func wallClock() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  package func random() -> UInt64 {
    // The one place where chance enters the program; everything else is given it.
    var generator = SystemRandomNumberGenerator()
    return generator.next()
  }

  // MARK: Readiness

  package func watch(
    _ descriptor: Descriptor,
    token: UInt64,
    _ interest: Interest
  ) throws(SystemError) {
    #if canImport(Darwin)
    // Kqueue takes regular files, and falls silent at their end.
    if fileKind(descriptor.number) == S_IFREG {
      return alwaysReady.withLock { $0.tokens[descriptor.number] = (token, interest) }
    }
    #endif
    do {
      try poller.add(descriptor.number, token: token, interest)
    } catch  where error.number == EPERM {
      alwaysReady.withLock { $0.tokens[descriptor.number] = (token, interest) }
    }
  }

  package func rewatch(
    _ descriptor: Descriptor,
    token: UInt64,
    _ interest: Interest
  ) throws(SystemError) {
    let isFile = alwaysReady.withLock { ready in
      guard ready.tokens[descriptor.number] != nil else { return false }
      ready.tokens[descriptor.number] = (token, interest)
      return true
    }
    if !isFile { try poller.change(descriptor.number, token: token, interest) }
  }

  package func unwatch(_ descriptor: Descriptor) {
    let isFile = alwaysReady.withLock { $0.tokens.removeValue(forKey: descriptor.number) != nil }
    if !isFile { poller.remove(descriptor.number) }
  }

  package func wait(until deadline: Instant?, _ events: inout [Readiness]) {
    alwaysReady.withLock { ready in
      for (_, watch) in ready.tokens {
        let interest = watch.interest.intersection([.reading, .writing])
        if !interest.isEmpty { events.append(Readiness(token: watch.token, interest: interest)) }
      }
    }
    poller.wait(until: events.isEmpty ? deadline : .zero, &events)
  }

  package func wake() {
    SignalPipe.write(SignalPipe.wakeByte)
  }
}
