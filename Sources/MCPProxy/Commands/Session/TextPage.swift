/// Sets text for a terminal of 80 columns, with or without colour.
package struct TextPage: Equatable, Sendable {
  package enum Tint: String, Sendable {
    case plain = ""
    case bold = "1"
    case faint = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
  }

  package static let columns = 80

  private let isColoured: Bool

  package init(isColoured: Bool) {
    self.isColoured = isColoured
  }

  /// Whether to use colour: only where a person looks, and not against their wish
  /// (no-color.org: any value of `NO_COLOR` but the empty one).
  package static func wantsColour(isTerminal: Bool, _ environment: [String: String]) -> Bool {
    isTerminal && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
  }

  /// A paragraph; `label` stands before its first line, the others begin below the text.
  package func paragraph(
    _ text: String,
    label: String = "",
    indent: Int = 0,
    _ tint: Tint = .plain
  ) -> String {
    var lines: [String] = []
    for (index, line) in Self.wrap(text, to: Self.columns - indent).enumerated() {
      let isFirst = index == 0 && !label.isEmpty
      let margin = isFirst ? label + blanks(indent - label.count) : blanks(indent)
      lines.append(isFirst ? painted(margin, tint) + line : margin + line)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A heading over what follows.
  package func heading(_ text: String) -> String {
    Self.wrap(text, to: Self.columns).map { painted($0, .bold) + "\n" }.joined()
  }

  private func painted(_ text: String, _ tint: Tint) -> String {
    guard isColoured, tint != .plain else { return text }
    return "\u{1B}[\(tint.rawValue)m\(text)\u{1B}[0m"
  }

  private func blanks(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

  /// Lines of at most `width` columns, broken at blanks; a longer word is cut.
  ///
  /// Never none.
  private static func wrap(_ text: String, to width: Int) -> [String] {
    var lines = [""]
    for word in text.split(separator: " ") {
      var rest = word[...]
      let last = lines[lines.count - 1]
      if !last.isEmpty, last.count + 1 + rest.count <= width {
        lines[lines.count - 1] += " " + rest
        continue
      }
      if !last.isEmpty { lines.append("") }
      while rest.count > width {
        lines[lines.count - 1] = String(rest.prefix(width))
        lines.append("")
        rest = rest.dropFirst(width)
      }
      lines[lines.count - 1] = String(rest)
    }
    return lines
  }
}
