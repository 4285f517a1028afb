package import MCPProtocol

/// A message on its way to a server.
package struct Outgoing: Sendable {
  /// What it is to whoever injects faults.
  package enum Kind: Sendable {
    case call(Int, ToolReference)
    case ping(Int)
    /// Nobody waits for the answer to the request with this id.
    case cancelled(Int)
    case other
  }

  package let splice: Splice
  package let source: [UInt8]
  /// How many bytes of `source` are the message.
  package let length: Int
  package let kind: Kind

  package init(_ splice: Splice, _ source: [UInt8], _ length: Int, _ kind: Kind) {
    self.splice = splice
    self.source = source
    self.length = length
    self.kind = kind
  }

  /// A line of our own, as it is.
  package init(_ line: [UInt8], _ kind: Kind = .other) {
    self.init(Splice(), line, line.count, kind)
  }
}
