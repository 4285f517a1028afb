import Foundation
import MCPProxy

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A real process at the other end of three pipes, leading a process group of its own.
///
/// Everything that waits does so in `poll` with a deadline and drains standard output and error
/// meanwhile, so that neither side blocks the other. The group is killed when this goes away.
final class ProcessHarness {
  /// How long anything may take before it counts as stuck; a passing test never waits for it.
  static let patience = Duration.seconds(
    // A sanitizer makes everything slower.
    ProcessInfo.processInfo.environment["MCP_PROXY_TEST_PATIENCE"].flatMap(Int.init) ?? 20
  )

  /// The program under test, built beside the tests.
  static var program: String {
    #if canImport(Darwin)
    let tests = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") } ?? Bundle.main
    return tests.bundleURL.deletingLastPathComponent().appending(path: "mcp-proxy").path()
    #else
    let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(filePath: tests ?? "").deletingLastPathComponent().appending(path: "mcp-proxy")
      .path()
    #endif
  }

  /// Id of the process and of its group.
  let process: Int32
  private var input: Int32
  private var output: PipeReader
  private var error: PipeReader
  /// Its other end is closed when the process has ended.
  private let ended: Int32
  private var status: ExitStatus?

  /// Starts `executable`, looked up on PATH unless it holds a slash.
  ///
  /// Without `environment` the process has that of the tests; it begins with `blocked` signals.
  init(
    _ executable: String = ProcessHarness.program,
    _ arguments: [String] = [],
    environment: [String: String]? = nil,
    blocked: [Int32] = []
  ) throws {
    ignoreBrokenPipes()
    let (childInput, input) = try makePipe()
    let (output, childOutput) = try makePipe()
    let (error, childError) = try makePipe()
    defer { for descriptor in [childInput, childOutput, childError] { close(descriptor) } }
    self.process = try spawnGroup(
      executable,
      arguments,
      environment ?? ProcessInfo.processInfo.environment,
      [childInput, childOutput, childError],
      blocked: blocked
    )
    for descriptor in [input, output, error] {
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }
    self.input = input
    self.output = PipeReader(descriptor: output)
    self.error = PipeReader(descriptor: error)
    let (ended, whenEnded) = try makePipe()
    self.ended = ended
    let process = self.process
    Thread.detachNewThread {
      // Leaves the zombie: the id stays taken until the harness is done with it.
      var description = unsafe siginfo_t()
      while unsafe waitid(P_PID, id_t(process), &description, WEXITED | WNOWAIT) != 0,
        errno == EINTR
      {}
      close(whenEnded)
    }
  }

  deinit {
    kill(-process, SIGKILL)
    if status == nil { _ = waitpid(process, nil, 0) }
    closeInput()
    output.close()
    error.close()
    close(ended)
  }

  /// What the process has written to standard error until now.
  var stderrText: String {
    error.drain()
    return String(decoding: error.bytes, as: UTF8.self)
  }

  /// Writes a line; false if the process no longer reads, or for too long does not.
  @discardableResult
  func send(_ line: String) -> Bool {
    send(bytes: Array(line.utf8) + [0x0A])
  }

  /// Writes bytes as they are.
  @discardableResult
  func send(bytes: [UInt8]) -> Bool {
    let deadline = ContinuousClock.now + Self.patience
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { bytes in
        unsafe write(input, bytes.baseAddress, bytes.count)
      }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EAGAIN || !wait(deadline, writing: true, for: []) {
        return false
      }
    }
    return true
  }

  /// Writes a line without looking at the output meanwhile; it must fit into the pipe.
  func sendWithoutReading(_ line: String) {
    let bytes = Array(line.utf8) + [0x0A]
    _ = unsafe write(input, bytes, bytes.count)
  }

  /// The next line of standard output, without its newline; `nil` at its end or after `timeout`.
  func nextLine(timeout: Duration = patience) -> String? {
    let deadline = ContinuousClock.now + timeout
    while true {
      output.drain()
      if let line = output.takeLine() { return line }
      guard !output.isAtEnd, wait(deadline, for: [output.descriptor]) else { return nil }
    }
  }

  /// Lines up to the first that `isLast` accepts, that one included; fewer at the end of output or
  /// after `timeout`.
  func collect(
    timeout: Duration = patience,
    until isLast: (String) -> Bool = { _ in false }
  ) -> [String] {
    let deadline = ContinuousClock.now + timeout
    var lines: [String] = []
    while let line = nextLine(timeout: deadline - ContinuousClock.now) {
      lines.append(line)
      if isLast(line) { break }
    }
    return lines
  }

  /// Ends the process's standard input.
  func closeInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  /// Whether every writer of the process's standard output is gone.
  var outputHasEnded: Bool {
    output.drain()
    return output.isAtEnd
  }

  /// Stops reading the process's standard output.
  func closeOutput() { output.close() }

  /// How the process ended; `nil` if it runs on.
  func waitForExit(timeout: Duration = patience) -> ExitStatus? {
    if let status { return status }
    let deadline = ContinuousClock.now + timeout
    while true {
      var event = pollfd(fd: ended, events: Int16(POLLIN), revents: 0)
      if unsafe poll(&event, 1, 0) == 1 { break }
      // A process that fills a pipe nobody reads would not end.
      guard wait(deadline, for: [ended]) else { return nil }
    }
    output.drain()
    error.drain()
    var code: Int32 = 0
    guard unsafe waitpid(process, &code, 0) == process else { return nil }
    // What WIFSIGNALED and its like do; C macros are not imported.
    status = code & 0x7F == 0 ? .code(code >> 8 & 0xFF) : .signal(code & 0x7F)
    return status
  }

  /// Sends a signal to the process alone.
  func signal(_ number: Int32) {
    if status == nil { kill(process, number) }
  }

  /// Waits until one of `descriptors` (or input, if `writing`) is ready and drains the output;
  /// false when the deadline has passed.
  private func wait(
    _ deadline: ContinuousClock.Instant,
    writing: Bool = false,
    for descriptors: [Int32]
  ) -> Bool {
    let left = deadline - ContinuousClock.now
    guard left > .zero else { return false }
    // A negative descriptor is passed over by poll.
    var events = [
      pollfd(fd: output.pollable, events: Int16(POLLIN), revents: 0),
      pollfd(fd: error.pollable, events: Int16(POLLIN), revents: 0),
      pollfd(fd: writing ? input : -1, events: Int16(POLLOUT), revents: 0),
      pollfd(
        fd: descriptors.contains(ended) ? ended : -1,
        events: Int16(POLLIN),
        revents: 0
      ),
    ]
    _ = unsafe poll(&events, nfds_t(events.count), Int32(left / .milliseconds(1)) + 1)
    output.drain()
    error.drain()
    return true
  }
}
