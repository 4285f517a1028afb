/// Collects the problems of one file.
struct ProblemList {
  private let lines: SourceLines
  private(set) var problems: [ConfigurationProblem] = []
  /// Whose entry is being read; `nil` outside of entries.
  var endpoint: String?

  init(_ bytes: [UInt8]) { lines = SourceLines(bytes) }

  /// Adds a problem, if nothing of the kind stands at its place yet: each endpoint that takes over
  /// the defaults would repeat theirs.
  mutating func report(
    _ severity: ConfigurationProblem.Severity,
    _ code: ConfigurationProblem.Code,
    at offset: Int,
    _ message: String
  ) {
    let place = lines.place(of: offset)
    let isKnown = problems.contains {
      ($0.line, $0.column, $0.code) == (place.line, place.column, code)
    }
    if isKnown { return }
    problems.append(
      ConfigurationProblem(
        severity,
        code,
        line: place.line,
        column: place.column,
        Self.printable(message),
        endpoint: endpoint
      )
    )
  }

  /// Names and values of the file stand in messages, and messages on terminals.
  private static func printable(_ message: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in message.unicodeScalars {
      scalars.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
    }
    return String(scalars)
  }

  /// The first error of an entry.
  func firstError(of endpoint: String) -> ConfigurationProblem? {
    problems.first { $0.endpoint == endpoint && $0.severity == .error }
  }

  /// In the order of the file.
  var sorted: [ConfigurationProblem] {
    problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
  }
}
