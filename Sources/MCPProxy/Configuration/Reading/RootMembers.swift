import MCPProtocol

/// The root of a file, taken apart: the entries, and everything else.
struct RootMembers {
  let entries: [JSONMember]
  let others: [JSONMember]
  /// Further lists of servers under other names, which are not read.
  private(set) var unread: [JSONMember] = []

  private static let launchKeys: Set<String> = ["cmd", "command", "httpUrl", "serverUrl", "url"]

  /// `nil` if there is nothing that could be a list of servers.
  init?(_ members: [JSONMember]) {
    let key = ConfigurationSection.root.key("mcpServers")
    let names = [key?.name ?? ""] + (key?.synonyms ?? [])
    for name in names {
      guard let found = members.first(where: { $0.name == name }) else { continue }
      guard let list = Self.list(found.value) else { continue }
      entries = list
      unread = members.filter { names.contains($0.name) && $0.nameRange != found.nameRange }
      others = members.filter { !names.contains($0.name) }
      return
    }
    // A bare map of entries, as in `.agents/mcp.json`.
    entries = members.filter { Self.isEntry($0.value) }
    if entries.isEmpty { return nil }
    others = members.filter { !Self.isEntry($0.value) }
  }

  /// opencode and the settings of VS Code have one more level: `mcp.servers`.
  private static func list(_ node: JSONNode) -> [JSONMember]? {
    guard let inner = node["servers"], let members = inner.members, !isEntry(inner) else {
      return node.members
    }
    return members
  }

  private static func isEntry(_ node: JSONNode) -> Bool {
    node.members?.contains { launchKeys.contains($0.name) } ?? false
  }
}
