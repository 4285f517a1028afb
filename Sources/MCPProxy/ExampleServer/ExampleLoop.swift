#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Moves bytes between the session and the descriptors.
struct ExampleLoop {
  private var session: ExampleSession
  private let ignoresEndOfInput: Bool
  /// Nothing is read before.
  private let readsFrom: Instant
  private let ledger: Int32
  /// What follows the last newline read.
  private var partialLine: [UInt8] = []
  private var output: [UInt8] = []
  /// What stands before it is written.
  private var outputOffset = 0
  private var inputHasEnded = false

  init(_ options: ExampleOptions, ledger: Int32) {
    self.session = ExampleSession(options)
    self.ignoresEndOfInput = options.ignoresEndOfInput
    self.readsFrom = Self.now() + options.startDelay
    self.ledger = ledger
  }

  /// Returns the exit code.
  mutating func run() -> Int32 {
    while true {
      session.advance(to: Self.now())
      collect()
      if let code = session.exitCode {
        ExampleServer.write(output[outputOffset...], to: STDOUT_FILENO)
        return code
      }
      let now = Self.now()
      let mayRead = !inputHasEnded && now >= readsFrom
      var events = [
        pollfd(fd: mayRead ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: output.isEmpty ? -1 : STDOUT_FILENO, events: Int16(POLLOUT), revents: 0),
      ]
      let deadline = [session.nextDeadline, now < readsFrom ? readsFrom : nil]
        .compactMap(\.self).min()
      _ = unsafe poll(
        &events,
        nfds_t(events.count),
        deadline.map { Self.milliseconds(now, $0) } ?? -1
      )
      if events[1].revents != 0, !writeSome() { return 0 }
      if events[0].revents != 0 { readSome() }
    }
  }

  /// Takes over what the session has to say.
  ///
  /// The ledger goes first: an answer that is read proves that its line is there.
  private mutating func collect() {
    if !session.ledger.isEmpty {
      // One write to a file opened for appending: lines of several servers do not mix.
      ExampleServer.write(session.ledger[...], to: ledger)
      session.ledger = []
    }
    if !session.complaints.isEmpty {
      ExampleServer.write(session.complaints, to: STDERR_FILENO)
      session.complaints = ""
    }
    output += session.takeOutput()
  }

  /// Writes what a pipe that `poll` calls writable takes without blocking; false if nobody reads.
  private mutating func writeSome() -> Bool {
    let end = min(output.count, outputOffset + 4096)
    guard ExampleServer.write(output[outputOffset..<end], to: STDOUT_FILENO) else { return false }
    outputOffset = end
    if outputOffset == output.count {
      output.removeAll(keepingCapacity: true)
      outputOffset = 0
    }
    return true
  }

  private mutating func readSome() {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = unsafe read(STDIN_FILENO, &buffer, buffer.count)
    if count < 0, errno == EINTR || errno == EAGAIN { return }
    guard count > 0 else { return endInput() }
    let now = Self.now()
    var rest = buffer[..<count]
    while let newline = rest.firstIndex(of: 0x0A) {
      session.receive(partialLine + rest[..<newline], at: now)
      partialLine = []
      rest = rest[(newline + 1)...]
    }
    partialLine += rest
  }

  private mutating func endInput() {
    inputHasEnded = true
    // A last line may lack its newline.
    session.receive(partialLine, at: Self.now())
    partialLine = []
    if !ignoresEndOfInput { session.endInput() }
  }

  private static func now() -> Instant {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// For `poll`, rounded up: rounded down it would spin through the last millisecond.
  private static func milliseconds(_ now: Instant, _ deadline: Instant) -> Int32 {
    let span = (deadline - now).nanoseconds
    return span <= 0 ? 0 : Int32(clamping: (span + 999_999) / 1_000_000)
  }
}
