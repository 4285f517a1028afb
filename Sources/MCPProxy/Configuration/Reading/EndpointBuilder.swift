import MCPProtocol

/// Makes an `EndpointConfiguration` out of the fields of one entry.
struct EndpointBuilder {
  let name: String
  /// Of the entry alone.
  let fields: ConfigurationFields
  let defaults: ConfigurationFields
  let expander: VariableExpander
  /// Where the entry stands.
  let offset: Int

  func endpoint(_ problems: inout ProblemList) -> EndpointConfiguration {
    let isDisabled = fields.flag("disabled") ?? false
    let launch = LaunchBuilder(expander: expander, fields: fields)
      .launch(&problems, at: offset, isDisabled: isDisabled)
    var endpoint = EndpointConfiguration(name: name, launch: launch)
    endpoint.disabled = isDisabled
    endpoint.hidden = fields.flag("hidden") ?? false
    endpoint.lazy = fields.flag("lazy") ?? false
    endpoint.prefix = prefix(&problems)
    endpoint.era = era(&problems)
    endpoint.includeTools = includeTools(&problems)
    endpoint.excludeTools = (fields.texts("excludeTools") ?? []).map(\.text)
    for fallback in fields.texts("fallback") ?? []
    where !endpoint.fallback.contains(fallback.text) {
      endpoint.fallback.append(fallback.text)
    }
    let merged = PolicyBuilder.fold(fields).over(defaults)
    let path = "mcpServers.\(name)"
    endpoint.policy = PolicyBuilder(fields: merged, path: path).policy(&problems)
    endpoint.cost = AccountsBuilder.cost(fields, &problems)
    endpoint.budget = AccountsBuilder.budget(fields, &problems)
    endpoint.serviceLevel = AccountsBuilder.serviceLevel(fields)
    endpoint.tools = tools(&problems)
    return endpoint
  }

  /// The name where nothing is set: clients accept few characters, names may have any.
  private func prefix(_ problems: inout ProblemList) -> String {
    guard let field = fields["prefix"], let prefix = fields.text("prefix") else {
      return String(name.map { Self.isToolCharacter($0) ? $0 : "_" })
    }
    if !prefix.allSatisfy(Self.isToolCharacter) || prefix.count > 32 {
      let message = "prefix \"\(prefix)\" is not 0 to 32 of A-Z a-z 0-9 _ -"
      problems.report(.error, .range, at: field.offset, message)
    }
    return prefix
  }

  static func isToolCharacter(_ character: Character) -> Bool {
    character.isASCII
      && (character.isLetter || character.isNumber || character == "_" || character == "-")
  }

  private func era(_ problems: inout ProblemList) -> EraChoice {
    let era = fields.text("era").flatMap(EraChoice.init) ?? .auto
    if era == .stateless, let field = fields["era"] {
      let message = "this version speaks the handshake era only"
      problems.report(.warning, .notSupported, at: field.offset, message)
    }
    return era
  }

  /// A list under `tools` is what Copilot calls `includeTools`.
  private func includeTools(_ problems: inout ProblemList) -> [String]? {
    let included = fields.texts("includeTools")?.map(\.text)
    guard let field = fields["tools"], let listed = fields.texts("tools") else { return included }
    if included != nil {
      let message = "the list of tools is ignored beside includeTools"
      problems.report(.warning, .conflict, at: field.nameOffset, message)
      return included
    }
    return listed.map(\.text)
  }

  private func tools(_ problems: inout ProblemList) -> NameTable<ToolPolicy> {
    var tools = NameTable<ToolPolicy>()
    for entry in fields.map("tools") {
      guard case .fields(let section) = entry.field.value else { continue }
      var tool = ToolPolicy()
      tool.safe = section.flag("safe")
      tool.timeout = section.span("timeout")
      tool.rateLimit = PolicyBuilder(
        fields: section,
        path: "mcpServers.\(name).tools.\(entry.name)"
      )
      .rateLimit(&problems)
      tools[entry.name] = tool
    }
    return tools
  }
}
