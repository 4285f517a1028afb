/// What calls may cost.
///
/// Read and kept; this version enforces none of it.
package struct BudgetPolicy: Sendable, Equatable {
  package enum Window: String, Sendable, CaseIterable {
    case hour
    case day
    case month
    case session
  }
  /// In `currency`.
  package var amounts: [Window: Double] = [:]
  package var calls: [Window: Int] = [:]
  /// ISO 4217.
  package var currency = "USD"
  /// Shares of a limit at which to warn, to tell, to refuse.
  package var warn = 0.9
  package var soft = 1.0
  package var hard = 1.1
  /// Where days and months begin.
  package var zone = "UTC"

  package init() {}
}

/// The service level to keep.
///
/// Read and kept; this version does not judge it.
package struct ServiceLevel: Sendable, Equatable {
  package var p95: TimeSpan?
  /// The share of calls that may fail.
  package var errorRate: Double?
  package var window = TimeSpan.minutes(5)
  package var minCalls = 20

  package init() {}
}
