package import MCPProtocol

/// The requests the proxy answers by itself: it is a server of its own, not a wire.
package enum LocalRequests {
  /// What a request comes to.
  package enum Answer: Equatable {
    case result([UInt8])
    case error(code: Int, String)
    /// The session begins.
    case initialize
    /// The client's wish for log messages.
    case level(LogSeverity)
    /// It is routed: a list, or a call.
    case list
    case call
  }

  package static func answer(
    _ line: [UInt8],
    _ envelope: Envelope,
    _ terms: Terms,
    isInBatch: Bool
  ) -> Answer {
    let isAgreed = terms.version != nil
    switch envelope.method {
    case .callTool:
      return isAgreed ? .call : .error(code: -32602, "Received tools/call before initialize")
    case .ping: return .result(Array("{}".utf8))
    case .initialize where isInBatch:
      return .error(code: -32600, "initialize must not be part of a batch")
    case .initialize: return .initialize
    // Clients of both eras fall back to initialize on this.
    case .discover: return .error(code: -32601, "Method not found: server/discover")
    case .listTools where isAgreed: return .list
    case .setLogLevel where isAgreed: return level(line, envelope)
    case .listTools, .setLogLevel:
      return .error(code: -32602, "Received \(name(line, envelope)) before initialize")
    default:
      return .error(code: -32601, "Method not found: \(name(line, envelope).prefix(100))")
    }
  }

  private static func name(_ line: [UInt8], _ envelope: Envelope) -> String {
    String(decoding: line[envelope.methodName], as: UTF8.self)
  }

  private static func level(_ line: [UInt8], _ envelope: Envelope) -> Answer {
    if let level = LogSeverity(line, envelope) { return .level(level) }
    return .error(
      code: -32602,
      "Invalid params: level must be debug, info, notice, warning, error, critical, alert "
        + "or emergency"
    )
  }

  /// The result of `initialize`.
  package static func initialized(_ version: ProtocolVersion) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("protocolVersion")
    writer.string(version.rawValue)
    writer.key("capabilities")
    writer.raw(Array(#"{"tools":{"listChanged":true},"logging":{}}"#.utf8)[...])
    writer.key("serverInfo")
    HandshakeEra.writeImplementation(&writer)
    writer.endObject()
    return writer.bytes
  }
}

extension LogSeverity {
  /// The severity that a message names in its params; nil: none that there is.
  package init?(_ line: [UInt8], _ envelope: Envelope) {
    guard !envelope.level.isEmpty, line[envelope.level.lowerBound] == UInt8(ascii: "\"")
    else { return nil }
    self.init(JSONDocument.decodeString(line, envelope.level))
  }
}
