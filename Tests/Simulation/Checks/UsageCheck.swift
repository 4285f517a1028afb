/// One usage line against what the client saw and the servers did.
struct UsageCheck {
  private struct Attempt {
    let endpoint: String
    let certainty: String
    let reason: String?
    let milliseconds: Double
  }

  private let world: World
  private let json: TinyJSON
  private let record: Range<Int>
  private let attempts: [Attempt]

  init(_ world: World, _ json: TinyJSON, _ record: Range<Int>) {
    self.world = world
    self.json = json
    self.record = record
    attempts = (json.at(record, "attempts").map { json.parts($0) } ?? []).map { part in
      Attempt(
        endpoint: json.text(json.at(part.value, "endpoint")) ?? "",
        certainty: json.text(json.at(part.value, "certainty")) ?? "",
        reason: json.text(json.at(part.value, "reason")),
        milliseconds: json.double(json.at(part.value, "ms")) ?? 0
      )
    }
  }

  /// `k` is the call's number; `nil` where an id was used twice and it may be either.
  func check(_ k: Int?) {
    noteTrouble()
    guard let k, let request = world.client.calls[k] else { return }
    let status = json.text(json.at(record, "status")) ?? ""
    if status == "cancelled", !request.isCancelled, world.client.isReading {
      world.fail("P25", "k=\(k) is booked as cancelled and was not")
    }
    if status != "cancelled", request.answers == 0, world.client.isReading {
      world.fail("P25", "k=\(k) is booked as \(status) and has no answer")
    }
    if let reason = request.reason, !Self.fits(reason, status) {
      world.fail("P25", "k=\(k) is booked as \(status), the client was told \(reason)")
    }
    if request.reason == "queue_full", json.double(json.at(record, "queue_ms")) ?? 0 > 500 {
      world.goals.saw(.waitedTooLong)
    }
    checkAttempts(k, request)
  }

  private static func fits(_ reason: String, _ status: String) -> Bool {
    switch status {
    case "rejected_breaker": reason == "breaker_open" || reason == "tool_open"
    case "rejected_rate": reason == "rate_limited" || reason == "queue_full"
    case "timeout": reason == "timeout"
    default: status == "unavailable"
    }
  }

  private func checkAttempts(_ k: Int, _ request: ClientRequest) {
    let sent = attempts.count { $0.certainty != "not_sent" }
    let ran = world.ledger.executions[k]?.count ?? 0
    if ran > sent { world.fail("P23", "k=\(k) ran \(ran) times, \(sent) attempts are booked") }
    let answered = attempts.count { $0.certainty == "answered" }
    if answered > ran { world.fail("P23", "\(answered) answers to k=\(k), which ran \(ran) times") }
    for attempt in attempts.dropLast() where attempt.certainty == "answered" {
      let codes = (world.ledger.answers[k] ?? []).filter {
        world.plan.endpoints[$0.endpoint].configuration.name == attempt.endpoint
      }
      if !codes.contains(where: { $0.code == -32603 }), attempt.reason == nil {
        world.fail("P3", "k=\(k) went on after an answer that was to be passed on")
      }
    }
    checkDelays(k)
  }

  /// Failures of attempts that the endpoint's breaker may have been told of.
  private func noteTrouble() {
    let troubles = ["timeout", "server_died", "shutting_down"]
    for attempt in attempts where troubles.contains(attempt.reason ?? "") {
      world.checks.trouble[attempt.endpoint, default: 0] += 1
    }
    let unsafe = json.text(json.at(record, "effect")) == "unsafe"
    if unsafe, attempts.count > 1, attempts[0].reason == "server_died",
      attempts[0].certainty == "not_sent", attempts[1].endpoint == attempts[0].endpoint
    {
      world.goals.saw(.unsafeRetriedAfterNotSent)
    }
    if attempts.contains(where: { $0.reason == "server_died" && $0.certainty == "not_sent" }) {
      world.goals.saw(.partialWriteThenDeath)
    }
  }

  /// The waits between the attempts of one call at one endpoint follow from policy and chance.
  private func checkDelays(_ k: Int) {
    let sent = world.ledger.sendings(of: k)
    guard attempts.count > 1, sent.count == attempts.count,
      Set(attempts.map(\.endpoint)).count == 1, json.double(json.at(record, "queue_ms")) == 0,
      world.plan.faults[.suspend] == 0,
      let plan = world.plan.endpoints.first(where: {
        $0.configuration.name == attempts[0].endpoint
      })
    else { return }
    let policy = plan.configuration.policy.retry
    for (failed, next) in sent.dropFirst().enumerated() {
      let doubled = policy.base * Double(1 << failed)
      let ceiling = UInt64(min(policy.cap, doubled).nanoseconds)
      let follows = world.draws.contains { draw in
        let share = Int64((ceiling + 1).multipliedFullWidth(by: draw.number).high)
        return draw.time + TimeSpan(nanoseconds: share) == next
      }
      if !follows {
        world.fail(
          "backoff",
          "attempt \(failed + 2) of k=\(k) came at \(next.nanoseconds) ns; no draw from 0 to "
            + "\(ceiling) ns leads there"
        )
      }
    }
  }
}
