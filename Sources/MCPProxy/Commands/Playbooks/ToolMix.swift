/// Which tool the next call of a playbook is for.
struct ToolMix {
  /// Of the server under test.
  private let safe: [PlayedTool]
  private let unsafe: [PlayedTool]
  /// Of the other servers, which the fault must not touch.
  private let others: [PlayedTool]

  /// `nil` if the server under test has nothing that may be called.
  ///
  /// Real servers are only asked for what their annotations call read-only.
  init?(_ tools: [PlayedTool], of target: String, _ configuration: Configuration, isReal: Bool) {
    let callable = tools.filter { !isReal || $0.isReadOnly }
    let own = callable.filter { Self.owner(of: $0.name, configuration) == target }
    safe = own.filter(\.isSafe)
    unsafe = own.filter { !$0.isSafe }
    others = callable.filter { tool in tool.isSafe && !own.contains(tool) }
    if own.isEmpty { return nil }
  }

  /// The tool of the call with this number: of ten calls one goes to another server, one to a tool
  /// that is not safe, the rest to safe ones, mostly the first.
  func tool(_ number: Int) -> PlayedTool {
    let turn = number / 10
    switch number % 10 {
    case 3 where !others.isEmpty: return others[turn % others.count]
    case 6 where !unsafe.isEmpty, _ where safe.isEmpty: return unsafe[turn % unsafe.count]
    case 4, 8: return safe[(turn + 1) % safe.count]
    default: return safe[0]
    }
  }

  /// The listed server whose prefix a name has; the longest of several.
  private static func owner(of name: String, _ configuration: Configuration) -> String? {
    let separator = configuration.proxy.separator
    return configuration.endpoints.filter { endpoint in
      guard case .process = endpoint.launch, !endpoint.hidden, !endpoint.disabled else {
        return false
      }
      return endpoint.prefix.isEmpty || name.hasPrefix(endpoint.prefix + separator)
    }.max { $0.prefix.count < $1.prefix.count }?.name
  }
}
