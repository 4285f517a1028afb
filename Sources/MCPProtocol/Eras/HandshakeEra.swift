/// The opening of a session of the handshake era (MCP 2025-11-25, lifecycle).
package enum HandshakeEra {
  /// What a server said of itself.
  package struct Server: Equatable, Sendable {
    package let version: ProtocolVersion
    package let supportsLogging: Bool
    package let instructions: String?
  }

  package enum Outcome: Equatable, Sendable {
    case opened(Server)
    /// A clause that goes on from the server's name.
    case failed(String)
  }

  /// The name and version by which the proxy introduces itself on both sides.
  package static let implementation = (name: "mcp-proxy", version: Version.number)

  /// The params of our `initialize`; `capabilities` is the object to declare.
  package static func request(capabilities: [UInt8]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("protocolVersion")
    writer.string(ProtocolVersion.latestHandshake.rawValue)
    writer.key("capabilities")
    writer.raw(capabilities[...])
    writer.key("clientInfo")
    writeImplementation(&writer)
    writer.endObject()
    return writer.bytes
  }

  package static func writeImplementation(_ writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("name")
    writer.string(implementation.name)
    writer.key("version")
    writer.string(implementation.version)
    writer.endObject()
  }

  /// Bytes of what a server says that go into a reason: every waiting call is told of it.
  private static let longestQuote = 300

  /// Reads a server's answer to `initialize`.
  package static func read(_ line: [UInt8], _ envelope: Envelope) -> Outcome {
    guard let body = try? JSONDocument(line, range: envelope.body).root else {
      return .failed("answered initialize with something unreadable")
    }
    if envelope.kind == .error {
      let reason = body["message"]?.string?.excerpt(longestQuote)
      return .failed("refused initialize: \(reason ?? "no reason given")")
    }
    guard let text = body["protocolVersion"]?.string else {
      return .failed("answered initialize without a protocol version")
    }
    guard let version = ProtocolVersion(rawValue: text), version.era == .handshake else {
      let quote = text.excerpt(longestQuote)
      return .failed("speaks protocol version \"\(quote)\", which this proxy does not")
    }
    return .opened(
      Server(
        version: version,
        supportsLogging: body["capabilities"]?["logging"]?.members != nil,
        instructions: body["instructions"]?.string
      )
    )
  }

  /// The parts of a client's capabilities that the proxy can pass through to servers.
  package static func passedOn(_ capabilities: JSONNode?, _ line: [UInt8]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    for member in capabilities?.members ?? [] where member.value.members != nil {
      guard ["elicitation", "roots", "sampling"].contains(member.name) else { continue }
      writer.key(member.name)
      writer.raw(member.value.text(in: line))
    }
    writer.endObject()
    return writer.bytes
  }
}

/// This program's version.
package enum Version {
  package static let number = "0.1.0"
}
