import MCPProtocol

/// What `mcp-proxy check` says about a configuration file.
package struct CheckReport: Sendable {
  private let path: String
  private let endpoints: [EndpointConfiguration]
  private let chaosRules: Int
  private let problems: [ConfigurationProblem]
  private let isStrict: Bool

  /// `path` is printed as it was given, so that editors find the file.
  package init(
    configuration: Configuration?,
    problems: [ConfigurationProblem],
    path: String,
    isStrict: Bool = false
  ) {
    self.path = path
    self.endpoints = configuration?.endpoints ?? []
    self.chaosRules = configuration?.chaos.rules.count ?? 0
    self.problems = problems
    self.isStrict = isStrict
  }

  /// A file that could not be read.
  package init(missing message: String, path: String?) {
    let problem = ConfigurationProblem(.error, .noFile, line: 1, column: 1, message)
    self.init(
      configuration: nil,
      problems: [problem],
      path: path ?? ConfigurationFile.name
    )
  }

  /// 66 (`EX_NOINPUT`) without a file, 78 (`EX_CONFIG`) with errors, 1 with warnings if they count,
  /// else 0.
  package var exitCode: Int32 {
    if problems.contains(where: { $0.code == .noFile }) { return 66 }
    if errors > 0 { return 78 }
    return isStrict && warnings > 0 ? 1 : 0
  }

  /// One line a problem and one for the whole, for people and editors.
  package var text: String {
    var lines = problems.map { problem in
      "\(path):\(problem.line):\(problem.column): \(problem.severity): \(problem.message) "
        + "[\(problem.code.rawValue)]"
    }
    lines.append(summary)
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same as one line of JSON.
  package var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("schema")
    writer.int(1)
    writer.key("data")
    writer.beginArray()
    for problem in problems { write(problem, to: &writer) }
    writer.endArray()
    writer.key("totals")
    writer.beginObject()
    let totals = [
      ("errors", errors), ("warnings", warnings), ("endpoints", endpoints.count),
      ("disabled", disabled.count), ("unusable", unusable.count), ("chaos_rules", chaosRules),
    ]
    for (name, count) in totals {
      writer.key(name)
      writer.int(count)
    }
    writer.endObject()
    writer.endObject()
    writer.endLine()
    return writer.bytes
  }

  private func write(_ problem: ConfigurationProblem, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("file")
    writer.string(path)
    writer.key("line")
    writer.int(problem.line)
    writer.key("column")
    writer.int(problem.column)
    writer.key("severity")
    writer.string(problem.severity.rawValue)
    writer.key("code")
    writer.string(problem.code.rawValue)
    writer.key("message")
    writer.string(problem.message)
    if let endpoint = problem.endpoint {
      writer.key("endpoint")
      writer.string(endpoint)
    }
    writer.endObject()
  }

  private var summary: String {
    let counts = [Self.count(errors, "error"), Self.count(warnings, "warning")].compactMap { $0 }
    if exitCode != 0 { return counts.joined(separator: ", ") }
    let states = [("disabled", disabled), ("unusable", unusable)].filter { !$0.1.isEmpty }
      .map { "\($0.0): \($0.1.joined(separator: ", "))" }.joined(separator: "; ")
    let total = Self.count(endpoints.count, "endpoint") ?? "0 endpoints"
    let chaos = Self.count(chaosRules, "chaos rule").map { "\($0) (inactive without --chaos)" }
    let parts =
      ["ok", total + (states.isEmpty ? "" : " (\(states))")] + [chaos].compactMap(\.self) + counts
    return "\(path): " + parts.joined(separator: ", ")
  }

  /// `nil` for none.
  private static func count(_ count: Int, _ noun: String) -> String? {
    count == 0 ? nil : "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  private var errors: Int { problems.count { $0.severity == .error } }
  private var warnings: Int { problems.count { $0.severity == .warning } }
  private var disabled: [String] { endpoints.filter(\.disabled).map(\.name) }

  /// A disabled endpoint is counted as that alone.
  private var unusable: [String] {
    endpoints.filter { endpoint in
      if case .unusable = endpoint.launch { !endpoint.disabled } else { false }
    }.map(\.name)
  }
}
