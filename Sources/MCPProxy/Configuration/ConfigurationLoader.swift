import MCPProtocol

/// Reads `mcp-proxy.json`: a pure function of its bytes and of what surrounds it.
///
/// A bad entry becomes an unusable endpoint with a reason and never stops the others.
package struct ConfigurationLoader {
  private let bytes: [UInt8]
  private let path: String
  private let expander: VariableExpander

  /// `path` is the file's; relative ones start at the working directory.
  package init(bytes: [UInt8], path: String, surroundings: Surroundings) {
    self.bytes = bytes
    self.path = FilePath.resolve(
      path,
      in: surroundings.workingDirectory,
      home: surroundings.home
    )
    expander = VariableExpander(
      surroundings: surroundings,
      folder: FilePath.folder(of: self.path)
    )
  }

  /// The configuration is `nil` only if the file is no JSON or has no list of servers.
  package func load() -> (configuration: Configuration?, problems: [ConfigurationProblem]) {
    var reader = ConfigurationReader(bytes)
    let configuration = configuration(&reader)
    return (configuration, reader.problems.sorted)
  }

  private func configuration(_ reader: inout ConfigurationReader) -> Configuration? {
    guard let root = root(&reader) else { return nil }
    let others = reader.fields(root.others, .root, path: "")
    for list in root.unread {
      let message = "\"\(list.name)\" is ignored: the servers are those of another key"
      reader.problems.report(.warning, .conflict, at: list.nameRange.lowerBound, message)
    }
    let defaults = PolicyBuilder.fold(others.fields("defaults") ?? ConfigurationFields())
    // Alone first, so that what is wrong in the defaults is nobody's error.
    _ = PolicyBuilder(fields: defaults, path: "defaults").policy(&reader.problems)

    var configuration = Configuration()
    configuration.path = path
    configuration.proxy = ProxySettingsBuilder(
      fields: others.fields("proxy") ?? ConfigurationFields(),
      expander: expander
    ).settings(&reader.problems)
    configuration.budget = AccountsBuilder.budget(others, &reader.problems)
    configuration.serviceLevel = AccountsBuilder.serviceLevel(others)
    var fields: [String: ConfigurationFields] = [:]
    for member in root.entries {
      let endpoint = endpoint(member, defaults, &fields, &reader)
      if let endpoint { configuration.endpoints.append(endpoint) }
    }
    reader.problems.endpoint = nil
    EndpointRelations(endpoints: configuration.endpoints, fields: fields).check(&reader.problems)
    warnOfAccounts(others, configuration.endpoints.compactMap { fields[$0.name] }, &reader.problems)
    configuration.chaos = ChaosBuilder(
      fields: others.fields("chaos") ?? ConfigurationFields(),
      endpoints: configuration.endpoints.map(\.name)
    ).settings(&reader.problems)
    markUnusable(&configuration.endpoints, reader.problems)
    return configuration
  }

  private func root(_ reader: inout ConfigurationReader) -> RootMembers? {
    let document: JSONDocument
    do {
      document = try JSONDocument.parse(bytes, dialect: .commented)
    } catch {
      reader.problems.report(.error, .json, at: error.offset, error.reason.rawValue)
      return nil
    }
    let offset = document.root.range.lowerBound
    guard let members = document.root.members else {
      let message = "the file must be an object, not \(document.root.words)"
      reader.problems.report(.error, .type, at: offset, message)
      return nil
    }
    guard let root = RootMembers(members) else {
      _ = reader.fields(members, .root, path: "")
      let message = "there is no \"mcpServers\" with the servers to use"
      reader.problems.report(.error, .missing, at: offset, message)
      return nil
    }
    return root
  }

  private func endpoint(
    _ member: JSONMember,
    _ defaults: ConfigurationFields,
    _ fields: inout [String: ConfigurationFields],
    _ reader: inout ConfigurationReader
  ) -> EndpointConfiguration? {
    let (name, offset) = (member.name, member.nameRange.lowerBound)
    if name.isEmpty || fields[name] != nil {
      reader.problems.endpoint = nil
      let message = name.isEmpty ? "a server needs a name" : "there are two servers \"\(name)\""
      reader.problems.report(.error, .duplicate, at: offset, message)
      return nil
    }
    reader.problems.endpoint = name
    guard let members = member.value.members else {
      let message = "mcpServers.\(name) must be an object, not \(member.value.words)"
      reader.problems.report(.error, .type, at: member.value.range.lowerBound, message)
      fields[name] = ConfigurationFields()
      return EndpointConfiguration(name: name, launch: .unusable(reason: message))
    }
    var own = reader.fields(members, .endpoint, path: "mcpServers.\(name)")
    own.entryOffset = offset
    fields[name] = own
    return EndpointBuilder(
      name: name,
      fields: own,
      defaults: defaults,
      expander: expander,
      offset: offset
    ).endpoint(&reader.problems)
  }

  /// One warning for all of them, at the first.
  private func warnOfAccounts(
    _ root: ConfigurationFields,
    _ entries: [ConfigurationFields],
    _ problems: inout ProblemList
  ) {
    let offsets = ([root] + entries).flatMap { fields in
      ["budget", "slo"].compactMap { fields.fields($0) == nil ? nil : fields[$0]?.nameOffset }
    }
    guard let first = offsets.min() else { return }
    let message = "budget and slo are recorded but not enforced by this version"
    problems.report(.warning, .notEnforced, at: first, message)
  }

  private func markUnusable(_ endpoints: inout [EndpointConfiguration], _ problems: ProblemList) {
    for index in endpoints.indices {
      guard let error = problems.firstError(of: endpoints[index].name) else { continue }
      let file = FilePath.lastComponent(path)
      let reason = "\(error.message) (\(file):\(error.line):\(error.column))"
      endpoints[index].launch = .unusable(reason: reason)
    }
  }
}
