/// Messages for the person who runs the proxy.
///
/// Standard error stays silent while all is well: several clients show whatever stands there as an
/// error. A warning shows there only from the level that was asked for.
package struct Log: Sendable {
  /// What is written: this and everything worse.
  package enum Level: String, Sendable, CaseIterable {
    case error
    case warn
    case info
    case debug
  }

  private let level: Level
  private let sink: @Sendable (String) -> Void

  package init(_ level: Level, sink: @escaping @Sendable (String) -> Void) {
    self.level = level
    self.sink = sink
  }

  /// Says nothing to nobody; for tests.
  package static let silent = Log(.error) { _ in }

  package func error(_ text: @autoclosure () -> String) { write(.error, text) }
  package func warn(_ text: @autoclosure () -> String) { write(.warn, text) }
  package func info(_ text: @autoclosure () -> String) { write(.info, text) }
  package func debug(_ text: @autoclosure () -> String) { write(.debug, text) }

  private func write(_ level: Level, _ text: () -> String) {
    guard Self.rank(level) <= Self.rank(self.level) else { return }
    sink("\(level.rawValue): \(text())")
  }

  private static func rank(_ level: Level) -> Int {
    switch level {
    case .error: 0
    case .warn: 1
    case .info: 2
    case .debug: 3
    }
  }
}
