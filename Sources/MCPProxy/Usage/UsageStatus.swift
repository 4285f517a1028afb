extension FailureReason {
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
