extension Rehearsal {
  /// The configuration with the entries that lack nothing but a variable.
  ///
  /// A token is not needed to play with stand-ins, and where playbooks run there often is none.
  package static func playable(
    _ configuration: Configuration,
    _ problems: [ConfigurationProblem]
  ) -> Configuration {
    var configuration = configuration
    for index in configuration.endpoints.indices {
      guard case .unusable = configuration.endpoints[index].launch else { continue }
      let name = configuration.endpoints[index].name
      let own = problems.filter { $0.endpoint == name }
      if own.contains(where: { $0.code == .variable }), !own.contains(where: \.isFault) {
        configuration.endpoints[index].launch = .process(Command(name))
      }
    }
    return configuration
  }
}

extension ConfigurationProblem {
  /// Whether the entry is wrong wherever it is used.
  fileprivate var isFault: Bool { severity == .error && code != .variable }
}
