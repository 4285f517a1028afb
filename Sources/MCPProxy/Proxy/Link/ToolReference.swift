package import MCPProtocol

/// A tool as its endpoint knows it.
package final class ToolReference: Sendable {
  /// Its number at the endpoint, the same as long as the proxy runs.
  package let index: Int
  package let name: String
  /// The name as a JSON string.
  package let token: [UInt8]

  package init(index: Int, name: String, token: [UInt8]) {
    self.index = index
    self.name = name
    self.token = token
  }

  package convenience init(_ tool: ToolEntry) {
    var writer = JSONWriter()
    writer.string(tool.name)
    self.init(index: tool.number, name: tool.name, token: writer.bytes)
  }
}
