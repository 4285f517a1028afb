package import MCPProtocol

/// What a client and the proxy have agreed on.
///
/// Of a session, made by its `initialize`; of a request that brings its own terms (2026-07-28), one
/// will be made for each.
package struct Terms: Sendable {
  /// nil: nothing was agreed yet.
  package private(set) var version: ProtocolVersion?
  /// The client has said that it is ready.
  package var isInitialized = false
  /// What it can be asked, as the object to declare to servers.
  package private(set) var capabilities = Array("{}".utf8)
  /// Its wish for log messages.
  package var logLevel: LogSeverity?
  private var canBeAsked: Set<Method> = []

  package init() {}

  /// Takes what the client says in `initialize`; returns the revision that is agreed on.
  package mutating func agree(
    on asked: String,
    _ capabilities: JSONNode?,
    _ line: [UInt8]
  ) -> ProtocolVersion {
    // Something else than was asked is an offer (2025-11-25, lifecycle): the client decides.
    let known = ProtocolVersion(rawValue: asked)
    let agreed = known?.era == .handshake ? known ?? .latestHandshake : .latestHandshake
    version = agreed
    self.capabilities = HandshakeEra.passedOn(capabilities, line)
    canBeAsked = []
    if capabilities?["roots"]?.members != nil { canBeAsked.insert(.listRoots) }
    if capabilities?["sampling"]?.members != nil { canBeAsked.insert(.createMessage) }
    if capabilities?["elicitation"]?.members != nil { canBeAsked.insert(.elicit) }
    return agreed
  }

  /// Whether it takes arrays of messages.
  package var allowsBatches: Bool { version?.allowsBatches == true }

  /// Why the client is not asked for something; nil: it can be.
  package func refusal(of method: Method) -> (code: Int, text: String)? {
    guard !canBeAsked.contains(method) else { return nil }
    let capability =
      switch method {
      case .listRoots: "roots"
      case .createMessage: "sampling"
      default: "elicitation"
      }
    let code = method == .elicit ? -32602 : -32601
    return (code, "The client does not support \(capability)")
  }

  /// Whether the client gets log messages of this severity.
  package func wants(_ level: LogSeverity) -> Bool {
    isInitialized && level >= logLevel ?? .info
  }
}
