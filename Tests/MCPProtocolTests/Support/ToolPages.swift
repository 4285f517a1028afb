import MCPProtocol

extension ToolListing {
  /// Takes a page with these entries, and the cursor token if there is one.
  mutating func add(page tools: String, cursor: String? = nil) throws {
    let next = cursor.map { #","nextCursor":\#($0)"# } ?? ""
    try add(line: #"{"jsonrpc":"2.0","id":1,"result":{"tools":[\#(tools)]\#(next)}}"#)
  }

  mutating func add(line: String) throws {
    add(line.bytes, try EnvelopeParser.parse(line.bytes.span))
  }

  /// A listing of one page.
  static func page(_ tools: String) throws -> ToolListing {
    var listing = ToolListing()
    try listing.add(page: tools)
    return listing
  }
}

extension ToolEntry {
  var text: String {
    var writer = JSONWriter()
    write(as: name, to: &writer)
    return writer.bytes.text
  }
}
