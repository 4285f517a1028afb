/// One command of the program: what it is called, what people read about it, what it does.
///
/// A value of it is a command line that was read. `SubcommandTable` lists them all.
package protocol Subcommand: Sendable {
  /// The word that calls it.
  static var name: String { get }
  /// Other words for the same.
  static var synonyms: [String] { get }
  /// Options that stand for it, whatever follows them: `--version`.
  static var standIns: [String] { get }
  /// Its lines in the list of all commands.
  static var summary: [SummaryLine] { get }
  /// What its own help says.
  static var help: String { get }
  /// What it can be given behind its name, in the order of its help.
  static var declarations: [OptionDeclaration] { get }

  /// The command that the words behind its name ask for; throws what is wrong with them.
  static func reading(_ words: [String]) throws(UsageError) -> any Subcommand

  /// Whether a client is to be at the other end of standard input and output.
  var servesClient: Bool { get }

  /// Does what was asked and returns the exit code.
  func run() throws(CommandFailure) -> Int32
}

extension Subcommand {
  package static var synonyms: [String] { [] }
  package static var standIns: [String] { [] }
  package static var summary: [SummaryLine] { [] }
  package static var help: String { "" }
  package static var declarations: [OptionDeclaration] { [] }
  package var servesClient: Bool { false }

  /// Every word that calls it, but for `standIns`.
  package static var names: [String] { [name] + synonyms }
}

/// A line about a command in the list of all.
package struct SummaryLine: Equatable, Sendable {
  /// What can stand behind the name.
  package let form: String
  /// What that does; may be empty.
  package let text: String

  init(_ form: String, _ text: String) {
    self.form = form
    self.text = text
  }
}
