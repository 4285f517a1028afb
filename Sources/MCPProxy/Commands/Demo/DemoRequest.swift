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
