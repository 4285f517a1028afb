import MCPProtocol

/// What the client got for a request.
package struct ProxyAnswer: Equatable, Sendable {
  /// The request's id as JSON text.
  package let id: String
  /// What a model reads of it.
  package let text: String
  /// Whether it is a result that does not call itself an error.
  package let isSuccess: Bool
  /// Of the answer to `initialize`: who answers and in which revision of the protocol.
  package let greeting: String?
  /// Of the answer to `tools/list`: the names.
  package let tools: [String]?
  /// When to come back, in milliseconds, where the server or the proxy says so.
  package let retryAfter: Int?
  /// The whole line.
  package let line: [UInt8]

  /// `nil` for anything but a response.
  package init?(_ line: [UInt8]) {
    guard let document = try? JSONDocument.parse(line), document.root["method"] == nil,
      let id = document.root["id"]
    else { return nil }
    self.id = document.text(of: id)
    self.line = line
    let result = document.root["result"]
    let content = result?["content"]?.array ?? []
    text =
      document.root["error"]?["message"]?.string
      ?? content.compactMap { $0["text"]?.string }.joined(separator: " ")
    isSuccess = result != nil && result?["isError"]?.bool != true
    let server = result?["serverInfo"]
    greeting = result?["protocolVersion"]?.string.map { version in
      [server?["name"]?.string, server?["version"]?.string, "speaks MCP \(version)"]
        .compactMap(\.self).joined(separator: " ")
    }
    let meta = result?["_meta"]
    let wait = meta?["mcp-proxy/error"]?["retryAfterMs"] ?? meta?["retryAfterMs"]
    retryAfter = wait?.int(in: document.bytes)
    tools = result?["tools"]?.array?.compactMap { $0["name"]?.string }
  }
}

extension JSONDocument {
  /// A value's source, for people.
  func text(of node: JSONNode) -> String {
    String(decoding: node.text(in: bytes), as: UTF8.self)
  }
}
