package import MCPProtocol

extension EndpointConfiguration {
  /// Whether a tool as this endpoint lists it may be carried out twice.
  package func effect(of tool: ToolEntry) -> Effect {
    Effect(
      declared: tools[tool.name]?.safe,
      trustsServer: policy.trustsAnnotations,
      serverSaysSafe: tool.isReadOnly || tool.isIdempotent
    )
  }
}
