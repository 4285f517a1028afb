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
    [RehearseCommand.name, playbook.name, server, "\(seed)", isReal ? "real" : "stand-ins"]
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
