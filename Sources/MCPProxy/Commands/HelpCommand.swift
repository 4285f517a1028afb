/// `mcp-proxy help`: tells what there is, or more about one topic.
package struct HelpCommand: Subcommand, Equatable {
  package static let name = "help"
  package static let standIns = ["--help", "-h"]
  package static let summary = [
    SummaryLine("[COMMAND | exit-codes]", "this text, or more about one of these")
  ]
  /// What can be asked about: the commands, and the exit codes.
  package static var topics: [String] { SubcommandTable.listed.map { $0.name } + ["exit-codes"] }

  /// One of `topics`; the command's own name is the general help.
  package let topic: String

  package init(topic: String = Self.name) {
    self.topic = topic
  }

  package static func reading(_ words: [String]) throws(UsageError) -> any Subcommand {
    var command = Self()
    if let word = words.first, !standIns.contains(word) {
      let named = SubcommandTable.listed.first { $0.synonyms.contains(word) }
      let topic = named?.name ?? word
      guard topics.contains(topic) else {
        let clause = Suggestion.clause(for: topic, in: topics)
        throw UsageError(text: "there is no help about \"\(topic)\"\(clause)")
      }
      command = Self(topic: topic)
    }
    if let word = words.dropFirst().first { throw UsageError(unexpected: word) }
    return command
  }

  package func run() -> Int32 {
    let command = SubcommandTable.listed.first { $0.name == topic }
    Host.print((command?.help ?? Self.exitCodes) + "\n")
    return 0
  }

  /// The general help.
  package static var help: String {
    """
    mcp-proxy: one MCP server on stdio in front of many, each guarded by a circuit
    breaker, limits and a fallback; every call leaves one line with outcome and cost

    mcp-proxy run --config mcp-proxy.json     serve the servers of a file
    mcp-proxy run -- npx -y some-server       guard one server, no file needed
    mcp-proxy check                           validate the file, start nothing
    mcp-proxy demo                            see what it does, with broken servers

    \(SubcommandTable.listed.flatMap(lines).joined(separator: "\n"))

    \(ConfigurationSource.searchOrder)
    Usage lines and logs: ~/.local/state/mcp-proxy, or below $MCP_PROXY_HOME if set.
    """
  }

  /// A command's lines in the general help: what can be written, and in a second column why.
  private static func lines(about command: any Subcommand.Type) -> [String] {
    command.summary.enumerated().map { index, line in
      let start = index == 0 ? "  \(command.name) " : "      "
      guard !line.text.isEmpty else { return start + line.form }
      let form = start + line.form
      return form + String(repeating: " ", count: max(1, 40 - form.count)) + line.text
    }
  }

  private static let exitCodes = """
      0  success; run: the client closed its side, or SIGTERM
      1  check --strict: warnings only; demo: the story went differently;
         chaos: a criterion was missed, or the playbook could not be played
     64  bad arguments
     66  the configuration was not found or cannot be read
     74  input or output failed
     78  the configuration is invalid; run, chaos: not one server can be served
    130  Ctrl-C
    """
}
