package import MCPProtocol

/// A request of the client's as it came; shared by everything that deals with it, copied by none.
package final class ClientMessage: Sendable {
  package let line: [UInt8]
  package let envelope: Envelope

  package init(_ line: [UInt8], _ envelope: Envelope) {
    self.line = line
    self.envelope = envelope
  }

  /// The id as it was written.
  package var id: ArraySlice<UInt8> { line[envelope.id] }
}
