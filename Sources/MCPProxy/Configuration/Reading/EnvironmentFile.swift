/// Reads an `envFile`: lines of `KEY=VALUE`, with `export`, quotes and comments as in a shell.
enum EnvironmentFile {
  /// The variables in order, or the first line that is none.
  static func parse(_ bytes: [UInt8]) -> Result<[(name: String, value: String)], BadLine> {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      return .failure(BadLine(line: 1, cause: .noText))
    }
    var lines = Lines(text)
    var variables: [(name: String, value: String)] = []
    do throws(BadLine) {
      while let line = lines.next() {
        if let variable = try variable(line, &lines) { variables.append(variable) }
      }
    } catch {
      return .failure(error)
    }
    return .success(variables)
  }

  /// The lines of the file, one after the other.
  private struct Lines {
    private var rest: ArraySlice<Substring>
    /// Of the line that was given last, from 1.
    private(set) var number = 0

    init(_ text: String) {
      rest =
        text.split(omittingEmptySubsequences: false) { ["\n", "\r\n", "\r"].contains($0) }[...]
    }

    mutating func next() -> Substring? {
      number += 1
      return rest.popFirst()
    }
  }

  /// `nil` for a line that is empty or a comment; takes further lines for a value that goes on.
  private static func variable(
    _ line: Substring,
    _ lines: inout Lines
  ) throws(BadLine) -> (name: String, value: String)? {
    var line = line.unindented
    if line.hasPrefix("\u{FEFF}") { line.removeFirst() }
    if line.trimmed.isEmpty || line.hasPrefix("#") { return nil }
    if line.hasPrefix("export ") { line = line.dropFirst(7).unindented }
    guard let equals = line.firstIndex(of: "="), isName(line[..<equals].trimmed) else {
      throw BadLine(line: lines.number, cause: .noAssignment)
    }
    let value = line[line.index(after: equals)...].unindented
    let name = String(line[..<equals].trimmed)
    if let quote = value.first, quote == "\"" || quote == "'" {
      return (name, try quoted(value.dropFirst(), by: quote, &lines))
    }
    if value.hasPrefix("#") { return (name, "") }
    let end = value.firstRange(of: " #")?.lowerBound ?? value.endIndex
    return (name, String(value[..<end].trimmed))
  }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    else { return false }
    return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
  }

  /// Between single quotes as written, between double with escapes, over as many lines as it takes.
  private static func quoted(
    _ text: Substring,
    by quote: Character,
    _ lines: inout Lines
  ) throws(BadLine) -> String {
    let first = lines.number
    var value = ""
    var rest = text
    while true {
      guard let character = rest.popFirst() else {
        guard let next = lines.next() else { throw BadLine(line: first, cause: .openQuote) }
        value += "\n"
        rest = next
        continue
      }
      if character == quote {
        let tail = rest.trimmed
        if tail.isEmpty || tail.hasPrefix("#") { return value }
        throw BadLine(line: lines.number, cause: .textBehindQuote(from: first))
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
  }
}

/// A line of an `envFile` that cannot be read.
struct BadLine: Error {
  enum Cause {
    case noAssignment
    case noText
    /// There is no quote to the one in this line.
    case openQuote
    /// The value begins in the line `from`.
    case textBehindQuote(from: Int)
  }

  /// Counts from 1.
  let line: Int
  let cause: Cause

  /// What is wrong with the file, to be put behind its name.
  var words: String {
    switch cause {
    case .noAssignment: "has no KEY=VALUE in line \(line)"
    case .noText: "is no UTF-8 text"
    case .openQuote: "opens a quote in line \(line) and never closes it"
    case .textBehindQuote(line): "has text behind the closing quote in line \(line)"
    case .textBehindQuote(let first):
      "has text behind the quote in line \(line) that closes the one in line \(first)"
    }
  }
}

extension Substring {
  /// Without the blanks and tabs before it.
  fileprivate var unindented: Substring { drop { $0 == " " || $0 == "\t" } }

  /// Without the blanks and tabs around it.
  fileprivate var trimmed: Substring {
    let start = unindented
    guard let end = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return start }
    return start[...end]
  }
}
