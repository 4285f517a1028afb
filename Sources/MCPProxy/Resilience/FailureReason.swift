/// Why the proxy itself ends a call: the name in `_meta` and in records, and the JSON-RPC code for
/// methods other than tools/call.
package enum FailureReason: String, Sendable, CaseIterable {
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
}
