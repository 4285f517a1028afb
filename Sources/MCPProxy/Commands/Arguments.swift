/// The command line as a value.
package struct Arguments: Equatable, Sendable {
  package enum Action: Equatable, Sendable {
    case run
    /// One server without any file: `run -- COMMAND ARGS…`.
    case wrap([String])
    case check(strict: Bool)
    case schema
    case demo
    case version(json: Bool)
    /// Of one of `HelpText.topics`; `nil`: the general one.
    case help(String?)
    case exampleServer([String])
    case reaper
    /// The playbooks.
    case chaos(PlaybookOptions)
    /// The proxy of a playbook.
    case rehearse(RehearsalOptions)
  }

  package var action = Action.run
  package var configuration: String?
  package var json = false
  package var verbose = false
  package var quiet = false
  /// Faults to inject; `nil`: none.
  package var chaos: ChaosOptions?

  /// What is wrong with the command line, with the way out.
  package struct UsageError: Error, Equatable, Sendable {
    package let text: String
  }

  static let commands = [
    "run", "check", "demo", "chaos", "example-server", "schema", "version", "help",
  ]

  /// Other names of commands.
  private static let synonyms = ["serve": "run", "validate": "check"]

  /// Reads the arguments behind the program's name; throws what is wrong with them.
  package init(_ arguments: [String]) throws(UsageError) {
    guard let first = arguments.first else { return }
    var rest = arguments.dropFirst()
    switch Self.synonyms[first] ?? first {
    case "--reaper": action = .reaper
    case "example-server": action = .exampleServer(Array(rest))
    case "run": try readRun(&rest)
    case "check":
      action = .check(strict: false)
      try readOptions(&rest)
    case "demo":
      action = .demo
      try readOptions(&rest)
    case "chaos":
      action = .chaos(PlaybookOptions())
      try readOptions(&rest)
    case "--rehearse":
      guard let options = RehearsalOptions(Array(rest)) else {
        throw UsageError(text: "--rehearse is for mcp-proxy chaos alone")
      }
      action = .rehearse(options)
    case "schema":
      action = .schema
      try readOptions(&rest)
    case "version":
      action = .version(json: false)
      try readOptions(&rest)
    case "--version", "-V": action = .version(json: false)
    case "help": try readTopic(&rest)
    case "--help", "-h": action = .help(nil)
    case let option where option.hasPrefix("-"):
      // Options without a command mean `run`, as clients write it.
      rest = arguments[...]
      try readRun(&rest)
    default:
      throw UsageError(text: Self.unknownCommand(first))
    }
  }

  private static func unknownCommand(_ name: String) -> String {
    if name.hasPrefix("http://") || name.hasPrefix("https://") {
      return "this is the Swift mcp-proxy, which does not bridge URLs; "
        + "for one: mcp-proxy run -- npx -y mcp-remote \(name)"
    }
    return "unknown command \"\(name)\"\(Suggestion.clause(for: name, in: commands))"
  }

  private mutating func readTopic(_ rest: inout ArraySlice<String>) throws(UsageError) {
    let topic = rest.popFirst().map { Self.synonyms[$0] ?? $0 }
    if let topic, topic != "--help", topic != "-h" {
      guard HelpText.topics.contains(topic) else {
        let clause = Suggestion.clause(for: topic, in: HelpText.topics)
        throw UsageError(text: "there is no help about \"\(topic)\"\(clause)")
      }
      action = .help(topic)
    } else {
      action = .help(nil)
    }
    if let word = rest.first { throw UsageError(text: unexpected(word)) }
  }

  private mutating func readRun(_ rest: inout ArraySlice<String>) throws(UsageError) {
    if let marker = rest.firstIndex(of: "--") {
      let command = Array(rest[(marker + 1)...])
      rest = rest[..<marker]
      guard !command.isEmpty else {
        throw UsageError(text: "a command is missing behind \"--\"")
      }
      action = .wrap(command)
    }
    try readOptions(&rest)
    if case .wrap = action, configuration != nil {
      throw UsageError(text: "--config and a command behind \"--\" exclude one another")
    }
  }

  private mutating func readOptions(_ rest: inout ArraySlice<String>) throws(UsageError) {
    while let option = rest.popFirst() {
      switch option {
      case _ where try readPlaybookOption(option, &rest): continue
      case "-c" where readsFile, "--config" where readsFile:
        try setConfiguration(rest.popFirst())
      case let text where readsFile && text.hasPrefix("--config="):
        try setConfiguration(String(text.dropFirst("--config=".count)))
      case "--json" where canBeJSON: json = true
      case "-v" where isRun, "--verbose" where isRun: verbose = true
      case "-q" where isRun, "--quiet" where isRun: quiet = true
      case "--chaos" where isRun:
        let isRule = rest.first.map { !$0.hasPrefix("-") } ?? false
        try readChaos(isRule ? rest.removeFirst() : nil)
      case let text where isRun && text.hasPrefix("--chaos="):
        try readChaos(String(text.dropFirst("--chaos=".count)))
      case "--chaos-seed" where isRun: try readSeed(rest.popFirst())
      case "--strict" where isCheck: action = .check(strict: true)
      case "-h", "--help":
        action = .help(command)
        rest = []
      case let path where isCheck && !path.hasPrefix("-") && configuration == nil:
        configuration = path
      default: throw UsageError(text: unexpected(option))
      }
    }
  }

  /// An empty one is a variable of a shell that is not set, and no wish for another file.
  private mutating func setConfiguration(_ path: String?) throws(UsageError) {
    guard let path, !path.isEmpty else { throw UsageError(text: "--config needs a file") }
    configuration = path
  }

  private func unexpected(_ word: String) -> String {
    guard word.hasPrefix("-") else {
      let wayOut = "; a file is given with --config FILE, a command behind \"--\""
      return "unexpected \"\(word)\"\(isRun ? wayOut : "")"
    }
    // Too short to suggest one for another.
    if ["-c", "-q", "-v"].contains(word) { return "\(word) is no option of this command" }
    let known = [
      "--chaos", "--chaos-seed", "--config", "--help", "--json", "--list", "--playbook",
      "--quiet", "--real", "--seed", "--server", "--strict", "--verbose",
    ]
    if known.contains(word) { return "\(word) is no option of this command" }
    return "unknown option \"\(word)\"\(Suggestion.clause(for: word, in: known))"
  }

  /// Whether it serves a client.
  package var isRun: Bool {
    switch action {
    case .run, .wrap: true
    default: false
    }
  }

  /// The command that is being read.
  private var command: String? {
    switch action {
    case .run, .wrap: "run"
    case .check: "check"
    case .schema: "schema"
    case .demo: "demo"
    case .version: "version"
    case .chaos: "chaos"
    case .help, .exampleServer, .reaper, .rehearse: nil
    }
  }

  private var canBeJSON: Bool {
    switch action {
    case .check, .chaos, .version: true
    default: false
    }
  }

  private var readsFile: Bool {
    if case .chaos = action { return true }
    return isRun || isCheck
  }

  private var isCheck: Bool {
    if case .check = action { return true }
    return false
  }
}
