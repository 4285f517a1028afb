import MCPProtocol

/// A line of the demo's session.
package struct DemoRequest: Equatable, Sendable {
  package let line: String
  /// The id as JSON text; `nil` for a notification.
  package let id: String?
  package let method: String
  /// The tool's name as the client knows it; `nil` if this is no call.
  package let tool: String?
  /// The arguments as JSON text.
  package let arguments: String

  /// `nil` if the line is no message.
  package init?(_ line: String) {
    guard let document = try? JSONDocument.parse(Array(line.utf8)),
      let method = document.root["method"]?.string
    else { return nil }
    self.line = line
    self.method = method
    id = document.root["id"].map { document.text(of: $0) }
    let params = document.root["params"]
    tool = method == "tools/call" ? params?["name"]?.string : nil
    arguments = params?["arguments"].map { document.text(of: $0) } ?? ""
  }

  /// The whole session, in order.
  package static var session: [DemoRequest] {
    DemoSession.text.split(separator: "\n").compactMap { DemoRequest(String($0)) }
  }
}

/// What the client got for a request.
package struct DemoAnswer: Equatable, Sendable {
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

  /// `nil` for anything but a response.
  package init?(_ line: [UInt8]) {
    guard let document = try? JSONDocument.parse(line), document.root["method"] == nil,
      let id = document.root["id"]
    else { return nil }
    self.id = document.text(of: id)
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
    tools = result?["tools"]?.array?.compactMap { $0["name"]?.string }
  }
}

extension JSONDocument {
  /// A value's source, for people.
  fileprivate func text(of node: JSONNode) -> String {
    String(decoding: node.text(in: bytes), as: UTF8.self)
  }
}
