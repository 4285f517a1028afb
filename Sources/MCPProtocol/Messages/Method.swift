/// The methods the proxy acts on; any other is `other` and never forwarded.
package enum Method: Equatable, Sendable {
  case initialize
  case initialized
  case ping
  case discover
  case listTools
  case callTool
  case setLogLevel
  case cancelled
  case progress
  case logMessage
  case toolsChanged
  case listRoots
  case rootsChanged
  case createMessage
  case elicit
  case elicitationComplete
  case other

  /// The name on the wire (MCP 2025-11-25, schema); `nil` for `other`.
  package var name: StaticString? {
    switch self {
    case .initialize: "initialize"
    case .initialized: "notifications/initialized"
    case .ping: "ping"
    case .discover: "server/discover"
    case .listTools: "tools/list"
    case .callTool: "tools/call"
    case .setLogLevel: "logging/setLevel"
    case .cancelled: "notifications/cancelled"
    case .progress: "notifications/progress"
    case .logMessage: "notifications/message"
    case .toolsChanged: "notifications/tools/list_changed"
    case .listRoots: "roots/list"
    case .rootsChanged: "notifications/roots/list_changed"
    case .createMessage: "sampling/createMessage"
    case .elicit: "elicitation/create"
    case .elicitationComplete: "notifications/elicitation/complete"
    case .other: nil
    }
  }

  /// Most frequent first: the list is searched in order for every message.
  private static let known: [Method] = [
    .callTool, .progress, .listTools, .cancelled, .logMessage, .ping, .initialize, .initialized,
    .setLogLevel, .toolsChanged, .listRoots, .rootsChanged, .createMessage, .elicit,
    .elicitationComplete, .discover,
  ]

  init(_ text: borrowing Span<UInt8>, _ range: Range<Int>) {
    for method in Self.known {
      if let name = method.name, JSONLexer.matches(text, range, name) {
        self = method
        return
      }
    }
    self = .other
  }

  /// Reads a name that may be written with escapes.
  init(decoding text: borrowing Span<UInt8>, _ range: Range<Int>) {
    self.init(text, range)
    if self == .other, JSONLexer.containsEscape(text, range) {
      let name = Array(JSONLexer.decodedName(text, range).utf8)
      self.init(name.span, 0..<name.count)
    }
  }
}
