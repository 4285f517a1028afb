/// The results of a half-open breaker's calls, and what they decide.
struct HalfOpenProbes: Sendable {
  enum Decision: Sendable {
    case undecided
    case recovered
    case stillBad
  }

  /// Calls let through in all.
  let limit: Int
  private(set) var good = 0
  private(set) var bad = 0

  init(limit: Int) { self.limit = max(1, limit) }

  /// Calls that have a result.
  var finished: Int { good + bad }

  /// Whether another call may be let through beside those in flight.
  func hasPlace(beside inFlight: Int) -> Bool {
    #if MUTANTS
    if Mutant.isActive(.unlimitedProbes) { return true }
    #endif
    return inFlight + finished < limit
  }

  /// Takes a result, and decides as soon as the missing ones cannot change it; a tie is bad.
  mutating func add(isGood: Bool) -> Decision {
    if isGood { good += 1 } else { bad += 1 }
    if bad * 2 >= limit { return .stillBad }
    return good * 2 > limit ? .recovered : .undecided
  }
}
