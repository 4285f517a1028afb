/// Replaces the variables in a text: the forms of Claude Code, Cursor, VS Code, opencode and
/// Windsurf, so that pasted entries mean what they meant there.
struct VariableExpander {
  let surroundings: Surroundings
  /// The folder of the configuration file; absolute.
  let folder: String

  /// Nobody writes so many by hand.
  private static let deepest = 32

  /// A bare `$VAR` stays as it is: prices and JSON pointers contain dollars.
  func expand(_ text: String) throws(VariableError) -> String {
    var result = ""
    var rest = text[...]
    while let index = rest.firstIndex(where: { $0 == "$" || $0 == "{" }) {
      result += rest[..<index]
      rest = rest[index...]
      if rest.hasPrefix("$${"), let form = try form(rest.dropFirst()) {
        result += "${\(form.text)}"
        rest = form.rest
      } else if let form = try form(rest) {
        result += try value(of: form.text)
        rest = form.rest
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result + rest
  }

  /// What stands between the braces at the start of `text`, and what follows them.
  ///
  /// Braces may nest, `${A:-${B}}`, but not without end: each level costs stack and another pass.
  private func form(
    _ text: Substring
  ) throws(VariableError) -> (text: Substring, rest: Substring)? {
    guard text.hasPrefix("${") || text.hasPrefix("{env:"),
      let open = text.firstIndex(of: "{")
    else { return nil }
    var depth = 0
    for index in text.indices {
      if text[index] == "{" { depth += 1 }
      if depth > Self.deepest {
        let start = text.prefix(20)
        throw VariableError(reason: "\"\(start)…\" nests more than \(Self.deepest) braces")
      }
      if text[index] == "}" { depth -= 1 }
      if text[index] == "}", depth == 0 {
        return (text[text.index(after: open)..<index], text[text.index(after: index)...])
      }
    }
    return nil
  }

  private func value(of form: Substring) throws(VariableError) -> String {
    switch form {
    case "mcpProxy": return surroundings.binaryPath
    case "userHome": return surroundings.home
    case "workspaceFolder": return workspaceFolder
    case "workspaceFolderBasename": return FilePath.lastComponent(workspaceFolder)
    case "pathSeparator", "/": return "/"
    default: break
    }
    guard let colon = form.firstIndex(of: ":") else { return try environment(String(form)) }
    let argument = form[form.index(after: colon)...]
    switch form[..<colon] {
    case "env": return try environment(String(argument))
    case "file": return try file(try expand(String(argument)))
    case "input": return try input(String(argument))
    case _ where argument.hasPrefix("-"): return try environment(String(form))
    default: throw VariableError(reason: "\"${\(form)}\" is no form of variable mcp-proxy knows")
    }
  }

  /// `NAME` or `NAME:-default`.
  private func environment(_ form: String) throws(VariableError) -> String {
    guard let mark = form.firstRange(of: ":-") else {
      guard let value = surroundings.environment[form] else {
        throw VariableError(
          reason: "\(form.isEmpty ? "a variable without a name" : form) is not set"
        )
      }
      return value
    }
    // As in a shell, a variable that is set and empty has the default too.
    if let value = surroundings.environment[String(form[..<mark.lowerBound])], !value.isEmpty {
      return value
    }
    return try expand(String(form[mark.upperBound...]))
  }

  private func file(_ path: String) throws(VariableError) -> String {
    let path = FilePath.resolve(path, in: folder, home: surroundings.home)
    guard var bytes = surroundings.readFile(path) else {
      throw VariableError(reason: "\(path) cannot be read")
    }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw VariableError(reason: "\(path) is not UTF-8 text")
    }
    return text
  }

  /// VS Code asks its user; nobody can be asked here.
  private func input(_ identifier: String) throws(VariableError) -> String {
    let letters = identifier.uppercased().map { $0.isLetter || $0.isNumber ? $0 : "_" }
    let names = ["MCP_PROXY_INPUT_\(identifier)", "MCP_PROXY_INPUT_\(String(letters))"]
    for name in names {
      if let value = surroundings.environment[name] { return value }
    }
    throw VariableError(reason: "it needs the input \"\(identifier)\": set \(names[1])")
  }

  /// A client that starts us in `/` has told us nothing about its workspace.
  private var workspaceFolder: String {
    if let project = surroundings.environment["CLAUDE_PROJECT_DIR"], !project.isEmpty {
      return project
    }
    return surroundings.workingDirectory == "/" ? folder : surroundings.workingDirectory
  }
}

/// A variable that stands for nothing; the reason is a sentence without its full stop.
struct VariableError: Error, Equatable {
  let reason: String
}
