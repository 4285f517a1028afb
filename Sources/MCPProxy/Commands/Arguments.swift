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
    case help(String?)
    case exampleServer([String])
    case reaper
  }

  package var action = Action.run
  package var configuration: String?
  package var json = false
  package var verbose = false
  package var quiet = false

  /// What is wrong with the command line, with the way out.
  package struct UsageError: Error, Equatable, Sendable {
    package let text: String
  }

  static let commands = ["run", "check", "demo", "example-server", "schema", "version", "help"]

  /// Reads the arguments behind the program's name; throws what is wrong with them.
  package init(_ arguments: [String]) throws(UsageError) {
    guard let first = arguments.first else { return }
    var rest = arguments.dropFirst()
    switch first {
    case "--reaper": action = .reaper
    case "example-server": action = .exampleServer(Array(rest))
    case "run", "serve": try readRun(&rest)
    case "check", "validate":
      action = .check(strict: false)
      try readOptions(&rest)
    case "demo":
      action = .demo
      try readOptions(&rest)
    case "schema":
      action = .schema
      try readOptions(&rest)
    case "version":
      action = .version(json: false)
      try readOptions(&rest)
    case "--version", "-V": action = .version(json: false)
    case "help": action = .help(rest.first)
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
  }

  private mutating func readOptions(_ rest: inout ArraySlice<String>) throws(UsageError) {
    while let option = rest.popFirst() {
      switch option {
      case "-c", "--config":
        guard let path = rest.popFirst() else {
          throw UsageError(text: "\(option) needs a file")
        }
        configuration = path
      case let text where text.hasPrefix("--config="):
        configuration = String(text.dropFirst("--config=".count))
      case "--json": json = true
      case "-v", "--verbose": verbose = true
      case "-q", "--quiet": quiet = true
      case "--strict" where isCheck: action = .check(strict: true)
      case "-h", "--help": action = .help(nil)
      case let path where isCheck && !path.hasPrefix("-") && configuration == nil:
        configuration = path
      default:
        let known = ["--config", "--json", "--verbose", "--quiet", "--strict", "--help"]
        throw UsageError(
          text: "unknown option \"\(option)\"\(Suggestion.clause(for: option, in: known))"
        )
      }
    }
  }

  private var isCheck: Bool {
    if case .check = action { return true }
    return false
  }
}
