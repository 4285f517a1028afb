/// What `mcp-proxy chaos` is asked to do.
package struct PlaybookOptions: Equatable, Sendable {
  /// `nil`: the list of playbooks.
  package var playbook: Playbook?
  /// The server under test; `nil`: each listed one in turn.
  package var server: String?
  package var isReal = false
  package var seed: UInt64 = 1

  package init() {}
}

/// A proxy that a playbook starts for itself: this program with `--rehearse`.
package struct RehearsalOptions: Equatable, Sendable {
  package var playbook: Playbook
  package var server: String
  package var seed: UInt64
  package var isReal: Bool
  package var configuration: String
  package var ledger: String
  /// The folder of the user's stored lists of tools.
  package var catalog: String

  package var arguments: [String] {
    ["--rehearse", playbook.name, server, "\(seed)", isReal ? "real" : "stand-ins"]
      + [configuration, ledger, catalog]
  }

  package init(
    _ rehearsal: Rehearsal,
    configuration: String,
    ledger: String,
    catalog: String
  ) {
    playbook = rehearsal.playbook
    server = rehearsal.target
    seed = rehearsal.seed
    isReal = rehearsal.isReal
    self.configuration = configuration
    self.ledger = ledger
    self.catalog = catalog
  }

  /// Reads what `arguments` wrote, without its first word; `nil` for anything else.
  package init?(_ words: [String]) {
    guard words.count == 7, let playbook = Playbook(named: words[0]), let seed = UInt64(words[2])
    else { return nil }
    self.playbook = playbook
    server = words[1]
    self.seed = seed
    isReal = words[3] == "real"
    (configuration, ledger, catalog) = (words[4], words[5], words[6])
  }

  package var rehearsal: Rehearsal {
    Rehearsal(playbook: playbook, target: server, seed: seed, isReal: isReal)
  }
}

extension Arguments {
  /// Reads one option of `chaos`; false if it is none of them.
  mutating func readPlaybookOption(
    _ option: String,
    _ rest: inout ArraySlice<String>
  ) throws(UsageError) -> Bool {
    guard case .chaos(var options) = action else { return false }
    switch option {
    case "--list": options.playbook = nil
    case "--real": options.isReal = true
    case "--playbook":
      let name = rest.popFirst() ?? ""
      let known = Playbook.all.map(\.name)
      guard let playbook = Playbook(named: name) else {
        let clause = Suggestion.clause(for: name, in: known)
        throw UsageError(
          text: "no playbook \"\(name)\""
            + (clause.isEmpty ? ", there are \(known.joined(separator: ", "))" : clause)
        )
      }
      options.playbook = playbook
    case "--server":
      guard let name = rest.popFirst() else { throw UsageError(text: "--server needs a name") }
      options.server = name
    case "--seed":
      let value = rest.popFirst() ?? ""
      guard let seed = UInt64(value) else {
        throw UsageError(text: "--seed needs a number, not \"\(value)\"")
      }
      options.seed = seed
    default: return false
    }
    action = .chaos(options)
    return true
  }
}
