/// What every campaign must have seen at least once: a fault that never strikes proves nothing.
enum Goal: Int, CaseIterable {
  // Breaker: every transition an endpoint can make
  case closedToOpen
  case openToOpen
  case openToHalfOpen
  case halfOpenToClosed
  case halfOpenToOpen
  case openToClosed
  case halfOpenToClosedByRestart
  case trippedByRate
  case trippedByConsecutive
  case trippedBySlowness
  case metricsOnlyExcursion
  case refusedWhileForcedOpen
  case earlyCloseWithProbeOpen
  case probeLost
  case ownProbeAnswered
  case ownProbeFailed
  case lateResultDropped
  case blameMovedToTool
  case toolBreakerOpened
  // Calls
  case safeRetried
  case unsafeRetriedAfterNotSent
  case fallbackAnswered
  case fallbackAfterExecution
  case fallbackSkippedForSchema
  case cancelBeforeAnswer
  case cancelAfterAnswer
  case cancelledWhileQueued
  case cancelledWaiterAtHead
  case cancellationSent
  case progressPassedOn
  case timedOut
  case serverDiedDuringCall
  case notSentReported
  case unknownReported
  case resultTooLarge
  case invalidAnswer
  case retryBudgetEmpty
  case unknownTool
  case duplicateID
  case batchAnswered
  // Limits
  case bucketEmpty
  case bucketFullAgain
  case waitedForToken
  case rateLimitRejected
  case passedForToken
  case queueFull
  case waitedTooLong
  case everyPlaceTaken
  // Processes
  case restartWithCallsInFlight
  case crashed
  case recoveredFromCrash
  case peacefulExit
  case startTimedOut
  case spawnFailed
  case hangEndedByPings
  case killedForGarbage
  case groupKilled
  case reaperRestarted
  case inputPipeFull
  case partialWriteThenDeath
  // Lists and books
  case staleListServed
  case listChanged
  case usageWriteFailed
  case usageNewlineRepaired
  case usageDroppedReported
  case catalogWriteFailed
  // The client
  case questionAsked
  case questionAnswered
  case questionTooEarly
  case questionsUnderOneID
  case questionTakenBack
  case clientClogged
  case clientPipeFull
  case endedWithCallsOpen
  case clientVanished
  case terminated
  case interrupted

  /// The name in tables: words with spaces.
  var text: String {
    var text = ""
    for character in "\(self)" {
      if character.isUppercase { text += " " }
      text += character.lowercased()
    }
    return text
  }
}

/// How often each goal was reached.
struct GoalCounts {
  private(set) var counts = [Int](repeating: 0, count: Goal.allCases.count)

  subscript(goal: Goal) -> Int { counts[goal.rawValue] }
  mutating func add(_ goal: Goal, _ times: Int = 1) { counts[goal.rawValue] += times }
  mutating func add(_ other: GoalCounts) {
    for index in counts.indices { counts[index] += other.counts[index] }
  }
  var missing: [Goal] { Goal.allCases.filter { self[$0] == 0 } }
}

/// The goals of one run.
final class Goals {
  private(set) var counts = GoalCounts()

  func saw(_ goal: Goal) { counts.add(goal) }
}
