/// Makes the command of an entry out of its fields.
struct LaunchBuilder {
  let expander: VariableExpander
  let fields: ConfigurationFields

  /// The fields are right by themselves; what is wrong with them together is reported.
  func launch(_ problems: inout ProblemList, at entry: Int, isDisabled: Bool) -> Launch {
    let command = fields.texts("command") ?? []
    if let url = fields["url"], command.isEmpty || fields.text("type") == "http" {
      let reason = Self.wayOut(fields.text("url") ?? "")
      if !isDisabled { problems.report(.warning, .notSupported, at: url.offset, reason) }
      return .unusable(reason: reason)
    }
    if let type = fields["type"], fields.text("type") == "http", !fields.isRefused("url") {
      problems.report(.error, .missing, at: type.offset, "type \"http\" needs a url")
    } else if let url = fields["url"] {
      problems.report(.warning, .conflict, at: url.nameOffset, "url is ignored beside command")
    }
    guard let program = command.first, !program.text.isEmpty else {
      let message = "neither command nor url says how it is reached"
      // A value that was refused is reported already.
      if !fields.isRefused("command"), !fields.isRefused("url") {
        problems.report(.error, .missing, at: fields["command"]?.offset ?? entry, message)
      }
      return .unusable(reason: message)
    }
    do {
      return .process(try process(program, command.dropFirst() + (fields.texts("args") ?? [])))
    } catch {
      if !isDisabled { problems.report(.warning, .variable, at: error.offset, error.reason) }
      return .unusable(reason: error.reason)
    }
  }

  /// Addresses with a password or a query may hold secrets, and the reason goes to the model.
  private static func wayOut(_ url: String) -> String {
    let shown = url.contains { $0 == "?" || $0 == "@" } ? "URL" : url
    return "it is reached over HTTP, which mcp-proxy does not speak: use "
      + "\"command\": \"npx\", \"args\": [\"-y\", \"mcp-remote\", \"\(shown)\"]"
  }

  private func process(
    _ program: LocatedText,
    _ arguments: ArraySlice<LocatedText>
  ) throws(LocatedReason) -> Command {
    let name = try expand(program)
    // A name without a slash is looked up on PATH when it is started.
    var command = Command(name.contains("/") ? absolute(name) : name)
    for argument in arguments { command.arguments.append(try expand(argument)) }
    command.environment = try environment()
    if let directory = try text("cwd") { command.directory = absolute(directory) }
    return command
  }

  /// What wins stands last.
  private func environment() throws(LocatedReason) -> [(name: String, value: String)] {
    var variables: [(name: String, value: String)] = []
    for name in fields.texts("envVars") ?? [] {
      if let value = expander.surroundings.environment[name.text] {
        variables.append((name.text, value))
      }
    }
    variables += try environmentFile()
    for entry in fields.map("env") {
      guard case .text(let text) = entry.field.value else { continue }
      if entry.name.isEmpty || entry.name.contains(where: { $0 == "=" || $0 == "\0" }) {
        let reason = "\"\(entry.name)\" cannot be the name of an environment variable"
        throw LocatedReason(reason: reason, offset: entry.field.nameOffset)
      }
      let value = try expand(LocatedText(text: text, offset: entry.field.offset))
      variables.append((entry.name, value))
    }
    return variables
  }

  private func environmentFile() throws(LocatedReason) -> [(name: String, value: String)] {
    guard let field = fields["envFile"], let name = try text("envFile") else { return [] }
    let path = absolute(name)
    guard let bytes = expander.surroundings.readFile(path) else {
      throw LocatedReason(reason: "envFile \(path) cannot be read", offset: field.offset)
    }
    switch EnvironmentFile.parse(bytes) {
    case .success(let variables): return variables
    case .failure(let bad):
      throw LocatedReason(reason: "envFile \(path) \(bad.words)", offset: field.offset)
    }
  }

  private func text(_ name: String) throws(LocatedReason) -> String? {
    guard let field = fields[name], let text = fields.text(name) else { return nil }
    return try expand(LocatedText(text: text, offset: field.offset))
  }

  private func expand(_ text: LocatedText) throws(LocatedReason) -> String {
    let expanded: String
    do {
      expanded = try expander.expand(text.text)
    } catch {
      throw LocatedReason(reason: error.reason, offset: text.offset)
    }
    // A process is given its words as C strings: it would see the rest cut off.
    if expanded.utf8.contains(0) {
      throw LocatedReason(reason: "a zero byte cannot be handed to a process", offset: text.offset)
    }
    return expanded
  }

  private func absolute(_ path: String) -> String {
    FilePath.resolve(path, in: expander.folder, home: expander.surroundings.home)
  }
}

/// Why an entry cannot be started, and where that stands.
private struct LocatedReason: Error {
  let reason: String
  let offset: Int
}
