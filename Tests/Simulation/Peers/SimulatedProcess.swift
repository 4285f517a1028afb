/// A child of the proxy: pipes, a group, and what its program does.
final class SimulatedProcess {
  let id: Int32
  /// `nil`: the reaper.
  let endpoint: Int?
  var input = ByteStream(capacity: 64 << 10)
  var output = ByteStream(capacity: 64 << 10)
  var error = ByteStream(capacity: 64 << 10)
  var server: SimulatedServer?
  private(set) var isAlive = true
  var isReaped = false
  var exitStatus: ExitStatus?
  /// Other processes of the group, which outlive the leader.
  var helpers = 0
  var helpersAreStubborn = false
  /// Whether the helpers hold the write end of the output, so that it does not end with the leader.
  var helpersHoldPipes = false
  /// Stopped as by SIGSTOP: neither reads nor writes nor obeys.
  var isStopped = false
  private var isAskedToEnd = false
  /// Groups the reaper was told of.
  private(set) var registered: Set<Int32> = []
  private var line: [UInt8] = []

  init(id: Int32, endpoint: Int?) {
    self.id = id
    self.endpoint = endpoint
  }

  /// Bytes have come in.
  func received(_ world: World, isWhole: Bool) {
    guard isAlive, !isStopped else { return }
    if let server { return server.received(world, isWhole: isWhole) }
    for byte in input.take(.max) {
      guard byte == UInt8(ascii: "\n") else {
        line.append(byte)
        continue
      }
      let words = line.dropFirst().split(separator: UInt8(ascii: " "))
      let group = words.first.flatMap { Int32(String(decoding: $0, as: UTF8.self)) } ?? 0
      switch line.first {
      case UInt8(ascii: "+"): registered.insert(group)
      case UInt8(ascii: "-"): registered.remove(group)
      default: break
      }
      line.removeAll()
    }
  }

  func inputClosed(_ world: World) {
    input.writerIsOpen = false
    server?.inputEnded(world)
  }

  /// SIGTERM has come.
  func asked(toEnd world: World) {
    guard isAlive else { return }
    isAskedToEnd = true
    guard !isStopped, server?.ignoresTerm != true else { return }
    let status: ExitStatus = world.random.chance(0.5) ? .code(0) : .signal(15)
    world.after(world.random.span(.milliseconds(1), .milliseconds(400))) { self.exit(status, $0) }
  }

  /// SIGCONT has come.
  func resume(_ world: World) {
    guard isStopped else { return }
    isStopped = false
    guard isAlive else { return }
    if isAskedToEnd { asked(toEnd: world) }
    received(world, isWhole: true)
    server?.resume(world)
    if !input.writerIsOpen { server?.inputEnded(world) }
  }

  func exit(_ status: ExitStatus, _ world: World) {
    guard isAlive else { return }
    world.trace.tell(world.now) { "process \(self.id) ends: \(status)" }
    isAlive = false
    exitStatus = status
    world.books.ended(world, self, status)
    input.readerIsOpen = false
    settlePipes()
    world.zombies.append(ExitedProcess(process: id, status: status))
    // The end of the pipes and the signal race each other.
    if world.random.chance(0.5) {
      world.signals.append(.childExited)
    } else {
      world.after(world.random.span(.milliseconds(1), .milliseconds(100))) {
        $0.signals.append(.childExited)
      }
    }
  }

  /// Ends the output once nobody is left that could write to it.
  func settlePipes() {
    guard !isAlive else { return }
    output.loseOverflow()
    error.loseOverflow()
    // What it has written is all there, although others may hold the pipe.
    output.arrived()
    error.arrived()
    guard helpers == 0 || !helpersHoldPipes else { return }
    output.writerIsOpen = false
    error.writerIsOpen = false
  }

  /// Closes the output of a process that lives on.
  func closeOutput() { output.writerIsOpen = false }
}
