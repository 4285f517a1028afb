/// Reads the words behind a command's name by the options it declares.
package struct OptionParser<Command: OptionedCommand>: Sendable {
  private let options: [CommandOption<Command>]

  package init(_ options: [CommandOption<Command>]) {
    self.options = options
  }

  /// The command that was asked for; `nil`: its help.
  package func read(_ words: [String]) throws(UsageError) -> Command? {
    var command = Command()
    var rest = words[...]
    // First: what stands behind it is for somebody else, even if it is called --help.
    if let all = options.first(where: { $0.declaration.takes == .allBehind }),
      let marker = rest.firstIndex(of: all.declaration.name)
    {
      try all.apply(&command, Array(rest[(marker + 1)...]))
      rest = rest[..<marker]
    }
    while let word = rest.popFirst() {
      if word == "--help" || word == "-h" { return nil }
      if let option = options.first(where: { $0.declaration.names.contains(word) }) {
        try option.apply(&command, values(of: option.declaration, &rest))
      } else if let (option, value) = joined(word) {
        try option.apply(&command, [value])
      } else if word.hasPrefix("-") {
        throw UsageError(unexpected: word)
      } else {
        try command.take(word)
      }
    }
    try command.validate()
    return command
  }

  /// Takes what belongs to an option from the words behind it.
  private func values(
    of option: OptionDeclaration,
    _ rest: inout ArraySlice<String>
  ) -> [String] {
    switch option.takes {
    case .nothing, .allBehind: return []
    // Whatever it looks like: a file may be called --json.
    case .value: break
    case .valueIfAny: if rest.first?.hasPrefix("-") != false { return [] }
    }
    return [rest.popFirst()].compactMap(\.self)
  }

  /// The option and the value of `--option=value`.
  private func joined(_ word: String) -> (CommandOption<Command>, String)? {
    for option in options where [.value, .valueIfAny].contains(option.declaration.takes) {
      let start = "\(option.declaration.name)="
      if word.hasPrefix(start) { return (option, String(word.dropFirst(start.count))) }
    }
    return nil
  }
}
