import Synchronization

/// Writes messages to the log file, and those that matter to standard error.
package final class LogFile: Sendable {
  private struct State {
    var file: Descriptor?
    /// Lines that could not be written since the last that was.
    var lost = 0
    /// When the file is tried again after a failure.
    var nextTry = Instant.zero
    /// When a text was last shown; a cause that repeats is shown once a minute.
    var shown: [String: Instant] = [:]
  }

  private let kernel: any Kernel
  private let path: String
  private let state = Mutex(State())

  package init(kernel: any Kernel, path: String) {
    self.kernel = kernel
    self.path = path
  }

  package func log(at level: Log.Level) -> Log {
    Log(level) { self.write($0) }
  }

  private func write(_ text: String) {
    let time = Timestamp(nanoseconds: kernel.wallClock()).text
    append("\(time) [\(Host.processID)] ", text)
    guard text.hasPrefix("warn:") || text.hasPrefix("error:"), isNew(text) else { return }
    Host.warn("mcp-proxy: \(text.prefix(500))")
  }

  /// A file that failed is left alone so long: a full disk is soon full again.
  private static let pause = TimeSpan.seconds(10)

  private func append(_ head: String, _ text: String) {
    let now = kernel.now()
    state.withLock { state in
      guard state.lost == 0 || now >= state.nextTry else { return state.lost += 1 }
      if let file = state.file, !kernel.isCurrent(file, at: path) {
        // Somebody has moved or deleted it (log rotation).
        kernel.close(file)
        state.file = nil
      }
      let lost = state.lost == 0 ? "" : "\(head)warn: lines lost before this: \(state.lost)\n"
      do throws(SystemError) {
        let file = try open(state.file)
        state.file = file
        _ = try kernel.appendLines(file, Array("\(lost)\(head)\(text)\n".utf8), lastEnd: -1)
        state.lost = 0
      } catch {
        // Without a log the proxy works as well; the message itself still reaches standard error.
        state.lost += 1
        state.nextTry = now + Self.pause
        // The file may be another one by then.
        if let file = state.file { kernel.close(file) }
        state.file = nil
      }
    }
  }

  private func open(_ file: Descriptor?) throws(SystemError) -> Descriptor {
    if let file { return file }
    if let slash = path.lastIndex(of: "/") {
      try kernel.makeDirectories(String(path[..<slash]))
    }
    return try kernel.openLog(path)
  }

  private func isNew(_ text: String) -> Bool {
    let now = kernel.now()
    return state.withLock { state in
      if let last = state.shown[text], now - last < .minutes(1) { return false }
      if state.shown.count > 100 { state.shown.removeAll() }
      state.shown[text] = now
      return true
    }
  }
}
