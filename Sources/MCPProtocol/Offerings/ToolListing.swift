/// One server's tools, gathered page by page (MCP 2025-11-25, pagination).
///
/// What a server may list is limited: all of it goes to the client in one line, and clients close
/// the connection over a line that is too long.
package struct ToolListing: Sendable {
  package private(set) var tools: [ToolEntry] = []
  package private(set) var hasMore = false
  /// The server gave no list, or not all of it: what was known of its tools is not replaced.
  package private(set) var hasFailed = false
  /// The params that ask for the next page; `nil` for the first.
  package private(set) var nextParameters: [UInt8]?
  private var mended = Warnings()
  /// Why not everything was taken.
  private var ending: String?
  private var cursors: Set<[UInt8]> = []
  private var names = NameTable<Bool>()
  /// Entries looked at, tools or not.
  private var entries = 0
  /// Bytes of the tools taken.
  private var size = 0

  package init() {}

  /// What had to be mended or dropped.
  package var warnings: [String] { mended.lines + (ending.map { [$0] } ?? []) }

  /// Takes the answer to a tools/list; an error ends the list.
  package mutating func add(_ line: [UInt8], _ envelope: Envelope) {
    hasMore = false
    guard envelope.kind == .result else { return refused(line, envelope) }
    let parts = JSONOutline.members(["tools", "nextCursor"], of: line, envelope.body)
    guard let list = parts[0].flatMap({ Self.elements(of: line, $0) }) else {
      return fail("answered tools/list without a list of tools")
    }
    guard take(list, of: line), let next = parts[1] else { return }
    // An empty cursor is a cursor; only its absence or null ends the list. It is the server's own:
    // given back as it came, not decoded and written anew.
    let cursor = line[next]
    guard cursor.first == UInt8(ascii: "\"") else { return }
    guard cursor.count <= Bounds.cursor, cursors.insert(Array(cursor)).inserted,
      cursors.count < Bounds.pages
    else {
      ending = "its list of tools does not end; what came so far counts"
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

  private mutating func refused(_ line: [UInt8], _ envelope: Envelope) {
    // So a server says that it has no tools at all.
    if envelope.errorCode == -32601, nextParameters == nil { return }
    let message = JSONOutline.string("message", of: line, envelope.body)
    fail("refused to list its tools: \(message?.excerpt(200) ?? "no reason given")")
  }

  private mutating func fail(_ problem: String) {
    hasFailed = true
    ending = "it \(problem); those it listed before stay listed"
  }

  /// Reads back a list that was written with `ToolEntry.write`, under the same limits; `nil` if it
  /// is none.
  package static func read(_ bytes: [UInt8], _ range: Range<Int>) -> ToolListing? {
    guard let list = elements(of: bytes, range) else { return nil }
    var listing = ToolListing()
    _ = listing.take(list, of: bytes)
    return listing
  }

  /// One more than is allowed, so that there being more shows.
  private static func elements(of bytes: [UInt8], _ range: Range<Int>) -> [Range<Int>]? {
    JSONOutline.elements(of: bytes, range, most: Bounds.entries + 1)
  }

  /// Takes entries that stand in `bytes`; false if a limit ends the list.
  private mutating func take(_ list: [Range<Int>], of bytes: [UInt8]) -> Bool {
    var reader = ToolEntryReader(bytes, mended)
    defer { mended = reader.warnings }
    for range in list {
      entries += 1
      guard entries <= Bounds.entries else {
        ending = "it lists more than \(Bounds.entries) tools; the rest is left out"
        return false
      }
      guard let tool = reader.read(range) else { continue }
      guard names[tool.name] == nil else {
        reader.warn("is listed twice; the first one counts", tool.name)
        continue
      }
      names[tool.name] = true
      let toolSize = tool.size(as: tool.name)
      guard size + toolSize <= Bounds.list else {
        let limit = Bounds.list >> 20
        ending = "its tools have more than \(limit) MB together; the rest is left out"
        return false
      }
      size += toolSize
      tools.append(tool)
    }
    return true
  }
}
