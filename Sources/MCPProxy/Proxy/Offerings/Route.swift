import MCPProtocol

/// Where a call goes: the tool's own endpoint, then those that may stand in for it.
package final class Route: Sendable {
  /// The name the client uses.
  package let name: String
  package let endpoint: Endpoint
  package let tool: ToolReference
  package let effect: Effect
  package let schemaHash: UInt64
  /// Endpoints to try next, in order.
  package let standIns: [Endpoint]
  package let timeout: TimeSpan
  /// Where extension by progress ends.
  package let longest: TimeSpan

  package init(
    name: String,
    endpoint: Endpoint,
    tool: ToolReference,
    effect: Effect,
    schemaHash: UInt64,
    standIns: [Endpoint],
    timeout: TimeSpan,
    longest: TimeSpan
  ) {
    self.name = name
    self.endpoint = endpoint
    self.tool = tool
    self.effect = effect
    self.schemaHash = schemaHash
    self.standIns = standIns
    self.timeout = timeout
    self.longest = longest
  }
}
