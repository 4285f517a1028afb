import MCPProtocol

/// Why the proxy itself ended a call, in words for the model and in fields for programs.
///
/// Texts say what happened, whether the call ran and when to try again; they advise no detour
/// (docs/decisions/0005).
package struct CallFailure: Error, Sendable, Equatable {
  /// The reason's name in `_meta`, and its JSON-RPC code for methods other than tools/call.
  package enum Reason: String, Sendable, CaseIterable {
    case breakerOpen = "breaker_open"
    case toolOpen = "tool_open"
    case rateLimited = "rate_limited"
    case queueFull = "queue_full"
    case timeout
    case serverDied = "server_died"
    case crashed
    case budget
    case notStarted = "not_started"
    case unusable
    case invalidAnswer = "invalid_answer"
    case resultTooLarge = "result_too_large"
    case schemaDiffers = "schema_differs"
    case effectDiffers = "effect_differs"
    case shuttingDown = "shutting_down"
    case retryBudget = "retry_budget"
    case injected

    /// Outside the range that JSON-RPC and MCP keep for themselves.
    package var code: Int {
      switch self {
      case .breakerOpen: 1001
      case .toolOpen: 1002
      case .rateLimited: 1003
      case .queueFull: 1004
      case .timeout: 1005
      case .serverDied: 1006
      case .crashed: 1007
      case .budget: 1008
      case .notStarted: 1009
      case .unusable: 1010
      case .invalidAnswer: 1011
      case .resultTooLarge: 1012
      case .schemaDiffers: 1013
      case .shuttingDown: 1014
      case .retryBudget: 1015
      case .effectDiffers: 1016
      case .injected: 1099
      }
    }

    /// The word of the usage record.
    package var status: UsageRecord.Status {
      switch self {
      case .breakerOpen, .toolOpen: .rejectedBreaker
      case .rateLimited, .queueFull: .rejectedRate
      case .budget: .rejectedBudget
      case .timeout: .timeout
      default: .unavailable
      }
    }
  }

  package var reason: Reason
  package var endpoint: String
  package var tool: String
  package var certainty: Certainty
  package var text: String
  package var retryAfter: TimeSpan?
  /// The proxy refused it: no attempt was made.
  package var isRefusal: Bool { certainty == .notSent && !wasAttempted }
  /// It was refused only because another endpoint may take it: without one it would have waited.
  package var isForStandIn = false
  /// Bytes may have reached the endpoint, or a process was lost over it.
  package var wasAttempted = false
  /// The tool's effect at the endpoint that was tried.
  package var effect = Effect.safe
  /// How long the attempt waited for its place.
  package var queued = TimeSpan.zero
  /// The endpoint's breaker after it.
  package var breaker = BreakerWord.closed

  package init(
    _ reason: Reason,
    endpoint: String,
    tool: String,
    certainty: Certainty = .notSent,
    retryAfter: TimeSpan? = nil,
    text: String
  ) {
    self.reason = reason
    self.endpoint = endpoint
    self.tool = tool
    self.certainty = certainty
    self.retryAfter = retryAfter
    self.text = text
  }
}
