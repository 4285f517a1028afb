import MCPProxy
import Testing

/// Holds the schema against the loader: what editors mark as wrong and what `check` does.
struct SchemaAgreementTests {
  private static let values = [
    "null", "true", "false", "0", "1", "5", "-1", "0.5", "1e300", "[]", "[1]", #"["a"]"#,
    #"["a",null]"#, "{}", #"{"a":null}"#, #"{"a":1}"#, #"{"a":{"safe":true}}"#,
    #"{"unheardOf":1}"#, "\"\"", #""a""#, #""5s""#, #""60""#, #""16MB""#, #""60/min""#,
    #""5/s""#, #""10/30s""#,
  ]

  /// Whether the schema says it too; it cannot say how keys depend on one another, nor what texts
  /// stand for.
  private static func isInSchema(_ error: String, of value: String) -> Bool {
    ["[CONFIG_TYPE]", "[CONFIG_UNKNOWN_KEY]"].contains { error.hasSuffix($0) }
      || error.contains(" is none of ")
      || error.contains(" between ") && !value.hasPrefix("\"")
  }

  /// The files of lists of servers are below.
  @Test(arguments: ConfigurationTableTests.spellings.filter { $0.1.name != "mcpServers" })
  func `the schema and the loader accept the same`(
    section: ConfigurationSection,
    key: ConfigurationKey
  ) throws {
    let schema = try SchemaReading(ConfigurationSchema.text)
    for name in [key.name] + key.synonyms {
      for value in Self.values + [key.example] + [key.standard].compactMap(\.self) {
        let beside =
          section == .endpoint && key.name != "command"
          ? #","command":"x""# : section == .rateLimit && key.name != "calls" ? #","calls":1"# : ""
        let text = ConfigurationTableTests.file(section, #""\#(name)":\#(value)\#(beside)"#)
        let errors = Loading(text).problems.filter { $0.contains(" error: ") }
        if try schema.accepts(text) {
          #expect(errors.filter { Self.isInSchema($0, of: value) } == [], "\(text)")
        } else {
          #expect(!errors.isEmpty, "\(text)")
        }
      }
    }
  }

  @Test(arguments: [
    #"{"mcpServers":{"a":{"command":"x"}}}"#,
    #"{"mcp":{"servers":{"a":{"command":"x"}},"timeout":5}}"#,
    #"{"mcpServers":{"servers":{"a":{"command":"x"}}}}"#,
    #"{"servers":{"servers":{"command":"x"}}}"#,
    #"{"a":{"command":"x"}}"#,
    #"{"mcpServers":{"a":{"type":null,"command":null,"url":"https://x.example","args":null,"#
      + #""env":null,"envVars":null,"envFile":null,"cwd":null,"headers":null}}}"#,
  ])
  func `the schema takes every shape of a file`(text: String) throws {
    let loading = Loading(text)
    #expect(loading.configuration?.endpoints.count == 1)
    #expect(loading.problems.filter { $0.contains(" error: ") } == [])
    #expect(try SchemaReading(ConfigurationSchema.text).accepts(text))
  }

  @Test(arguments: [
    #"{"mcp":{"servers":{"a":{"comand":"x"}}}}"#, #"{"mcpServers":{"a":5}}"#,
    #"{"mcpServers":{"a":{"command":"x","unheardOf":1}}}"#, #"{"mcpServers":5}"#,
  ])
  func `the schema refuses what the loader refuses`(text: String) throws {
    #expect(Loading(text).problems.contains { $0.contains(" error: ") })
    #expect(try !SchemaReading(ConfigurationSchema.text).accepts(text))
  }
}
