/// `mcp-proxy --reaper`: the companion that the proxy starts for itself.
package struct ReaperCommand: Subcommand, Equatable {
  package static let name = "--reaper"

  package static func reading(_ words: [String]) -> any Subcommand { Self() }

  package func run() -> Int32 { Reaper.run() }
}
