import MCPProtocol

/// The tools of another server, as its stored list has them.
package struct ExampleImitation: Equatable, Sendable {
  /// The result of `tools/list`.
  let list: [UInt8]
  let names: Set<String>

  /// `nil` if the bytes hold no list of tools.
  init?(_ bytes: [UInt8]) {
    guard let document = try? JSONDocument.parse(bytes), let tools = document.root["tools"],
      let entries = tools.array
    else { return nil }
    names = Set(entries.compactMap { $0["name"]?.string })
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("tools")
    writer.raw(tools.text(in: bytes))
    writer.endObject()
    list = writer.bytes
  }
}
