import MCPProxy
import Synchronization

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A kernel whose n-th call that can fail does fail; all others are those of another kernel.
final class FailingKernel: Kernel {
  /// The calls that can fail.
  enum Call: CaseIterable {
    case appendLines, directoryEntries, isCurrent, makeDirectories, openLog, read, readFile
    case replaceFile, rewatch, spawn, startTime, watch, write
  }

  /// What a call does instead of its work.
  enum Fault: CaseIterable {
    /// It fails with the error that is the most likely of its kind.
    case error
    /// A read or write finds nothing to do, although it was announced.
    case again
    /// A read or write moves one byte.
    case short
  }

  struct Plan: CustomStringConvertible {
    var fault = Fault.error
    /// Which call fails, counted from 1; 0: none.
    var number = 0
    /// Whether all later ones fail too.
    var lasts = false
    /// Another one fails so many calls later; 0: none.
    var gap = 0
    /// Only these count and fail.
    var calls = Set(Call.allCases)

    var description: String {
      let which = calls.count == 1 ? calls.map { "\($0)" }.joined() : "call"
      return "\(fault) at \(which) \(number)\(lasts ? " and from there on" : "")"
        + (gap > 0 ? " and \(gap) later" : "")
    }
  }

  private struct State {
    var seen = 0
    var hit: [(call: Call, descriptor: Int32?)] = []
  }

  let kernel: SimulatedKernel
  let plan: Plan
  private let state = Mutex(State())

  init(_ kernel: SimulatedKernel, _ plan: Plan) {
    self.kernel = kernel
    self.plan = plan
  }

  /// What failed.
  var hit: [(call: Call, descriptor: Int32?)] { state.withLock { $0.hit } }

  private func mustFail(_ call: Call, _ descriptor: Descriptor? = nil) -> Bool {
    guard plan.number > 0, plan.calls.contains(call) else { return false }
    if plan.fault != .error, call != .read, call != .write { return false }
    return state.withLock { state in
      state.seen += 1
      let isMeant =
        state.seen == plan.number || plan.lasts && state.seen > plan.number
        || plan.gap > 0 && state.seen == plan.number + plan.gap
      guard isMeant else { return false }
      state.hit.append((call, descriptor?.number))
      return true
    }
  }

  // MARK: Calls that can fail

  func watch(_ descriptor: Descriptor, token: UInt64, _ interest: Interest) throws(SystemError) {
    if mustFail(.watch, descriptor) { throw SystemError("epoll_ctl", ENOSPC) }
    try kernel.watch(descriptor, token: token, interest)
  }

  func rewatch(_ descriptor: Descriptor, token: UInt64, _ interest: Interest) throws(SystemError) {
    if mustFail(.rewatch, descriptor) { throw SystemError("epoll_ctl", ENOMEM) }
    try kernel.rewatch(descriptor, token: token, interest)
  }

  func read(
    _ descriptor: Descriptor,
    into buffer: inout [UInt8],
    at range: Range<Int>
  ) -> Transfer {
    guard mustFail(.read, descriptor) else {
      return kernel.read(descriptor, into: &buffer, at: range)
    }
    // What is left is reported anew, as if it had come after the read.
    kernel.reportAgain(descriptor)
    switch plan.fault {
    case .error: return .failed(SystemError("read", EIO))
    case .again: return .wouldBlock
    case .short: return kernel.read(descriptor, into: &buffer, at: range.prefix(1))
    }
  }

  func write(_ descriptor: Descriptor, _ bytes: [UInt8], _ range: Range<Int>) -> Transfer {
    guard mustFail(.write, descriptor) else {
      return kernel.write(descriptor, bytes, range)
    }
    switch plan.fault {
    case .error: return .failed(SystemError("write", EPIPE))
    case .again: return .wouldBlock
    case .short: return kernel.write(descriptor, bytes, range.prefix(1))
    }
  }

  func spawn(_ request: SpawnRequest) throws(SystemError) -> SpawnedProcess {
    if mustFail(.spawn) { throw SystemError("posix_spawn", EAGAIN) }
    return try kernel.spawn(request)
  }

  func startTime(_ process: Int32) -> UInt64 {
    mustFail(.startTime) ? 0 : kernel.startTime(process)
  }

  func openLog(_ path: String) throws(SystemError) -> Descriptor {
    if mustFail(.openLog) { throw SystemError("open", EMFILE) }
    return try kernel.openLog(path)
  }

  func appendLines(
    _ descriptor: Descriptor,
    _ bytes: [UInt8],
    lastEnd: Int
  ) throws(SystemError) -> Int {
    if mustFail(.appendLines) { throw SystemError("write", ENOSPC) }
    return try kernel.appendLines(descriptor, bytes, lastEnd: lastEnd)
  }

  func isCurrent(_ descriptor: Descriptor, at path: String) -> Bool {
    !mustFail(.isCurrent) && kernel.isCurrent(descriptor, at: path)
  }

  func readFile(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
    if mustFail(.readFile) { throw SystemError("read", EIO) }
    return try kernel.readFile(path, limit: limit)
  }

  func replaceFile(_ path: String, with bytes: [UInt8]) throws(SystemError) {
    if mustFail(.replaceFile) { throw SystemError("write", ENOSPC) }
    try kernel.replaceFile(path, with: bytes)
  }

  func makeDirectories(_ path: String) throws(SystemError) {
    if mustFail(.makeDirectories) { throw SystemError("mkdir", EACCES) }
    try kernel.makeDirectories(path)
  }

  func directoryEntries(_ path: String) -> [String] {
    mustFail(.directoryEntries) ? [] : kernel.directoryEntries(path)
  }

  // MARK: Calls that cannot

  func now() -> Instant { kernel.now() }
  func wallClock() -> Int64 { kernel.wallClock() }
  func random() -> UInt64 { kernel.random() }
  func unwatch(_ descriptor: Descriptor) { kernel.unwatch(descriptor) }
  func wait(until deadline: Instant?, _ events: inout [Readiness]) {
    kernel.wait(until: deadline, &events)
  }
  func wake() { kernel.wake() }
  func close(_ descriptor: Descriptor) { kernel.close(descriptor) }
  func signal(_ process: Int32, _ signal: Signal) { kernel.signal(process, signal) }
  func groupExists(_ process: Int32) -> Bool { kernel.groupExists(process) }
  func reap() -> ExitedProcess? { kernel.reap() }
  func removeFile(_ path: String) { kernel.removeFile(path) }
}
