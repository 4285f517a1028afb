/// The commands of the program; a new one is a type in a file of its own and a line here.
package enum SubcommandTable {
  /// Those that people use, in the order of the help.
  package static let listed: [any Subcommand.Type] = [
    RunCommand.self,
    CheckCommand.self,
    DemoCommand.self,
    ChaosCommand.self,
    ExampleServerCommand.self,
    SchemaCommand.self,
    VersionCommand.self,
    HelpCommand.self,
  ]

  /// Those that the program starts itself with.
  private static let hidden: [any Subcommand.Type] = [ReaperCommand.self, RehearseCommand.self]

  /// The command that the arguments behind the program's name ask for.
  package static func command(_ arguments: [String]) throws(UsageError) -> any Subcommand {
    guard let first = arguments.first else { return RunCommand(isBare: true) }
    if let type = (listed + hidden).first(where: { $0.names.contains(first) }) {
      return try type.reading(Array(arguments.dropFirst()))
    }
    if let type = listed.first(where: { $0.standIns.contains(first) }) {
      return try type.reading([])
    }
    // Options without a command mean `run`, as clients write it.
    if first.hasPrefix("-") { return try RunCommand.reading(arguments) }
    if first.hasPrefix("http://") || first.hasPrefix("https://") {
      throw UsageError(
        text: "this is the Swift mcp-proxy, which does not bridge URLs; "
          + "for one: mcp-proxy run -- npx -y mcp-remote \(first)"
      )
    }
    let clause = Suggestion.clause(for: first, in: listed.map { $0.name })
    throw UsageError(text: "unknown command \"\(first)\"\(clause)")
  }

  /// Every option of any command as it can be written, sorted.
  static var options: [String] {
    let declared = listed.flatMap { $0.declarations }.filter { $0.takes != .allBehind }
    return Set(declared.flatMap(\.names) + ["--help"]).sorted()
  }
}
