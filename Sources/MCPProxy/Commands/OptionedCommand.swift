/// A command whose options are declared as values: reading them and the help follow from that.
package protocol OptionedCommand: Subcommand {
  /// What can stand behind "mcp-proxy NAME", a line each.
  static var usage: [String] { get }
  /// What it is for, in lines as they are printed.
  static var purpose: String { get }
  /// In the order of the help.
  static var options: [CommandOption<Self>] { get }
  /// Whole command lines.
  static var examples: [String] { get }
  /// Printed behind all else; may be empty.
  static var closing: String { get }

  /// The command as nothing but its name asks for it.
  init()

  /// Takes a word that is no option; throws if there is no place for it.
  mutating func take(_ word: String) throws(UsageError)

  /// Looks at what was read as a whole; throws what does not go together.
  func validate() throws(UsageError)
}

extension OptionedCommand {
  package static var usage: [String] { summary.map(\.form) }
  package static var options: [CommandOption<Self>] { [] }
  package static var examples: [String] { [] }
  package static var closing: String { "" }
  package static var declarations: [OptionDeclaration] { options.map(\.declaration) }

  package static var help: String {
    HelpPage(
      name: name,
      usage: usage,
      purpose: purpose,
      otherNames: synonyms + standIns,
      options: declarations,
      examples: examples,
      closing: closing
    ).text
  }

  package static func reading(_ words: [String]) throws(UsageError) -> any Subcommand {
    try OptionParser(options).read(words) ?? HelpCommand(topic: name)
  }

  package mutating func take(_ word: String) throws(UsageError) {
    throw UsageError(unexpected: word)
  }

  package func validate() throws(UsageError) {}
}
