import MCPProtocol

/// The way to a server that is a child process: three pipes, a group, an end.
///
/// Also between two processes: then there is nothing to read and nothing to write to.
final class ProcessLink: Link {
  /// The streams of a link, as the last bits of the loop's tokens.
  enum Stream: UInt64 {
    case input
    case output
    case error
  }

  /// Bits of a token that name the stream; those above name the link.
  static let streamBits: UInt64 = 2

  private let command: Command
  private let launcher: Launcher
  /// Who owns the link and hears of its streams; it lives as long.
  private unowned let owner: any LoopBound
  /// The link's own part of the loop's tokens.
  private let base: UInt64
  /// Tells the owner what happens at times of its own.
  private let report: @Sendable (LinkEvent) -> Void
  private var process: Int32 = 0
  private var wire: Wire?
  private var errors: WatchedDescriptor?
  private var tail = ErrorTail()
  private var burial = Burial()
  private var reading = ReadingState()
  /// What went wrong in the midst of something else; told with the next flush.
  private var trouble: LinkEvent?

  /// Whether and how the output is read.
  private struct ReadingState {
    /// Nothing comes any more, or nothing more of it is wanted.
    var isOver = false
    /// The client is behind.
    var isHeld = false
    /// The process has ended: what a pipe holds is all there is.
    var hasExited = false
  }

  init(
    _ command: Command,
    _ launcher: Launcher,
    owner: any LoopBound,
    base: UInt64,
    report: @escaping @Sendable (LinkEvent) -> Void
  ) {
    self.command = command
    self.launcher = launcher
    self.owner = owner
    self.base = base
    self.report = report
  }

  private var loop: EventLoop { owner.loop }

  // MARK: Writing

  func send(_ message: borrowing Outgoing) -> Sending {
    guard wire?.outgoing.isOpen == true else { return Sending(mark: wire?.end ?? 0) }
    wire?.append(message.splice, message.source, 0..<message.length)
    // The line end behind it proves nothing: many readers take a last line without one.
    return Sending(mark: (wire?.end ?? 0) - 1)
  }

  func isWritten(_ mark: Int) -> Bool { wire.map { $0.written >= mark } ?? false }

  var longestLine: Int { launcher.maxLine }
  var pendingBytes: Int { wire?.pendingBytes ?? 0 }

  /// Bytes that may wait for the server beside a message that is as long as one may be.
  ///
  /// Calls are refused long before; what else there is must not grow for ever.
  private static let mostBytes = 8 << 20

  func flush() -> LinkEvent? {
    if pendingBytes > Self.mostBytes + launcher.maxLine {
      return .broken("does not read what it is sent")
    }
    if let trouble = trouble.take() { return trouble }
    guard wire?.outgoing.isOpen == true, let outcome = wire?.flush(loop.kernel) else { return nil }
    switch outcome {
    case .done: if wire?.outgoing.isWatched == true { wire?.outgoing.stopReporting(loop) }
    case .blocked: return watch(.input)
    case .failed:
      // A closed end is reported again and again, and fails each time, until the process is gone.
      wire?.outgoing.close(loop)
      return .broken(Life.closedInput)
    }
    return nil
  }

  /// Has the loop report a stream, or says that nobody would hear of it any more.
  private func watch(_ stream: Stream) -> LinkEvent? {
    let token = base | stream.rawValue
    do throws(SystemError) {
      switch stream {
      case .input: try wire?.outgoing.report(.writing, to: owner, as: token)
      case .output: try wire?.incoming.report([.reading, .once], to: owner, as: token)
      case .error: try errors?.report(.reading, to: owner, as: token)
      }
      return nil
    } catch {
      return .broken("was ended because its pipes cannot be watched (\(error))")
    }
  }

  // MARK: Reading

  func ready(_ stream: UInt64, _ interest: Interest, _ take: (LinkLine) -> Void) -> LinkEvent? {
    switch Stream(rawValue: stream) {
    case .input: return flush()
    case .output:
      guard !reading.isHeld || reading.hasExited else {
        // Not merely without interest: an end that is seen again and again would keep us busy.
        wire?.incoming.stopReporting(loop)
        return nil
      }
      return read(mayHaveEnded: interest.contains(.closed), take)
    case .error: readErrors()
    case nil: break
    }
    return nil
  }

  /// Reads in a row: a process that writes without end must not keep the loop.
  private static let mostReads = 16
  /// One that has ended is read dry, even for a client that is behind.
  private static let mostLastReads = 1024

  private func read(mayHaveEnded: Bool, _ take: (LinkLine) -> Void) -> LinkEvent? {
    guard !reading.isOver, wire != nil else { return nil }
    var reads = reading.hasExited ? Self.mostLastReads : Self.mostReads
    var last = Wire.Reading.more
    while last == .more, reads > 0, !reading.isOver {
      reads -= 1
      last = wire?.read(loop.kernel, mayHaveEnded: reading.hasExited || mayHaveEnded) ?? .ended
      takeLines(take)
    }
    guard !reading.isOver else { return nil }
    switch last {
    case .dry where !reading.hasExited: return nil
    case .more where !reading.hasExited: return watch(.output)
    case .dry, .more, .ended, .failed: break
    }
    endReading()
    takeLast(take)
    return .outputEnded
  }

  private func takeLines(_ take: (LinkLine) -> Void) {
    while let line = wire?.nextLine() {
      switch line {
      case .whole(let range): take(.whole(wire?.take(range) ?? wire?.storage ?? [], range))
      case .oversize(let head, let tail): take(.oversize(head: head, tail: tail))
      }
      if reading.isOver { return }
    }
  }

  private func takeLast(_ take: (LinkLine) -> Void) {
    switch wire?.lastLine() {
    case .whole(let range): take(.last(wire?.storage ?? [], range))
    case .oversize(let head, let tail): take(.oversize(head: head, tail: tail))
    case nil: break
    }
  }

  func readRest(hasExited: Bool, _ take: (LinkLine) -> Void) -> LinkEvent? {
    if hasExited { reading.hasExited = true }
    return read(mayHaveEnded: true, take)
  }

  private func endReading() {
    reading.isOver = true
    wire?.incoming.stopReporting(loop)
  }

  func hold(_ isHeld: Bool) {
    guard isHeld != reading.isHeld else { return }
    reading.isHeld = isHeld
    guard !isHeld, wire?.incoming.isOpen == true, !reading.isOver else { return }
    // What came meanwhile may have been the end.
    if let event = watch(.output) { report(event) }
  }

  /// Keeps the pipe empty, so that a process that logs a lot does not stand still.
  private func readErrors() {
    guard errors?.isOpen == true, let stream = errors?.descriptor else { return }
    var buffer = [UInt8](repeating: 0, count: 4096)
    switch loop.kernel.read(stream, into: &buffer, at: 0..<buffer.count) {
    case .bytes(let count): tail.append(buffer[..<count])
    case .wouldBlock: break
    case .end, .failed: errors?.close(loop)
    }
  }

  func note(_ words: ArraySlice<UInt8>) { tail.append(words) }
  var lastWords: String? { tail.lastLine }

  // MARK: Life

  func perform(_ action: Life.Action) -> LinkEvent? {
    switch action {
    case .launch: return launch()
    case .closeInput:
      let event = flush()
      wire?.outgoing.close(loop)
      return event
    case .terminate: loop.kernel.signal(process, .terminate)
    case .kill: loop.kernel.signal(process, .kill)
    case .stopReading: endReading()
    case .bury(let isHurried): return bury(isHurried)
    case .serve, .lose, .ended, .stopped: break
    }
    return nil
  }

  func abandon() {
    if process != 0 { loop.kernel.signal(process, .kill) }
    for group in burial.dying { loop.kernel.signal(group, .kill) }
  }

  private func launch() -> LinkEvent? {
    tail.clear()
    reading = ReadingState(isHeld: reading.isHeld)
    let report = report
    let order = Launcher.Order(
      command: command,
      later: { report(.launchable) },
      ended: { report(.exited($0, $1)) }
    )
    switch launcher.onLoop(order, { $0.launch($1) }) {
    case .later: return nil
    case .failed(let error): return .launchFailed(error.text)
    case .started(let spawned):
      process = spawned.process
      wire = Wire(reading: spawned.output, writing: spawned.input, limit: launcher.maxLine)
      errors = WatchedDescriptor(spawned.error)
      trouble = watch(.error) ?? watch(.output)
      return .launched
    }
  }

  func isAlive(_ process: Int32) -> Bool { process == self.process }

  private func bury(_ isHurried: Bool) -> LinkEvent? {
    // What it said last is often the reason.
    readErrors()
    errors?.close(loop)
    wire?.incoming.close(loop)
    wire?.outgoing.close(loop)
    (wire, errors) = (nil, nil)
    let group = process
    process = 0
    guard loop.kernel.groupExists(group) else {
      launcher.onLoop(group) { $0.buried($1) }
      return .buried
    }
    loop.kernel.signal(group, isHurried ? .kill : .terminate)
    burial.add(group, isHurried: isHurried, at: loop.now)
    return nil
  }

  // MARK: Time

  var nextDeadline: Instant? { burial.nextDeadline }

  func expire(at now: Instant, _ take: (LinkLine) -> Void) -> [LinkEvent] {
    var events: [LinkEvent] = []
    for action in burial.expire(at: now) {
      switch action {
      case .kill(let group): loop.kernel.signal(group, .kill)
      case .look(let group) where loop.kernel.groupExists(group): break
      case .look(let group): launcher.onLoop(group) { $0.buried($1) }
      case .giveUp(let group):
        launcher.onLoop(group) { $0.buried($1) }
        events.append(.buried)
      }
    }
    return events
  }

  func check() -> String? {
    (process != 0) == (wire != nil) ? nil : "a process has pipes, or a pipe has no process"
  }

  var view: LinkView {
    var view = LinkView()
    view.process = process
    view.end = wire?.end ?? 0
    view.pending = pendingBytes
    view.dyingGroups = burial.dying.count
    return view
  }
}
