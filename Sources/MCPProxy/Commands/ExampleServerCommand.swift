/// `mcp-proxy example-server`: a server that can misbehave, and reads its options itself.
package struct ExampleServerCommand: Subcommand, Equatable {
  package static let name = "example-server"
  package static let summary = [SummaryLine("[OPTIONS]", "a server that can misbehave")]
  package static var help: String { String(ExampleOptions.usage.dropLast()) }

  package let words: [String]

  package static func reading(_ words: [String]) -> any Subcommand { Self(words: words) }

  package func run() -> Int32 { ExampleServer.run(words) }
}
