import MCPProxy
import Testing

// An endpoint with two servers.
extension EndpointStage {
  /// Both servers are up; `change` is what is not usual about the endpoint.
  static func runTwo(
    _ change: @escaping @Sendable (inout EndpointConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (EndpointStage) async throws -> Void
  ) throws {
    try run(
      links: 2,
      {
        $0.policy.restart.max = 1
        change(&$0)
      }
    ) { stage in
      try await stage.openBoth()
      try await body(stage)
    }
  }

  /// The first cannot be started for a while, so that the second is; then both are up.
  func openBoth() async throws {
    links[0].launch = .launchFailed("no luck")
    demandStart()
    await pass(.seconds(1))
    demandStart()
    links[0].launch = .launched
    await turn()
    opens(links[1])
    await pass(.seconds(300))
    demandStart()
    await turn()
    opens(links[0])
    await turn()
    try #require(links.allSatisfy { $0.requests("tools/list").count == 1 })
  }
}
