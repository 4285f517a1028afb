import Synchronization

/// Writes messages to the log file, and those that matter to standard error.
final class LogFile: Sendable {
  private struct State {
    var file: Descriptor?
    var hasFailed = false
    /// When a text was last shown; a cause that repeats is shown once a minute.
    var shown: [String: Instant] = [:]
  }

  private let kernel: any Kernel
  private let path: String
  private let state = Mutex(State())

  init(kernel: any Kernel, path: String) {
    self.kernel = kernel
    self.path = path
  }

  func log(at level: ProxySettings.LogLevel) -> Log {
    Log(level) { self.write($0) }
  }

  private func write(_ text: String) {
    let time = Timestamp(nanoseconds: kernel.wallClock()).text
    append("\(time) [\(Host.processID)] \(text)\n")
    guard text.hasPrefix("warn:") || text.hasPrefix("error:"), isNew(text) else { return }
    Host.warn("mcp-proxy: \(text.prefix(500))\n")
  }

  private func append(_ line: String) {
    state.withLock { state in
      guard !state.hasFailed else { return }
      do throws(SystemError) {
        let file: Descriptor
        if let open = state.file {
          file = open
        } else {
          if let slash = path.lastIndex(of: "/") {
            try kernel.makeDirectories(String(path[..<slash]))
          }
          file = try kernel.openLog(path)
          state.file = file
        }
        _ = try kernel.appendLines(file, Array(line.utf8), lastEnd: -1)
      } catch {
        // Without a log the proxy works as well; the message itself still reaches standard error.
        state.hasFailed = true
      }
    }
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
