/// One server's tools, gathered page by page (MCP 2025-11-25, pagination).
package struct ToolListing: Sendable {
  package private(set) var tools: [ToolEntry] = []
  /// What had to be mended or dropped.
  package private(set) var warnings: [String] = []
  package private(set) var hasMore = false
  /// The params that ask for the next page; `nil` for the first.
  package private(set) var nextParameters: [UInt8]?
  private var cursors: Set<[UInt8]> = []
  private var names: Set<String> = []

  /// Pages after which a server is taken to go round in circles.
  private static let mostPages = 200
  private static let mostTools = 4096

  package init() {}

  /// Takes the answer to a tools/list; an error ends the list where it is.
  package mutating func add(_ line: [UInt8], _ envelope: Envelope) {
    hasMore = false
    guard envelope.kind == .result, let page = try? JSONDocument(line, range: envelope.body).root
    else {
      // A server without tools says so in many ways; none of them is worth a warning.
      if envelope.errorCode != -32601 { warnings.append("it refused to list its tools") }
      return
    }
    var reader = ToolEntryReader(line)
    defer { warnings += reader.warnings }
    for node in page["tools"]?.array ?? [] {
      guard tools.count < Self.mostTools else {
        warnings.append("it lists more than \(Self.mostTools) tools; the rest is left out")
        return
      }
      guard let tool = reader.read(node) else { continue }
      guard names.insert(tool.name).inserted else {
        warnings.append("tool \"\(tool.name)\" is listed twice; the first one counts")
        continue
      }
      tools.append(tool)
    }
    // An empty cursor is a cursor; only its absence or null ends the list.
    guard let next = page["nextCursor"], next.string != nil else { return }
    // It is the server's own: given back as it came, not decoded and written anew.
    let cursor = next.text(in: line)
    guard cursors.insert(Array(cursor)).inserted, cursors.count < Self.mostPages else {
      warnings.append("its list of tools does not end; what came so far counts")
      return
    }
    hasMore = true
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("cursor")
    writer.raw(cursor)
    writer.endObject()
    nextParameters = writer.bytes
  }

  /// Reads tools back from what `write` made of them.
  package static func read(_ node: JSONNode, _ bytes: [UInt8]) -> [ToolEntry] {
    var reader = ToolEntryReader(bytes)
    return (node.array ?? []).compactMap { reader.read($0) }
  }
}
