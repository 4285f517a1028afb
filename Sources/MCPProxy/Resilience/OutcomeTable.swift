/// What each thing that can happen to an attempt says: about the call, the endpoint and the tool.
///
/// `endpoint` is for the endpoint's breaker, `tool` for the tool's own. A completed round trip
/// proves the endpoint alive, whatever the answer says: a tool's error never opens the endpoint's
/// breaker.
package enum OutcomeTable {
  /// What was seen.
  package enum Observation: Sendable, Equatable {
    /// A result; `isError` is the tool's own word for its failure.
    case result(isError: Bool)
    /// A result that asks the user for something first.
    case inputRequired
    /// A JSON-RPC error with this code.
    case error(code: Int)
    /// No answer in time; any valid line of the endpoint during the call is speech.
    case timedOut(endpointSpoke: Bool)
    /// The pipe broke before the whole request was written.
    case writeFailed
    /// The process ended; only the first call that its death ends speaks against the endpoint.
    case processEnded(isFirst: Bool)
    /// It could not be started; the restart tracker counts that, not the breaker.
    case startFailed
    /// A line that is no JSON-RPC.
    case malformedLine
    /// An answer whose id belongs to no call in flight.
    case strayAnswer
    /// HTTP 429, or any other word for "too many".
    case throttled
    /// HTTP: no connection.
    case connectFailed
    /// HTTP 401 or 403.
    case unauthorized
    /// HTTP 5xx, or a stream that broke.
    case streamBroken
    /// The client cancelled it or is gone.
    case cancelled
    /// Refused by the proxy itself.
    case refused
  }

  /// What an observation says; slowness is judged by the breakers themselves.
  package struct Judgement: Sendable, Equatable {
    /// Nil where there is no attempt, or nobody left to tell.
    package let certainty: Certainty?
    package let endpoint: Verdict
    package let tool: Verdict
  }

  /// JSON-RPC 2.0 "Internal error".
  package static let internalError = -32603

  /// Whether an answer with this error code says that trying again may help: that of a failure of
  /// the server itself.
  package static func isRepeatable(_ code: Int?) -> Bool {
    #if MUTANTS
    if Mutant.isActive(.fallbackOnInvalidParams), code == -32602 { return true }
    #endif
    return code == internalError
  }

  /// Judges an observation; only being throttled weighs differently for a half-open probe.
  package static func judge(_ observation: Observation, isProbe: Bool = false) -> Judgement {
    switch observation {
    case .result(isError: false): row(.answered, .success, .success)
    #if MUTANTS
    case .result(isError: true) where Mutant.isActive(.toolErrorOpens):
      row(.answered, .failure, .ignored)
    #endif
    case .result(isError: true), .inputRequired: row(.answered, .success, .ignored)
    case .error(code: internalError): row(.answered, .success, .failure)
    case .error, .unauthorized: row(.answered, .success, .ignored)
    case .timedOut(endpointSpoke: true): row(.unknown, .ignored, .failure)
    case .timedOut(endpointSpoke: false): row(.unknown, .failure, .failure)
    case .writeFailed, .connectFailed: row(.notSent, .failure, .ignored)
    case .processEnded(let isFirst): row(.unknown, isFirst ? .failure : .ignored, .ignored)
    case .startFailed, .refused: row(.notSent, .ignored, .ignored)
    case .malformedLine, .strayAnswer, .cancelled: row(nil, .ignored, .ignored)
    case .throttled: row(.notSent, isProbe ? .failure : .ignored, .ignored)
    case .streamBroken: row(.unknown, .failure, .failure)
    }
  }

  private static func row(
    _ certainty: Certainty?,
    _ endpoint: Verdict,
    _ tool: Verdict
  ) -> Judgement {
    Judgement(certainty: certainty, endpoint: endpoint, tool: tool)
  }
}
