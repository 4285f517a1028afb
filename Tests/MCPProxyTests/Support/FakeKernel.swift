import MCPProxy
import Synchronization

/// An operating system made of dictionaries, with a clock that only waiting moves.
///
/// What is not scripted succeeds: writes take everything, reads find nothing, files are kept.
final class FakeKernel: Kernel {
  struct State {
    var now = at(0)
    var wallClock: Int64 = 1_795_220_055_123_456_789
    /// Watched descriptors, by number.
    var watches: [Int32: (token: UInt64, interest: Interest)] = [:]
    /// What reads give next, by descriptor; without an entry they would block.
    var reads: [Int32: [Transfer]] = [:]
    /// Bytes that reads of `.bytes` hand out.
    var input: [Int32: [UInt8]] = [:]
    /// What writes say next, by descriptor; without an entry they take everything.
    var writes: [Int32: [Transfer]] = [:]
    /// Bytes that writes took.
    var output: [Int32: [UInt8]] = [:]
    /// Descriptors without a script that take nothing.
    var full: Set<Int32> = []
    var isAwake = false
    var closed: [Int32] = []
    var files: [String: [UInt8]] = [:]
    /// Logs that are open, by descriptor.
    var logs: [Int32: String] = [:]
    var lastDescriptor: Int32 = 100
    var folders: Set<String> = []
    /// Why files cannot be changed.
    var fileError: SystemError?
    var waits = 0
    var randomState: UInt64 = 1
    /// Called when nothing would ever happen again.
    var whenIdle: (@Sendable () -> Void)?
    /// What happens whenever nothing else does, in order, before time passes.
    var steps: [Step] = []
    /// Descriptors of which the next report says nothing.
    var unreported: Set<Int32> = []
    /// Descriptors whose other end is closed; there may be something left to read.
    var hungUp: Set<Int32> = []
    /// Processes that will be started, in order; there are no others.
    var unborn: [FakeChild] = []
    /// Processes that were started, by their ids.
    var children: [Int32: FakeChild] = [:]
    var childHasEnded = false
    /// A signal that the proxy gets next.
    var signal: Signal?
    /// Programs that cannot be started, and why.
    var refused: [String: SystemError] = [:]
    /// What was asked for, in order.
    var spawns: [SpawnRequest] = []
  }

  typealias Step = @Sendable (inout State) -> Void

  private let state = Mutex(State())

  /// What was done until now.
  var seen: State { state.withLock { $0 } }

  /// Sets what is to happen.
  func script(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

  // MARK: Time and chance

  func now() -> Instant { state.withLock { $0.now } }
  func wallClock() -> Int64 { state.withLock { $0.wallClock } }

  func random() -> UInt64 {
    state.withLock { state in
      var generator = SeededRandom(seed: state.randomState)
      state.randomState += 1
      return generator.next()
    }
  }

  // MARK: Readiness

  func watch(
    _ descriptor: Descriptor,
    token: UInt64,
    _ interest: Interest
  ) throws(SystemError) {
    state.withLock { $0.watches[descriptor.number] = (token, interest) }
  }

  func rewatch(
    _ descriptor: Descriptor,
    token: UInt64,
    _ interest: Interest
  ) throws(SystemError) {
    state.withLock { $0.watches[descriptor.number] = (token, interest) }
  }

  func unwatch(_ descriptor: Descriptor) {
    state.withLock { $0.watches[descriptor.number] = nil }
  }

  func wait(until deadline: Instant?, _ events: inout [Readiness]) {
    let idle: (@Sendable () -> Void)? = state.withLock { state in
      state.waits += 1
      for (number, watch) in state.watches.sorted(by: { $0.key < $1.key }) {
        var ready: Interest = []
        if state.reads[number]?.isEmpty == false { ready.insert(.reading) }
        if !state.full.contains(number) { ready.insert(.writing) }
        ready.formIntersection(watch.interest)
        if state.isOver(number) { ready = [.reading, .writing, .closed] }
        if !ready.isEmpty, !state.unreported.contains(number) {
          events.append(Readiness(token: watch.token, interest: ready))
        }
      }
      state.unreported = []
      if state.childHasEnded {
        state.childHasEnded = false
        events.append(Readiness(token: .max, interest: [], signal: .childExited))
      }
      if let signal = state.signal {
        state.signal = nil
        events.append(Readiness(token: .max, interest: [], signal: signal))
      }
      if !events.isEmpty || state.isAwake || deadline == .zero {
        state.isAwake = false
        return nil
      }
      if !state.steps.isEmpty {
        state.steps.removeFirst()(&state)
        return nil
      }
      guard let deadline else { return state.whenIdle ?? {} }
      state.now = max(state.now, deadline)
      return nil
    }
    idle?()
  }

  func wake() { state.withLock { $0.isAwake = true } }

  // MARK: Bytes

  func read(
    _ descriptor: Descriptor,
    into buffer: inout [UInt8],
    at range: Range<Int>
  ) -> Transfer {
    let (transfer, bytes) = state.withLock { state -> (Transfer, [UInt8]) in
      let number = descriptor.number
      guard let next = state.reads[number]?.first else {
        return (state.isOver(number) ? .end : .wouldBlock, [])
      }
      state.reads[number]?.removeFirst()
      guard case .bytes(let count) = next else { return (next, []) }
      let bytes = Array(state.input[number, default: []].prefix(min(count, range.count)))
      state.input[number]?.removeFirst(bytes.count)
      if count > range.count { state.reads[number]?.insert(.bytes(count - range.count), at: 0) }
      return (.bytes(min(count, range.count)), bytes)
    }
    buffer.replaceSubrange(range.prefix(bytes.count), with: bytes)
    return transfer
  }

  func write(_ descriptor: Descriptor, _ bytes: [UInt8], _ range: Range<Int>) -> Transfer {
    state.withLock { state in
      let number = descriptor.number
      var transfer = state.full.contains(number) ? Transfer.wouldBlock : .bytes(.max)
      if state.isOver(number) { transfer = .failed(SystemError("write", 32)) }
      if state.writes[number]?.isEmpty == false, let next = state.writes[number]?.removeFirst() {
        transfer = next
      }
      guard case .bytes(let most) = transfer else { return transfer }
      let taken = bytes[range].prefix(most)
      state.output[number, default: []] += taken
      return .bytes(taken.count)
    }
  }

  func close(_ descriptor: Descriptor) {
    state.withLock {
      $0.closed.append(descriptor.number)
      $0.logs[descriptor.number] = nil
      $0.inputClosed(descriptor.number)
    }
  }

  // MARK: Processes

  func spawn(_ request: SpawnRequest) throws(SystemError) -> SpawnedProcess {
    let (born, refusal) = state.withLock { state -> (FakeChild?, SystemError?) in
      state.spawns.append(request)
      if let refusal = state.refused[request.executable] { return (nil, refusal) }
      let child = state.spawn()
      if let child { state.output[child.input, default: []] += request.firstInput }
      return (child, nil)
    }
    guard let child = born else { throw refusal ?? SystemError("posix_spawn", 2) }
    return SpawnedProcess(
      process: child.id,
      input: Descriptor(child.input),
      output: request.inputOnly ? nil : Descriptor(child.output),
      error: request.inputOnly || request.dropsErrors ? nil : Descriptor(child.error)
    )
  }

  func signal(_ process: Int32, _ signal: Signal) {
    state.withLock { $0.signal(process, signal) }
  }

  func groupExists(_ process: Int32) -> Bool {
    state.withLock { $0.children[process]?.groupExists ?? false }
  }

  func reap() -> ExitedProcess? { state.withLock { $0.reap() } }
  func startTime(_ process: Int32) -> UInt64 { 0 }

  // MARK: Files

  func openLog(_ path: String) throws(SystemError) -> Descriptor {
    try failIfTold()
    return state.withLock { state in
      state.lastDescriptor += 1
      state.logs[state.lastDescriptor] = path
      return Descriptor(state.lastDescriptor)
    }
  }

  func appendLines(
    _ descriptor: Descriptor,
    _ bytes: [UInt8],
    lastEnd: Int
  ) throws(SystemError) -> Int {
    try failIfTold()
    return state.withLock { state in
      guard let path = state.logs[descriptor.number] else { return -1 }
      state.files[path, default: []] += bytes
      return state.files[path, default: []].count
    }
  }

  func isCurrent(_ descriptor: Descriptor, at path: String) -> Bool {
    state.withLock { $0.logs[descriptor.number] == path && $0.files[path] != nil }
  }

  func readFile(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
    guard let bytes = state.withLock({ $0.files[path] }) else { throw SystemError("open", 2) }
    return bytes
  }

  func replaceFile(_ path: String, with bytes: [UInt8]) throws(SystemError) {
    try failIfTold()
    state.withLock { $0.files[path] = bytes }
  }

  func makeDirectories(_ path: String) throws(SystemError) {
    try failIfTold()
    state.withLock { _ = $0.folders.insert(path) }
  }

  func directoryEntries(_ path: String) -> [String] {
    state.withLock { state in
      state.files.keys.filter { $0.hasPrefix("\(path)/") }.map {
        String($0.dropFirst(path.count + 1))
      }
      .sorted()
    }
  }

  func removeFile(_ path: String) { state.withLock { $0.files[path] = nil } }

  private func failIfTold() throws(SystemError) {
    if let error = state.withLock({ $0.fileError }) { throw error }
  }
}
