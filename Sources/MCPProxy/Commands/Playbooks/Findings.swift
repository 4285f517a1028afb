/// What a playbook has shown: computed from its calls alone.
package struct Findings: Sendable {
  package let calls: [PlayedCall]
  package let target: String
  /// How long the fault goes on from the first call it hits; `nil`: until its last hit.
  package let faultDuration: TimeSpan?
  /// From the start of the proxy to the answers to `initialize` and `tools/list`.
  package let initialized: TimeSpan
  package let listed: TimeSpan

  package init(
    calls: [PlayedCall],
    target: String,
    faultDuration: TimeSpan? = nil,
    initialized: TimeSpan,
    listed: TimeSpan
  ) {
    self.calls = calls
    self.target = target
    self.faultDuration = faultDuration
    self.initialized = initialized
    self.listed = listed
  }

  // MARK: Counts

  package var answered: Int { calls.count { $0.isAnswered } }
  /// Unsafe calls that a fault caught on their way: nobody may repeat them.
  package var mayHaveRun: Int { calls.count { $0.mayHaveRun } }
  package var lost: Int { calls.count { $0.replies == 0 } }
  /// Without an answer, and certainly not carried out.
  package var refused: Int {
    calls.count { $0.replies > 0 && $0.usage?.via == nil && $0.usage?.certainty == "not_sent" }
  }
  /// Without an answer after all attempts, and safe to call again.
  package var failed: Int {
    calls.count { $0.replies > 0 && !$0.isAnswered && !$0.mayHaveRun } - refused
  }
  package var hits: Int { calls.count { $0.isHit } }
  /// Refused by the proxy, or by the service behind the server, with the time to come back.
  package var told: Int { calls.count { $0.isTold } }
  /// Two replies, or an unsafe call that ran twice.
  package var duplicated: Int {
    calls.count { call in
      call.replies > 1 || (call.usage?.isSafe == false && (call.executions ?? 0) > 1)
    }
  }
  /// Safe calls that were carried out more than once, which does no harm.
  package var repeated: Int {
    calls.count { $0.usage?.isSafe == true && ($0.executions ?? 0) > 1 }
  }

  /// Who answered how many calls, the server under test first.
  package var answerers: [(server: String, calls: Int)] {
    let names = Set(calls.compactMap { $0.usage?.via })
    let others = names.subtracting([target]).sorted()
    return (names.contains(target) ? [target] + others : others).map { name in
      (name, calls.count { $0.usage?.via == name })
    }
  }

  /// Of 100 calls; unsafe ones that may have run are not counted, for no other answer is right.
  package var answeredPercent: Double { percent { $0.isAnswered } }
  package var answeredOrToldPercent: Double {
    percent { ($0.isAnswered && $0.usage?.status == "ok") || $0.isTold }
  }

  private func percent(_ isGood: (PlayedCall) -> Bool) -> Double {
    let counted = calls.filter { !$0.mayHaveRun }
    guard !counted.isEmpty else { return 0 }
    return 100 * Double(counted.count(where: isGood)) / Double(counted.count)
  }

  // MARK: Times

  private var inOrderOfReplies: [PlayedCall] {
    calls.filter { $0.replied != nil }.sorted { ($0.replied ?? .zero) < ($1.replied ?? .zero) }
  }

  package var firstHit: Instant? { calls.filter(\.isHit).map(\.sent).min() }

  /// When the server is well again: at the end of the fault's time, else when the last call that
  /// the fault hit has ended.
  package var faultEnd: Instant? {
    if let faultDuration { return firstHit.map { $0 + faultDuration } }
    return calls.filter(\.isHit).compactMap(\.replied).max()
  }

  /// From the first hit to the first call whose server was seen to die, or was not even tried.
  package var timeToDetect: TimeSpan? {
    guard let firstHit else { return nil }
    let first = inOrderOfReplies.first { call in
      call.sent >= firstHit && attempts(call).contains { Self.isKnownBad($0) }
    }
    return first?.replied.map { $0 - firstHit }
  }

  /// From the end of the fault to the first answer of the server; from the first call, if there
  /// was no fault.
  package var timeToRecover: TimeSpan? {
    guard let since = faultEnd ?? calls.first?.sent else { return nil }
    let first = inOrderOfReplies.first { call in
      !call.isHit && call.usage?.via == target && call.usage?.status == "ok"
        && (call.replied ?? .zero) >= since
    }
    return first?.replied.map { $0 - since }
  }

  private static let leftAlone: Set = [
    "breaker_open", "tool_open", "crashed", "not_started",
  ]

  /// A server without a stand-in is never left alone while it is restarted: calls wait for it.
  private static func isKnownBad(_ attempt: CallUsage.Attempt) -> Bool {
    if attempt.reason == "server_died" { return true }
    return attempt.certainty == "not_sent" && attempt.reason.map(leftAlone.contains) ?? false
  }

  private func attempts(_ call: PlayedCall) -> [CallUsage.Attempt] {
    call.usage?.attempts.filter { $0.endpoint == target } ?? []
  }

  // MARK: Breakers

  /// Whether any call met a breaker that was not closed.
  package var breakerOpened: Bool {
    calls.contains { call in
      guard let usage = call.usage else { return false }
      return usage.breaker == "open" || usage.breaker == "half_open"
        || usage.attempts.contains { $0.reason == "breaker_open" || $0.reason == "tool_open" }
    }
  }

  /// The most often a single call was sent to the server under test.
  package var mostSendings: Int {
    calls.map { attempts($0).count { $0.certainty != "not_sent" } }.max() ?? 0
  }

  /// A change in how the server under test was seen by calls.
  package struct Change: Equatable, Sendable {
    /// Since the first call.
    package let time: TimeSpan
    package let state: String
  }

  /// How the server under test looked to one call after the other, changes only.
  package var timeline: [Change] {
    guard let start = calls.first?.sent else { return [] }
    var changes: [Change] = []
    var seen = ""
    var openTools: Set<String> = []
    for call in inOrderOfReplies {
      guard let usage = call.usage, let replied = call.replied else { continue }
      func add(_ state: String) { changes.append(Change(time: replied - start, state: state)) }
      for attempt in attempts(call) {
        // A tool's own breaker says nothing about the server and its other tools.
        if attempt.reason == "tool_open" {
          if openTools.insert(usage.tool).inserted { add("breaker of \(usage.tool) open") }
          continue
        }
        if attempt.reason == nil, openTools.remove(usage.tool) != nil {
          add("breaker of \(usage.tool) lets calls through")
        }
        guard let state = Self.state(attempt, usage, target), state != seen else { continue }
        seen = state
        add(state)
      }
    }
    return changes
  }

  private static func state(
    _ attempt: CallUsage.Attempt,
    _ usage: CallUsage,
    _ target: String
  ) -> String? {
    switch (attempt.reason, attempt.certainty) {
    case (nil, _):
      let isHalfOpen = usage.breaker == "half_open" && usage.via == target
      return isHalfOpen ? "answers, breaker half open" : "answers, breaker closed"
    case ("breaker_open", _): return "left alone, breaker open"
    case ("server_died", "unknown"): return "died during a call"
    case ("server_died", _): return "left alone, being restarted"
    case ("crashed", _): return "left alone, given up"
    case ("timeout", _): return "does not answer in time"
    // A full queue says more about the number of calls than about the server.
    case ("queue_full", _), ("retry_budget", _), ("shutting_down", _): return nil
    case (let reason?, _): return reason
    }
  }
}
