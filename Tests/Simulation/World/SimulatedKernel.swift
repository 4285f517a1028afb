import Synchronization

/// The product's edge to a world that is made of dictionaries and a seed.
///
/// Time passes only in `wait`. After each turn of the loop the checks look at everything.
final class SimulatedKernel: Kernel {
  private let world: Mutex<World>
  private let subject = Mutex<Proxy?>(nil)

  init(_ world: sending World) { self.world = Mutex(world) }

  /// Gives access to the world between turns.
  func withWorld<Result: Sendable>(_ body: (World) -> Result) -> Result {
    world.withLock { body($0) }
  }

  /// The proxy to look at after each turn; `nil` ends that, and a cycle of references.
  func observe(_ proxy: Proxy?) { subject.withLock { $0 = proxy } }

  // MARK: Time and chance

  func now() -> Instant { world.withLock { $0.now } }
  func wallClock() -> Int64 { world.withLock { $0.wallClock } }
  func random() -> UInt64 { world.withLock { $0.draw() } }

  // MARK: Readiness

  func watch(_ descriptor: Descriptor, token: UInt64, _ interest: Interest) throws(SystemError) {
    let error = world.withLock { $0.watch(descriptor.number, token, interest) }
    if let error { throw error }
  }

  func rewatch(
    _ descriptor: Descriptor,
    token: UInt64,
    _ interest: Interest
  ) throws(SystemError) {
    let error = world.withLock { $0.rewatch(descriptor.number, token, interest) }
    if let error { throw error }
  }

  func unwatch(_ descriptor: Descriptor) {
    world.withLock { $0.unwatch(descriptor.number) }
  }

  func wait(until deadline: Instant?, _ events: inout [Readiness]) {
    let proxy = subject.withLock { $0 }
    let snapshot = proxy.map { Snapshot($0) }
    let (ready, isOver) = world.withLock { world -> ([Readiness], Bool) in
      if let snapshot { world.turnEnded(snapshot) }
      return (world.advance(until: deadline), world.isOver)
    }
    events.append(contentsOf: ready)
    if isOver { proxy?.loop.stop() }
  }

  func wake() {}

  // MARK: Bytes

  func read(_ descriptor: Descriptor, into buffer: inout [UInt8], at range: Range<Int>)
    -> Transfer
  {
    let (transfer, bytes) = world.withLock { $0.read(descriptor.number, upTo: range.count) }
    if !bytes.isEmpty {
      let place = range.lowerBound..<range.lowerBound + bytes.count
      buffer.replaceSubrange(place, with: bytes)
    }
    return transfer
  }

  func write(_ descriptor: Descriptor, _ bytes: [UInt8], _ range: Range<Int>) -> Transfer {
    world.withLock { $0.write(descriptor.number, bytes[range]) }
  }

  func close(_ descriptor: Descriptor) { world.withLock { $0.close(descriptor.number) } }

  // MARK: Processes

  func spawn(_ request: SpawnRequest) throws(SystemError) -> SpawnedProcess {
    // Outside of the lock: whoever is told writes to another process.
    request.whenPiped?(world.withLock { UInt64($0.lastProcess) + 1 })
    switch world.withLock({ $0.spawn(request) }) {
    case .success(let process): return process
    case .failure(let error): throw error
    }
  }

  func signal(_ process: Int32, _ signal: Signal) { world.withLock { $0.signal(process, signal) } }
  func groupExists(_ process: Int32) -> Bool { world.withLock { $0.groupExists(process) } }
  func reap() -> ExitedProcess? { world.withLock { $0.reap() } }
  func startTime(_ process: Int32) -> UInt64 { world.withLock { $0.startTime(process) } }

  // MARK: Files

  func openLog(_ path: String) throws(SystemError) -> Descriptor {
    switch world.withLock({ $0.openLog(path) }) {
    case .success(let number): return Descriptor(number)
    case .failure(let error): throw error
    }
  }

  func appendLines(
    _ descriptor: Descriptor,
    _ bytes: [UInt8],
    lastEnd: Int
  ) throws(SystemError) -> Int {
    let result = world.withLock { $0.appendLines(descriptor.number, bytes, lastEnd: lastEnd) }
    switch result {
    case .success(let end): return end
    case .failure(let error): throw error
    }
  }

  func isCurrent(_ descriptor: Descriptor, at path: String) -> Bool {
    world.withLock { $0.isCurrent(descriptor.number, at: path) }
  }

  func readFile(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
    switch world.withLock({ $0.readFile(path) }) {
    case .success(let bytes): return bytes
    case .failure(let error): throw error
    }
  }

  func replaceFile(_ path: String, with bytes: [UInt8]) throws(SystemError) {
    if let error = world.withLock({ $0.replaceFile(path, bytes) }) { throw error }
  }

  func makeDirectories(_ path: String) throws(SystemError) {
    if let error = world.withLock({ $0.makeDirectories(path) }) { throw error }
  }

  func directoryEntries(_ path: String) -> [String] {
    world.withLock { $0.directoryEntries(path) }
  }

  func removeFile(_ path: String) { world.withLock { _ = $0.files.removeValue(forKey: path) } }
}
