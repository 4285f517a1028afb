/// A breaker's state as records name it.
package enum BreakerWord: String, Sendable {
  case closed
  case open
  case halfOpen = "half_open"
  case forcedOpen = "forced_open"
  case disabled
  case metricsOnly = "metrics_only"

  package init(_ state: CircuitBreaker.State) {
    switch state {
    case .closed: self = .closed
    case .open: self = .open
    case .halfOpen: self = .halfOpen
    case .forcedOpen: self = .forcedOpen
    case .disabled: self = .disabled
    case .metricsOnly: self = .metricsOnly
    }
  }
}
