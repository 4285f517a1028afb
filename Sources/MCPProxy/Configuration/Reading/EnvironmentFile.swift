/// Reads an `envFile`: lines of `KEY=VALUE`, with `export`, quotes and comments as in a shell.
enum EnvironmentFile {
  /// The variables in order; `line` counts from 1 and names the first line that is none.
  static func parse(_ bytes: [UInt8]) -> Result<[(name: String, value: String)], BadLine> {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      return .failure(BadLine(line: 1))
    }
    var variables: [(name: String, value: String)] = []
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: isLineEnd)
    for (index, line) in lines.enumerated() {
      var line = line.trimmed
      if line.hasPrefix("\u{FEFF}") { line.removeFirst() }
      if line.isEmpty || line.hasPrefix("#") { continue }
      if line.hasPrefix("export ") { line = line.dropFirst(7).trimmed }
      guard let equals = line.firstIndex(of: "="),
        let value = value(line[line.index(after: equals)...].trimmed)
      else { return .failure(BadLine(line: index + 1)) }
      let name = line[..<equals].trimmed
      guard isName(name) else { return .failure(BadLine(line: index + 1)) }
      variables.append((String(name), value))
    }
    return .success(variables)
  }

  private static func isLineEnd(_ character: Character) -> Bool {
    character == "\n" || character == "\r\n" || character == "\r"
  }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    else { return false }
    return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
  }

  /// Unquoted up to a comment; between single quotes as written, between double with escapes.
  private static func value(_ text: Substring) -> String? {
    guard let quote = text.first, quote == "\"" || quote == "'" else {
      let end = text.firstRange(of: " #")?.lowerBound ?? text.endIndex
      return text.hasPrefix("#") ? "" : String(text[..<end].trimmed)
    }
    var value = ""
    var rest = text.dropFirst()
    while let character = rest.popFirst() {
      if character == quote {
        let tail = rest.trimmed
        return tail.isEmpty || tail.hasPrefix("#") ? value : nil
      }
      guard character == "\\", quote == "\"", let escaped = rest.popFirst() else {
        value.append(character)
        continue
      }
      switch escaped {
      case "n": value += "\n"
      case "r": value += "\r"
      case "t": value += "\t"
      case "\"", "\\", "$", "`": value.append(escaped)
      default: value += "\\\(escaped)"
      }
    }
    return nil
  }
}

/// A line of an `envFile` that is no assignment.
struct BadLine: Error {
  let line: Int
}

extension Substring {
  /// Without the blanks and tabs around it.
  fileprivate var trimmed: Substring {
    let start = drop { $0 == " " || $0 == "\t" }
    guard let end = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return start }
    return start[...end]
  }
}
