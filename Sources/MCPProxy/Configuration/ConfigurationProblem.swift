/// What is wrong, or worth knowing, at one place of a configuration file.
package struct ConfigurationProblem: Sendable, Equatable {
  package enum Severity: String, Sendable {
    case error
    case warning
  }

  /// What kind of problem it is; the raw values are printed and never change their meaning.
  package enum Code: String, Sendable, CaseIterable {
    case chaos = "CONFIG_CHAOS"
    case conflict = "CONFIG_CONFLICT"
    case duplicate = "CONFIG_DUPLICATE"
    case fallbackCycle = "CONFIG_FALLBACK_CYCLE"
    case foreignKey = "CONFIG_FOREIGN_KEY"
    case json = "CONFIG_JSON"
    case missing = "CONFIG_MISSING"
    case noEndpoint = "CONFIG_NO_SERVER"
    case noFile = "CONFIG_NO_FILE"
    case notEnforced = "CONFIG_NOT_ENFORCED"
    case notSupported = "CONFIG_NOT_SUPPORTED"
    case prefix = "CONFIG_PREFIX"
    case range = "CONFIG_RANGE"
    case type = "CONFIG_TYPE"
    case unit = "CONFIG_UNIT"
    case unknownKey = "CONFIG_UNKNOWN_KEY"
    case variable = "CONFIG_VARIABLE"
  }

  package let severity: Severity
  package let code: Code
  /// Both count from 1; a column is a Unicode scalar.
  package let line: Int
  package let column: Int
  package let message: String
  /// The entry of `mcpServers` it concerns, if it concerns one.
  package let endpoint: String?

  package init(
    _ severity: Severity,
    _ code: Code,
    line: Int,
    column: Int,
    _ message: String,
    endpoint: String? = nil
  ) {
    self.severity = severity
    self.code = code
    self.line = line
    self.column = column
    self.message = message
    self.endpoint = endpoint
  }
}
