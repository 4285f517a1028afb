/// `mcp-proxy check`: reads a configuration and reports what is wrong with it.
package struct CheckCommand: OptionedCommand, Equatable {
  package static let name = "check"
  package static let synonyms = ["validate"]
  package static let summary = [
    SummaryLine("[FILE] [--strict] [--json]", "every problem as file:line:column")
  ]
  package static let usage = ["[FILE | -c FILE] [--strict] [--json]"]
  package static let purpose = """
    Reads a configuration, starts nothing and prints each problem as
    file:line:column.
    """
  package static let options: [CommandOption<Self>] = [
    .configuration("the same as FILE") { $0.file = $1 },
    .flag("--strict", "exit with 1 if there are warnings") { $0.isStrict = true },
    .flag("--json", "one object of JSON: a row for each problem, and totals") { $0.isJSON = true },
  ]
  package static let examples = [
    "mcp-proxy check", "mcp-proxy check --strict examples/limits.json",
  ]
  package static let closing = ConfigurationSource.searchOrder

  /// `nil`: the one that is found.
  package var file: String?
  package var isStrict = false
  package var isJSON = false

  package init() {}

  package mutating func take(_ word: String) throws(UsageError) {
    guard file == nil else { throw UsageError(unexpected: word) }
    file = word
  }

  package func run() throws(CommandFailure) -> Int32 {
    let kernel = try PosixKernel.forCommand()
    let report: CheckReport
    do throws(ConfigurationSource.Missing) {
      let source = try ConfigurationSource(file, kernel)
      report = CheckReport(
        configuration: source.configuration,
        problems: source.problems,
        path: source.path,
        isStrict: isStrict
      )
    } catch {
      guard isJSON else { throw CommandFailure(error) }
      report = CheckReport(missing: error.message, path: error.path)
    }
    Host.print(isJSON ? String(decoding: report.json, as: UTF8.self) : report.text)
    return report.exitCode
  }
}
