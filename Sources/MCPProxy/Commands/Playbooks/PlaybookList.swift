import MCPProtocol

/// What there is to play.
enum PlaybookList {
  /// For people.
  static var text: String {
    let page = TextPage(isColoured: false)
    return Playbook.all.map { playbook in
      page.paragraph(playbook.hypothesis, label: "  \(playbook.name)", indent: 20)
    }.joined() + "\n  mcp-proxy chaos --playbook NAME   (docs/chaos.md)\n"
  }

  /// The same as one line of JSON.
  static var json: String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("schema")
    writer.int(1)
    writer.key("data")
    writer.beginArray()
    for playbook in Playbook.all {
      writer.beginObject()
      writer.key("playbook")
      writer.string(playbook.name)
      writer.key("hypothesis")
      writer.string(playbook.hypothesis)
      writer.key("pass")
      writer.beginArray()
      for criterion in playbook.criteria { writer.string(criterion.text) }
      writer.endArray()
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    writer.endLine()
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
