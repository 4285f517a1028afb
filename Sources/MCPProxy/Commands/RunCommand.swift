/// `mcp-proxy run`: serves the servers of a file, or one server without any.
package struct RunCommand: OptionedCommand, Equatable {
  package static let name = "run"
  package static let synonyms = ["serve"]
  package static let summary = [
    SummaryLine("[-c FILE | -- COMMAND ARGS…]", "serve MCP on standard input and output"),
    SummaryLine("[-v | -q]", "log everything, or errors only"),
    SummaryLine("[--chaos [RULE]] [--chaos-seed N]", "inject faults, to see the guards work"),
  ]
  package static let usage = ["[-c FILE] [OPTIONS]", "[OPTIONS] -- COMMAND ARGS…"]
  package static let purpose = """
    Serves MCP on standard input and output until the client closes its side.
    It is what options without a command mean, and what no argument at all means
    where standard input is not a terminal.
    """
  package static let options: [CommandOption<Self>] = [
    .configuration("serve the servers of this file") { $0.file = $1 },
    .allBehind(
      "COMMAND ARGS…",
      missing: "a command",
      "guard this one server, no file needed; it gets the whole environment, and its tools keep "
        + "their names"
    ) { $0.server = $1 },
    .flag("--verbose", short: "-v", "log everything") { $0.isVerbose = true },
    .flag("--quiet", short: "-q", "log errors only") { $0.isQuiet = true },
    .value(
      "--chaos",
      "RULE",
      isOptional: true,
      "inject faults: this rule, or those of the file; repeat it for more rules (docs/chaos.md)"
    ) { command, rule throws(UsageError) in
      var chaos = command.chaos ?? ChaosOptions()
      try chaos.add(rule)
      command.chaos = chaos
    },
    .number("--chaos-seed", "draw these faults by another seed") { command, seed in
      command.chaos = command.chaos ?? ChaosOptions()
      command.chaos?.seed = seed
    },
  ]
  package static let examples = [
    "mcp-proxy run --config mcp-proxy.json", "mcp-proxy run -- npx -y some-server",
    "mcp-proxy run -c mcp-proxy.json --chaos delay:notes=300ms,p=0.2",
  ]
  package static let closing = ConfigurationSource.searchOrder

  /// Whether it was asked for by no word at all.
  package var isBare = false
  /// `nil`: the one that is found.
  package var file: String?
  /// The words that start the one server to guard; `nil`: those of the file.
  package var server: [String]?
  package var isVerbose = false
  package var isQuiet = false
  /// Faults to inject; `nil`: none.
  package var chaos: ChaosOptions?

  package init() {}

  package init(isBare: Bool) {
    self.isBare = isBare
  }

  package mutating func take(_ word: String) throws(UsageError) {
    throw UsageError(
      unexpected: word,
      hint: "; a file is given with --config FILE, a command behind \"--\""
    )
  }

  package func validate() throws(UsageError) {
    guard server == nil || file == nil else {
      throw UsageError(text: "--config and a command behind \"--\" exclude one another")
    }
  }

  package var servesClient: Bool { true }

  package func run() throws(CommandFailure) -> Int32 {
    if isBare, Host.isTerminal(0) {
      // It must not sit mute on a terminal that asked for nothing.
      return HelpCommand().run()
    }
    guard let server else { return try serveFile() }
    return try guardOne(server)
  }
}
