/// An option as people write it and read about it.
package struct OptionDeclaration: Equatable, Sendable {
  /// What stands behind its name.
  package enum Argument: Equatable, Sendable {
    case nothing
    case value
    /// The next word, unless that is an option.
    case valueIfAny
    /// All words to the end of the line, options or not.
    case allBehind
  }

  /// With its hyphens.
  package let name: String
  /// One letter with its hyphen; `nil`: there is no short form.
  package let short: String?
  package let takes: Argument
  /// What stands for the value in a help, as in `FILE`; empty without one.
  package let placeholder: String
  /// What it does, for people.
  package let help: String

  /// The words that mean it.
  package var names: [String] { [short, name].compactMap(\.self) }

  /// What stands before its line in a help.
  var label: String {
    let value = takes == .valueIfAny ? "[\(placeholder)]" : placeholder
    return names.joined(separator: ", ") + (value.isEmpty ? "" : " \(value)")
  }
}

/// An option of a command, and what it changes there.
package struct CommandOption<Target>: Sendable {
  package let declaration: OptionDeclaration
  /// Is given the words that stand behind the name: one or none, or all.
  let apply: @Sendable (inout Target, [String]) throws(UsageError) -> Void

  /// One that is there or not.
  package static func flag(
    _ name: String,
    short: String? = nil,
    _ help: String,
    _ apply: @escaping @Sendable (inout Target) -> Void
  ) -> Self {
    Self(
      declaration: OptionDeclaration(
        name: name,
        short: short,
        takes: .nothing,
        placeholder: "",
        help: help
      )
    ) { target, _ throws(UsageError) in apply(&target) }
  }

  /// One with a value, as the next word or behind "="; `nil`: the line ended.
  package static func value(
    _ name: String,
    short: String? = nil,
    _ placeholder: String,
    isOptional: Bool = false,
    _ help: String,
    _ apply: @escaping @Sendable (inout Target, String?) throws(UsageError) -> Void
  ) -> Self {
    Self(
      declaration: OptionDeclaration(
        name: name,
        short: short,
        takes: isOptional ? .valueIfAny : .value,
        placeholder: placeholder,
        help: help
      )
    ) { target, words throws(UsageError) in try apply(&target, words.first) }
  }

  /// One with a whole number that is not negative.
  package static func number(
    _ name: String,
    _ help: String,
    _ apply: @escaping @Sendable (inout Target, UInt64) -> Void
  ) -> Self {
    value(name, "N", help) { target, word throws(UsageError) in
      guard let word, let number = UInt64(word) else {
        throw UsageError(text: "\(name) needs a number, not \"\(word ?? "")\"")
      }
      apply(&target, number)
    }
  }

  /// `--`: whatever follows is not for this program; at least one word.
  package static func allBehind(
    _ placeholder: String,
    missing: String,
    _ help: String,
    _ apply: @escaping @Sendable (inout Target, [String]) -> Void
  ) -> Self {
    Self(
      declaration: OptionDeclaration(
        name: "--",
        short: nil,
        takes: .allBehind,
        placeholder: placeholder,
        help: help
      )
    ) { target, words throws(UsageError) in
      guard !words.isEmpty else { throw UsageError(text: "\(missing) is missing behind \"--\"") }
      apply(&target, words)
    }
  }

  /// The configuration to work with.
  package static func configuration(
    _ help: String,
    _ apply: @escaping @Sendable (inout Target, String) -> Void
  ) -> Self {
    value("--config", short: "-c", "FILE", help) { target, path throws(UsageError) in
      // An empty one is a variable of a shell that is not set, and no wish for another file.
      guard let path, !path.isEmpty else { throw UsageError(text: "--config needs a file") }
      apply(&target, path)
    }
  }
}
