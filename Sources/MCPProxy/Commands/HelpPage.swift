/// The help of one command, set from what the command declares.
package struct HelpPage: Sendable {
  let name: String
  /// What can stand behind the name, a line each.
  let usage: [String]
  let purpose: String
  /// Other ways to write the name.
  let otherNames: [String]
  let options: [OptionDeclaration]
  let examples: [String]
  /// Printed behind all else; may be empty.
  let closing: String

  /// For a terminal of 80 columns, without the end of its last line.
  package var text: String {
    let also = otherNames.isEmpty ? "" : " Also: \(otherNames.joined(separator: ", "))."
    return [
      usage.enumerated().map(usageLine).joined(separator: "\n"),
      purpose + also,
      optionLines,
      examples.map { "  \($0)" }.joined(separator: "\n"),
      closing,
    ].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  private func usageLine(_ index: Int, _ form: String) -> String {
    let start = index == 0 ? "usage: " : "       "
    return "\(start)mcp-proxy \(name)\(form.isEmpty ? "" : " ")\(form)"
  }

  private var optionLines: String {
    let page = TextPage(isColoured: false)
    let column = 2 + (options.map(\.label.count).max() ?? 0) + 2
    return String(
      options.map { page.paragraph($0.help, label: "  \($0.label)", indent: column) }
        .joined().dropLast()
    )
  }
}
