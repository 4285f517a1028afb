#if canImport(Darwin)
import Darwin
#else
import CLinux
import Glibc
#endif

/// Readiness from epoll (Linux) or kqueue (Darwin): the cost of a wait does not grow with the
/// number of idle descriptors, as that of poll(2) does.
struct Poller: Sendable {
  /// The token under which `SignalPipe` is watched.
  static let signalToken = UInt64.max

  private let queue: Int32
  private static let batch = 64
  #if !canImport(Darwin)
  /// The token of the alarm.
  private static let alarmToken = UInt64.max - 1
  private let alarm: Alarm
  #endif
}

#if !canImport(Darwin)
extension Poller {
  init() throws(SystemError) {
    queue = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard queue >= 0 else { throw SystemError("epoll_create1", errno) }
    alarm = try Alarm()
    var event = unsafe epoll_event()
    // Reported once each time it rings: nothing needs to be read.
    unsafe event.events = EPOLLIN.rawValue | EPOLLET.rawValue
    unsafe event.data.u64 = Self.alarmToken
    guard unsafe epoll_ctl(queue, EPOLL_CTL_ADD, alarm.descriptor, &event) == 0 else {
      throw SystemError("epoll_ctl", errno)
    }
  }

  func add(_ descriptor: Int32, token: UInt64, _ interest: Interest) throws(SystemError) {
    try control(EPOLL_CTL_ADD, descriptor, token, interest)
  }

  func change(_ descriptor: Int32, token: UInt64, _ interest: Interest) throws(SystemError) {
    try control(EPOLL_CTL_MOD, descriptor, token, interest)
  }

  func remove(_ descriptor: Int32) {
    var event = unsafe epoll_event()
    _ = unsafe epoll_ctl(queue, EPOLL_CTL_DEL, descriptor, &event)
  }

  private func control(
    _ operation: Int32,
    _ descriptor: Int32,
    _ token: UInt64,
    _ interest: Interest
  ) throws(SystemError) {
    var event = unsafe epoll_event()
    if interest.contains(.reading) { unsafe event.events |= EPOLLIN.rawValue }
    if interest.contains(.writing) { unsafe event.events |= EPOLLOUT.rawValue }
    // The end of a socket's other half is reported only to who asks; of a pipe always.
    if interest.contains(.closed) { unsafe event.events |= EPOLLRDHUP.rawValue }
    // Of other kinds a short read does not tell that nothing is left.
    if interest.contains(.once), fileKind(descriptor) == S_IFIFO {
      unsafe event.events |= EPOLLET.rawValue
    }
    unsafe event.data.u64 = token
    guard unsafe epoll_ctl(queue, operation, descriptor, &event) == 0 else {
      throw SystemError("epoll_ctl", errno)
    }
  }

  /// Waits until `deadline` (`nil`: for ever, `zero`: not at all) and appends what became ready.
  ///
  /// It may return earlier, with nothing.
  func wait(until deadline: Instant?, _ events: inout [Readiness]) {
    if let deadline, deadline != .zero { alarm.set(deadline) }
    unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.batch) { buffer in
      let count = unsafe epoll_wait(
        queue,
        buffer.baseAddress,
        Int32(Self.batch),
        deadline == .zero ? 0 : -1
      )
      for index in 0..<max(0, Int(count)) {
        let (token, flags) = unsafe (buffer[index].data.u64, buffer[index].events)
        if token == Self.signalToken {
          SignalPipe.drain(&events)
          continue
        }
        if token == Self.alarmToken {
          alarm.rang()
          continue
        }
        var interest: Interest = []
        let ends = EPOLLHUP.rawValue | EPOLLERR.rawValue | EPOLLRDHUP.rawValue
        let closed = flags & ends != 0
        if closed { interest.insert(.closed) }
        if closed || flags & EPOLLIN.rawValue != 0 { interest.insert(.reading) }
        if closed || flags & EPOLLOUT.rawValue != 0 { interest.insert(.writing) }
        events.append(Readiness(token: token, interest: interest))
      }
    }
  }
}
#else
extension Poller {
  init() throws(SystemError) {
    queue = kqueue()
    guard queue >= 0 else { throw SystemError("kqueue", errno) }
    setCloseOnExec(queue)
  }

  func add(_ descriptor: Int32, token: UInt64, _ interest: Interest) throws(SystemError) {
    try control(descriptor, token, interest)
  }

  func change(_ descriptor: Int32, token: UInt64, _ interest: Interest) throws(SystemError) {
    try control(descriptor, token, interest)
  }

  func remove(_ descriptor: Int32) {
    try? control(descriptor, 0, [])
  }

  private func control(
    _ descriptor: Int32,
    _ token: UInt64,
    _ interest: Interest
  ) throws(SystemError) {
    // Deleted first: EV_CLEAR of a filter that is there cannot be changed. That there is none is
    // no error.
    for filter in [EVFILT_READ, EVFILT_WRITE] { _ = change(descriptor, filter, EV_DELETE, token) }
    var wanted: [(filter: Int32, flags: Int32)] = []
    // What is there to read is told once each time some comes; the end, too.
    if interest == .closed { wanted.append((EVFILT_READ, EV_ADD | EV_CLEAR)) }
    if interest.contains(.reading) { wanted.append((EVFILT_READ, EV_ADD)) }
    if interest.contains(.writing) { wanted.append((EVFILT_WRITE, EV_ADD)) }
    for (filter, flags) in wanted where !change(descriptor, filter, flags, token) {
      throw SystemError("kevent", errno)
    }
  }

  private func change(
    _ descriptor: Int32,
    _ filter: Int32,
    _ flags: Int32,
    _ token: UInt64
  ) -> Bool {
    var change = unsafe kevent(
      ident: UInt(descriptor),
      filter: Int16(filter),
      flags: UInt16(flags),
      fflags: 0,
      data: 0,
      udata: UnsafeMutableRawPointer(bitPattern: UInt(token))
    )
    return unsafe kevent(queue, &change, 1, nil, 0, nil) == 0
  }

  /// Waits until `deadline` (`nil`: for ever, `zero`: not at all) and appends what became ready.
  func wait(until deadline: Instant?, _ events: inout [Readiness]) {
    var limit = timespec()
    if let deadline {
      let timeout = max(.zero, deadline - PosixKernel.time())
      limit.tv_sec = Int(timeout.nanoseconds / 1_000_000_000)
      limit.tv_nsec = Int(timeout.nanoseconds % 1_000_000_000)
    }
    unsafe withUnsafeTemporaryAllocation(of: kevent.self, capacity: Self.batch) { buffer in
      let count =
        deadline == nil
        ? unsafe kevent(queue, nil, 0, buffer.baseAddress, Int32(Self.batch), nil)
        : unsafe kevent(queue, nil, 0, buffer.baseAddress, Int32(Self.batch), &limit)
      for index in 0..<max(0, Int(count)) {
        let token = unsafe UInt64(UInt(bitPattern: buffer[index].udata))
        if token == Self.signalToken {
          SignalPipe.drain(&events)
          continue
        }
        let reading = unsafe Int32(buffer[index].filter) == EVFILT_READ
        var interest: Interest = reading ? .reading : .writing
        if unsafe Int32(buffer[index].flags) & EV_EOF != 0 {
          interest = [.reading, .writing, .closed]
        }
        events.append(Readiness(token: token, interest: interest))
      }
    }
  }
}
#endif
