/// The severities of log messages (RFC 5424), least first.
package enum LogSeverity: Int, Comparable {
  case debug
  case info
  case notice
  case warning
  case error
  case critical
  case alert
  case emergency

  private static let names = [
    "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency",
  ]

  package init?(_ name: String) {
    guard let rank = Self.names.firstIndex(of: name) else { return nil }
    self.init(rawValue: rank)
  }

  package var name: String { Self.names[rawValue] }

  package static func < (left: LogSeverity, right: LogSeverity) -> Bool {
    left.rawValue < right.rawValue
  }
}
