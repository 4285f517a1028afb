#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The command `mcp-proxy example-server`: an `ExampleSession` on standard input and output.
///
/// One `poll` loop, so that what it does follows from what it reads and nothing else. It sets
/// `O_NONBLOCK` on nothing: the descriptors are shared with whoever launched it.
package enum ExampleServer {
  /// Serves until the end of input and returns the exit code.
  package static func run(_ arguments: some Sequence<String>) -> Int32 {
    let arguments = Array(arguments)
    if arguments.contains("--help") || arguments.contains("-h") {
      Host.print(ExampleOptions.usage)
      return 0
    }
    do {
      return try run(ExampleOptions(parsing: arguments))
    } catch {
      write("example-server: \(error.message)\n\n\(ExampleOptions.usage)", to: STDERR_FILENO)
      return 64  // EX_USAGE
    }
  }

  private static func run(_ options: ExampleOptions) -> Int32 {
    if let code = options.exitAtStart {
      write("\(options.name): exits at the start, as told\n", to: STDERR_FILENO)
      return code
    }
    // The end of the reader is an error of the next write.
    _ = signal(SIGPIPE, SIG_IGN)
    if options.ignoresTerminate { _ = signal(SIGTERM, SIG_IGN) }
    if options.startsGrandchild { startGrandchild() }
    flood(options.stderrFlood)
    var options = options
    if let path = options.imitates {
      options.imitated = read(path).flatMap { ExampleImitation($0) }
      guard options.imitated != nil else {
        write("\(options.name): cannot read \(path)\n", to: STDERR_FILENO)
        return 66  // EX_NOINPUT
      }
    }
    var ledger: Int32 = -1
    if let path = options.ledger {
      ledger = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
      guard ledger >= 0 else {
        write("\(options.name): cannot open \(path)\n", to: STDERR_FILENO)
        return 73  // EX_CANTCREAT
      }
    }
    var loop = ExampleLoop(options, ledger: ledger)
    return loop.run()
  }

  /// Blocks until the bytes are written; whether they were.
  @discardableResult
  static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { bytes in
        #if canImport(Darwin)
        unsafe Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #else
        unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
      }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }

  @discardableResult
  static func write(_ text: String, to descriptor: Int32) -> Bool {
    write(Array(text.utf8)[...], to: descriptor)
  }

  /// A whole file; `nil` if it cannot be read.
  private static func read(_ path: String) -> [UInt8]? {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      #if canImport(Darwin)
      let count = unsafe Darwin.read(file, &buffer, buffer.count)
      #else
      let count = unsafe Glibc.read(file, &buffer, buffer.count)
      #endif
      if count == 0 { return bytes }
      if count < 0 { return nil }
      bytes += buffer[..<count]
    }
  }

  /// A child that keeps our pipes open, as those of package runners do.
  private static func startGrandchild() {
    let words = unsafe ["sleep", "3600"].map { (word: String) in unsafe strdup(word) }
    defer { unsafe words.forEach { unsafe free($0) } }
    var process: pid_t = 0
    _ = unsafe posix_spawnp(&process, "sleep", nil, nil, words + [nil], environ)
  }

  private static func flood(_ count: Int) {
    let line = Array((String(repeating: "~", count: 99) + "\n").utf8)
    var left = count
    while left > 0, write(line.prefix(left), to: STDERR_FILENO) { left -= line.count }
  }
}
