/// `mcp-proxy schema`: prints the schema of the configuration.
package struct SchemaCommand: OptionedCommand, Equatable {
  package static let name = "schema"
  package static let summary = [SummaryLine("", "the JSON Schema of mcp-proxy.json")]
  package static let purpose = """
    Prints the JSON Schema (draft-07) of mcp-proxy.json, by which editors complete
    and explain its keys.
    """
  package static let examples = ["mcp-proxy schema > mcp-proxy.schema.json"]

  package init() {}

  package func run() -> Int32 {
    Host.print(ConfigurationSchema.text)
    return 0
  }
}
