import MCPProxy
import Synchronization

/// An operating system in which a client and example servers run, with a clock that only waiting
/// moves: the same calls always have the same results, and no run takes longer than its work.
final class SimulatedKernel: Kernel {
  static let clientInput = Descriptor(3)
  static let clientOutput = Descriptor(4)
  /// Turns of a loop that makes no headway.
  private static let mostWaits = 3000

  struct World {
    var now = at(0)
    var client: SimulatedClient
    /// Bytes of the client's that were read.
    var clientBytesRead = 0
    /// Bytes the client has not read.
    var unread: [UInt8] = []
    var processes: [Int32: SimulatedProcess] = [:]
    var open: [Int32: End] = [3: .clientInput, 4: .clientOutput]
    var watches: [Int32: Watch] = [:]
    var files: [String: [UInt8]] = [:]
    /// What tools have done, one line an execution.
    var ledger = ""
    var lastNumber: Int32 = 100
    var isAwake = false
    var childHasEnded = false
    var waits = 0
    /// What no program should do.
    var offences: [String] = []
    var whenStuck: @Sendable () -> Void = {}
  }

  struct Watch {
    let token: UInt64
    let interest: Interest
    /// What had come when it was last reported, for those that are told once; `nil`: not yet.
    var reported: Int?
  }

  /// What a descriptor is an end of.
  enum End: Equatable {
    case clientInput
    case clientOutput
    case input(Int32)
    case output(Int32)
    case error(Int32)
    case log(String)
  }

  let state: Mutex<World>

  init(_ session: SimulatedClient.Session, files: [String: [UInt8]]) {
    state = Mutex(World(client: SimulatedClient(session), files: files))
  }

  /// How everything is when the client has read the last it was sent.
  var finalWorld: World {
    state.withLock { world in
      world.client.receive(world.unread[...])
      world.unread = []
      return world
    }
  }

  func whenStuck(_ action: @escaping @Sendable () -> Void) {
    state.withLock { $0.whenStuck = action }
  }

  // MARK: Time and chance

  func now() -> Instant { state.withLock { $0.now } }
  func wallClock() -> Int64 { 1_795_220_055_000_000_000 + now().nanoseconds }
  func random() -> UInt64 { 0x9E37_79B9_7F4A_7C15 }

  // MARK: Readiness

  func watch(_ descriptor: Descriptor, token: UInt64, _ interest: Interest) throws(SystemError) {
    state.withLock { world in
      world.use(descriptor, "watch")
      let watch = Watch(token: token, interest: interest)
      if world.watches.updateValue(watch, forKey: descriptor.number) != nil {
        world.offences.append("\(descriptor.number) is watched twice")
      }
    }
  }

  func rewatch(_ descriptor: Descriptor, token: UInt64, _ interest: Interest) throws(SystemError) {
    state.withLock { world in
      world.use(descriptor, "rewatch")
      world.watches[descriptor.number] = Watch(token: token, interest: interest)
    }
  }

  /// Forgets that a descriptor was reported.
  func reportAgain(_ descriptor: Descriptor) {
    state.withLock { $0.watches[descriptor.number]?.reported = nil }
  }

  func unwatch(_ descriptor: Descriptor) {
    state.withLock { world in
      world.use(descriptor, "unwatch")
      world.watches[descriptor.number] = nil
    }
  }

  func wait(until deadline: Instant?, _ events: inout [Readiness]) {
    let stuck: (@Sendable () -> Void)? = state.withLock { world in
      world.waits += 1
      if world.waits > Self.mostWaits { return world.giveUp("the loop goes round and round") }
      world.proceed()
      world.report(to: &events)
      if !events.isEmpty || world.isAwake || deadline == .zero {
        world.isAwake = false
        return nil
      }
      let next = world.processes.values.compactMap(\.nextDeadline) + (deadline.map { [$0] } ?? [])
      guard let next = next.min() else { return world.giveUp("nothing will ever happen again") }
      world.now = max(world.now, next)
      world.proceed()
      world.report(to: &events)
      return nil
    }
    stuck?()
  }

  func wake() { state.withLock { $0.isAwake = true } }

  // MARK: Bytes

  func read(
    _ descriptor: Descriptor,
    into buffer: inout [UInt8],
    at range: Range<Int>
  ) -> Transfer {
    let (transfer, bytes) = state.withLock { $0.read(descriptor, range.count) }
    buffer.replaceSubrange(range.prefix(bytes.count), with: bytes)
    return transfer
  }

  func write(_ descriptor: Descriptor, _ bytes: [UInt8], _ range: Range<Int>) -> Transfer {
    state.withLock { $0.write(descriptor, bytes[range]) }
  }

  func close(_ descriptor: Descriptor) { state.withLock { $0.close(descriptor) } }

  // MARK: Processes

  func spawn(_ request: SpawnRequest) throws(SystemError) -> SpawnedProcess {
    let process = try SimulatedProcess(request)
    return state.withLock { $0.spawn(process, inputOnly: request.inputOnly) }
  }

  func signal(_ process: Int32, _ signal: Signal) {
    state.withLock { $0.change(process) { $0.receive(signal) } }
  }

  func groupExists(_ process: Int32) -> Bool {
    state.withLock { $0.processes[process]?.isReaped == false }
  }

  func reap() -> ExitedProcess? {
    state.withLock { world in
      for (id, process) in world.processes.sorted(by: { $0.key < $1.key }) where !process.isReaped {
        guard let exit = process.exit else { continue }
        world.processes[id]?.isReaped = true
        return ExitedProcess(process: id, status: exit)
      }
      return nil
    }
  }

  func startTime(_ process: Int32) -> UInt64 { 7 }

  // MARK: Files

  func openLog(_ path: String) throws(SystemError) -> Descriptor {
    state.withLock { world in
      world.files[path, default: []] += []
      return world.open(.log(path))
    }
  }

  func appendLines(
    _ descriptor: Descriptor,
    _ bytes: [UInt8],
    lastEnd: Int
  ) throws(SystemError) -> Int {
    state.withLock { world in
      world.use(descriptor, "append")
      guard case .log(let path) = world.open[descriptor.number] else { return -1 }
      world.files[path, default: []] += bytes
      return world.files[path, default: []].count
    }
  }

  func isCurrent(_ descriptor: Descriptor, at path: String) -> Bool { true }

  func readFile(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
    guard let bytes = state.withLock({ $0.files[path] }) else { throw SystemError("open", 2) }
    return bytes
  }

  func replaceFile(_ path: String, with bytes: [UInt8]) throws(SystemError) {
    state.withLock { $0.files[path] = bytes }
  }

  func makeDirectories(_ path: String) throws(SystemError) {}
  func directoryEntries(_ path: String) -> [String] { [] }
  func removeFile(_ path: String) { state.withLock { $0.files[path] = nil } }
}
