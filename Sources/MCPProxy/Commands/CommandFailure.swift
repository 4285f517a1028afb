/// What is wrong with a command line, with the way out.
package struct UsageError: Error, Equatable, Sendable {
  package let text: String

  package init(text: String) {
    self.text = text
  }

  /// A word that has no place where it stands; `hint` is added for one that is no option.
  init(unexpected word: String, hint: String = "") {
    guard word.hasPrefix("-") else {
      text = "unexpected \"\(word)\"\(hint)"
      return
    }
    let known = SubcommandTable.options
    if known.contains(word) {
      text = "\(word) is no option of this command"
    } else {
      // Short ones are too short to suggest one for another.
      let clause = Suggestion.clause(for: word, in: known.filter { $0.hasPrefix("--") })
      text = "unknown option \"\(word)\"\(clause)"
    }
  }
}

/// Why a command ends without having done anything.
package struct CommandFailure: Error, Equatable, Sendable {
  /// For people, without the name of the program.
  package let text: String
  package let exitCode: Int32

  package init(_ text: String, _ exitCode: Int32) {
    self.text = text
    self.exitCode = exitCode
  }

  /// A command line that cannot be read (`EX_USAGE`).
  package init(_ error: UsageError) {
    // On a line of its own: what stands before may be a command to copy.
    self.init(error.text + "\nSee: mcp-proxy help", 64)
  }
}

extension PosixKernel {
  /// What a command reaches the system with.
  static func forCommand() throws(CommandFailure) -> PosixKernel {
    do throws(SystemError) {
      return try PosixKernel()
    } catch {
      throw CommandFailure("\(error)", 74)
    }
  }
}
