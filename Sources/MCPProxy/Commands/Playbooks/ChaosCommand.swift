/// `mcp-proxy chaos`: plays a playbook against the user's configuration, or lists them.
package struct ChaosCommand: OptionedCommand, Equatable {
  package static let name = "chaos"
  package static let summary = [
    SummaryLine("[--list] [--playbook NAME]", "break a server on purpose and report"),
    SummaryLine("[-c FILE] [--server NAME] [--seed N] [--real] [--json]", ""),
  ]
  package static let usage = ["[--list] [--json]", "--playbook NAME [-c FILE] [OPTIONS]"]
  package static let purpose = """
    Breaks a server on purpose and reports what the client saw. Example servers
    take the place of yours, unless --real is given.
    """
  package static let options: [CommandOption<Self>] = [
    .flag("--list", "what can be played; the same as no option") { $0.playbook = nil },
    .value("--playbook", "NAME", "play this one") { command, name throws(UsageError) in
      command.playbook = try playbook(named: name ?? "")
    },
    .configuration("with the servers of this file") { $0.file = $1 },
    .value(
      "--server",
      "NAME",
      "break this server; without it each listed one in turn"
    ) { command, name throws(UsageError) in
      guard let name else { throw UsageError(text: "--server needs a name") }
      command.server = name
    },
    .number("--seed", "draw the faults by another seed (1)") { $0.seed = $1 },
    .flag("--real", "start your own servers and call their read-only tools") { $0.isReal = true },
    .flag("--json", "one object of JSON") { $0.isJSON = true },
  ]
  package static let examples = ["mcp-proxy chaos --playbook server-down --server notes"]
  package static let closing = ConfigurationSource.searchOrder

  /// `nil`: the list of playbooks.
  package var playbook: Playbook?
  /// The server under test; `nil`: each listed one in turn.
  package var server: String?
  /// Whether the user's own servers are started.
  package var isReal = false
  package var seed: UInt64 = 1
  /// `nil`: the one that is found.
  package var file: String?
  package var isJSON = false

  package init() {}

  package func run() throws(CommandFailure) -> Int32 {
    guard let playbook else {
      Host.print(isJSON ? PlaybookList.json : PlaybookList.text)
      return 0
    }
    let kernel = try PosixKernel.forCommand()
    let source = try ConfigurationSource.required(file, kernel)
    guard let configuration = source.configuration else { return source.refuse() }
    return PlaybookSeries(playbook: playbook, command: self, source: source, kernel: kernel)
      .play(configuration)
  }

  private static func playbook(named name: String) throws(UsageError) -> Playbook {
    if let playbook = Playbook(named: name) { return playbook }
    let known = Playbook.all.map(\.name)
    let clause = Suggestion.clause(for: name, in: known)
    throw UsageError(
      text: "no playbook \"\(name)\""
        + (clause.isEmpty ? ", there are \(known.joined(separator: ", "))" : clause)
    )
  }
}
