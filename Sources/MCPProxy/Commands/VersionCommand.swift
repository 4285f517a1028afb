import MCPProtocol

/// `mcp-proxy version`: prints the version.
package struct VersionCommand: OptionedCommand, Equatable {
  package static let name = "version"
  package static let standIns = ["--version", "-V"]
  package static let summary = [SummaryLine("[--json]", "version and protocol revisions")]
  package static let purpose = "Prints the version."
  package static let options: [CommandOption<Self>] = [
    .flag("--json", "one object of JSON, with the protocol revisions") { $0.isJSON = true }
  ]

  package var isJSON = false

  package init() {}

  package func run() -> Int32 {
    Host.print(isJSON ? json : "mcp-proxy \(Version.number) (Swift stdio MCP proxy)\n")
    return 0
  }

  private var json: String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("name")
    writer.string("mcp-proxy")
    writer.key("version")
    writer.string(Version.number)
    writer.key("protocol")
    writer.beginArray()
    for revision in ProtocolVersion.handshakeVersions { writer.string(revision.rawValue) }
    writer.endArray()
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self) + "\n"
  }
}
