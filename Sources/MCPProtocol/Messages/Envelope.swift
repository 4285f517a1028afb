/// What the proxy needs to know of one JSON-RPC message, as ranges of its line.
///
/// Everything else stays bytes. A range is empty where the member is absent; null says the same of
/// `params`, their `_meta` and the progress token.
package struct Envelope: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    case request
    case notification
    /// A response that carries a result.
    case result
    /// A response that carries an error.
    case error
    /// An array of messages (MCP 2025-03-26 only).
    case batch
  }

  package typealias Slice = Range<Int>

  package internal(set) var kind = Kind.request
  /// The exact token, quotes included.
  package internal(set) var id: Slice = 0..<0
  package internal(set) var method = Method.other
  /// The method's name without quotes.
  package internal(set) var methodName: Slice = 0..<0
  /// The whole value of `params`, `result` or `error`.
  package internal(set) var body: Slice = 0..<0

  // Members of `params`
  /// The token of `params.name`, quotes included.
  package internal(set) var name: Slice = 0..<0
  package internal(set) var arguments: Slice = 0..<0
  package internal(set) var meta: Slice = 0..<0
  package internal(set) var requestID: Slice = 0..<0
  package internal(set) var level: Slice = 0..<0
  package internal(set) var logger: Slice = 0..<0
  package internal(set) var message: Slice = 0..<0
  package internal(set) var progress: Slice = 0..<0
  /// `params.progressToken` of a progress notification, `params._meta.progressToken` of a request.
  package internal(set) var progressToken: Slice = 0..<0
  /// `_meta` names a protocol version: a request of the stateless era (MCP 2026-07-28, basic).
  package internal(set) var namesVersion = false

  // Members of `result` and `error`
  package internal(set) var isError = false
  package internal(set) var hasContent = false
  /// `error.code`, if it is an integer that fits.
  package internal(set) var errorCode: Int?

  package init() {}

  package var era: Era { namesVersion ? .stateless : .handshake }
}

/// Why a line is no JSON-RPC message.
package enum EnvelopeError: Error, Equatable, Sendable {
  /// Not JSON: -32700.
  case syntax(JSONError)
  /// JSON, but no message: -32600. The id is the token, where one could be read.
  case invalid(String, id: Range<Int>?)
}
