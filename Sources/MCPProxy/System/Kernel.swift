/// What the program asks of the operating system: the one seam between it and the world.
///
/// `PosixKernel` is the real one. The simulation puts its own in its place, and everything above
/// runs unchanged. No call blocks, except `wait`.
package protocol Kernel: AnyObject, Sendable {
  // Time and chance
  /// Monotonic; counts time asleep.
  func now() -> Instant
  /// Nanoseconds since 1970, UTC; for records only.
  func wallClock() -> Int64
  func random() -> UInt64

  // Readiness
  /// Starts to report `descriptor` under `token`; a regular file is always ready.
  func watch(_ descriptor: Descriptor, token: UInt64, _ interest: Interest) throws(SystemError)
  /// Changes what is reported of a watched descriptor.
  func rewatch(_ descriptor: Descriptor, token: UInt64, _ interest: Interest) throws(SystemError)
  func unwatch(_ descriptor: Descriptor)
  /// Sleeps until something is ready, `deadline` passes (`nil`: never) or `wake` is called.
  func wait(until deadline: Instant?, _ events: inout [Readiness])
  /// Ends `wait` from another thread.
  func wake()

  // Bytes
  func read(_ descriptor: Descriptor, into buffer: inout [UInt8], at range: Range<Int>)
    -> Transfer
  func write(_ descriptor: Descriptor, _ bytes: [UInt8], _ range: Range<Int>) -> Transfer
  func close(_ descriptor: Descriptor)

  // Processes
  func spawn(_ request: SpawnRequest) throws(SystemError) -> SpawnedProcess
  /// Sends a signal to every process of the group that `process` leads.
  func signal(_ process: Int32, _ signal: Signal)
  /// Whether any process of the group is left.
  func groupExists(_ process: Int32) -> Bool
  /// The next child that ended, if any.
  func reap() -> ExitedProcess?
  /// When the process started, in the unit of the system; 0 if unknown.
  func startTime(_ process: Int32) -> UInt64

  // Files
  func openLog(_ path: String) throws(SystemError) -> Descriptor
  /// Appends whole lines under the file's lock, after a newline if the last line is torn.
  ///
  /// `lastEnd` is what the last call returned (-1: not known): a file that still ends there need
  /// not be looked at. Returns where the file ends now.
  func appendLines(
    _ descriptor: Descriptor,
    _ bytes: [UInt8],
    lastEnd: Int
  ) throws(SystemError) -> Int
  /// Whether the open file is still the one at `path`.
  func isCurrent(_ descriptor: Descriptor, at path: String) -> Bool
  func readFile(_ path: String, limit: Int) throws(SystemError) -> [UInt8]
  /// Replaces the file at once: nobody ever reads half of it.
  func replaceFile(_ path: String, with bytes: [UInt8]) throws(SystemError)
  func makeDirectories(_ path: String) throws(SystemError)
  func directoryEntries(_ path: String) -> [String]
  func removeFile(_ path: String)
}

/// An open descriptor and how it may be used without blocking.
package struct Descriptor: Hashable, Sendable {
  package enum Access: Sendable {
    /// `O_NONBLOCK` is set on a description that is ours alone.
    case ours
    /// A socket shared with others: asked per call not to block.
    case socket
    /// Shared with others and without a per-call flag: used only after `poll` says so.
    case shared
  }
  package let number: Int32
  package let access: Access

  package init(_ number: Int32, _ access: Access = .ours) {
    self.number = number
    self.access = access
  }
}

/// What to report of a descriptor.
package struct Interest: OptionSet, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let reading = Interest(rawValue: 1)
  package static let writing = Interest(rawValue: 2)
  /// Asked for with `reading`: what came need be reported only once.
  ///
  /// The owner then reads until nothing is left, or asks again with `rewatch`. A kernel may report
  /// it more often.
  package static let once = Interest(rawValue: 4)
  /// Reported: the other end is closed; what is left to read ends with `Transfer.end`.
  ///
  /// Asked for alone where something is read: nothing else is of interest. Where something is
  /// written, no interest at all means the same; not every system can tell it there.
  package static let closed = Interest(rawValue: 8)
}

/// One report of `wait`.
package struct Readiness: Sendable {
  package let token: UInt64
  package let interest: Interest
  /// Set for signals instead of a descriptor's token.
  package let signal: Signal?

  package init(token: UInt64, interest: Interest, signal: Signal? = nil) {
    self.token = token
    self.interest = interest
    self.signal = signal
  }
}

/// How a read or write went.
package enum Transfer: Equatable, Sendable {
  case bytes(Int)
  case wouldBlock
  /// Nothing will ever come again; reads only.
  case end
  case failed(SystemError)
}

/// The signals the program handles or sends.
package enum Signal: Sendable {
  case childExited
  case hangUp
  case interrupt
  case kill
  case terminate
}

/// A program to start with three pipes, in a process group of its own.
package struct SpawnRequest: Sendable {
  package var executable: String
  package var arguments: [String]
  /// The whole environment, `NAME=value`.
  package var environment: [String]
  package var directory: String?
  /// Whether the process leads a session of its own instead of a group only.
  package var ownSession = false
  /// Whether standard output and error go to the null device instead of pipes.
  package var inputOnly = false
  /// Whether standard error alone goes there.
  package var dropsErrors = false
  /// What the process finds on its standard input from its first instant, even if the caller is
  /// gone by then; only as much as a pipe holds, 4 KiB at least.
  package var firstInput: [UInt8] = []
  /// Called before there is a process, with what its standard input will be: `PipeID`.
  package var whenPiped: (@Sendable (UInt64) -> Void)?

  package init(executable: String, arguments: [String], environment: [String]) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
  }
}

/// A child and our ends of its pipes.
package struct SpawnedProcess: Sendable {
  package let process: Int32
  package let input: Descriptor
  package let output: Descriptor?
  package let error: Descriptor?

  package init(process: Int32, input: Descriptor, output: Descriptor?, error: Descriptor?) {
    self.process = process
    self.input = input
    self.output = output
    self.error = error
  }
}

/// A child that ended.
package struct ExitedProcess: Sendable {
  package let process: Int32
  package let status: ExitStatus

  package init(process: Int32, status: ExitStatus) {
    self.process = process
    self.status = status
  }
}

/// How a process ended.
package enum ExitStatus: Equatable, Sendable, CustomStringConvertible {
  case code(Int32)
  case signal(Int32)

  package var description: String {
    switch self {
    case .code(let code): "code \(code)"
    case .signal(let number): "signal \(number)"
    }
  }
}
