import MCPProxy
import Testing

struct FindingsTests {
  /// A call in milliseconds, with its line in the log.
  private static func call(
    _ sent: Int64,
    _ replied: Int64?,
    status: String = "ok",
    via: String? = "a",
    attempts: String = #"{"endpoint":"a","ms":1,"certainty":"answered"}"#,
    injected: String = "",
    certainty: String = "answered",
    effect: String = "safe",
    breaker: String = "closed",
    tool: String = "t",
    executions: Int = 1,
    replies: Int = 1
  ) -> PlayedCall {
    var call = PlayedCall(id: "1", sent: .zero + .milliseconds(sent))
    call.replied = replied.map { .zero + .milliseconds($0) }
    call.replies = replied == nil ? 0 : replies
    call.executions = executions
    let answerer = via.map { #","via":"\#($0)""# } ?? ""
    call.usage = CallUsage(
      Array(
        (#"{"type":"call","id":"1","server":"a","tool":"\#(tool)","status":"\#(status)","#
          + #""certainty":"\#(certainty)","effect":"\#(effect)","dur_ms":1,"overhead_ms":1,"#
          + #""attempts":[\#(attempts)]\#(answerer),"breaker":"\#(breaker)","#
          + #""injected":[\#(injected)]}"#).utf8
      )
    )
    return call
  }

  private static func attempt(_ certainty: String, _ reason: String) -> String {
    #"{"endpoint":"a","ms":1,"certainty":"\#(certainty)","reason":"\#(reason)"}"#
  }

  private static func findings(
    _ calls: [PlayedCall],
    faultDuration: TimeSpan? = nil
  ) -> Findings {
    Findings(
      calls: calls,
      target: "a",
      faultDuration: faultDuration,
      initialized: .milliseconds(30),
      listed: .milliseconds(70)
    )
  }

  /// Good, killed and answered by b, left alone and answered by b, killed unsafe, good again.
  private static let story = [
    call(0, 10),
    call(
      100,
      150,
      via: "b",
      attempts: attempt("unknown", "server_died"),
      injected: #""kill""#,
      executions: 2
    ),
    call(120, 160, via: "b", attempts: attempt("not_sent", "server_died")),
    call(
      200,
      230,
      status: "unavailable",
      via: nil,
      attempts: attempt("unknown", "server_died"),
      injected: #""kill""#,
      certainty: "unknown",
      effect: "unsafe"
    ),
    call(240, 290),
  ]

  @Test func `calls are counted by what became of them`() {
    let findings = Self.findings(Self.story)
    #expect(findings.answered == 4)
    #expect(findings.mayHaveRun == 1)
    #expect(findings.refused == 0)
    #expect(findings.failed == 0)
    #expect(findings.lost == 0)
    #expect(findings.hits == 2)
    #expect(findings.duplicated == 0)
    #expect(findings.repeated == 1)
    #expect(findings.answeredPercent == 100)
    #expect(findings.answerers.map(\.server) == ["a", "b"])
    #expect(findings.answerers.map(\.calls) == [2, 2])
    #expect(!findings.breakerOpened)
    #expect(findings.mostSendings == 1)
  }

  @Test func `a server that is only slow is noticed when it is left alone`() {
    let slow = Self.call(
      100,
      150,
      attempts: Self.attempt("unknown", "timeout"),
      injected: #""slow""#
    )
    let refused = Self.call(200, 210, attempts: Self.attempt("not_sent", "breaker_open"))
    #expect(Self.findings([slow]).timeToDetect == nil)
    #expect(Self.findings([slow, refused]).timeToDetect == .milliseconds(110))
  }

  @Test func `times run from the first hit and from the end of the fault`() {
    let findings = Self.findings(Self.story)
    #expect(findings.timeToDetect == .milliseconds(50))
    #expect(findings.timeToRecover == .milliseconds(60))
    let timed = Self.findings(Self.story, faultDuration: .milliseconds(150))
    #expect(timed.timeToRecover == .milliseconds(40))
    #expect(Self.findings([]).timeToRecover == nil)
    #expect(Self.findings([Self.call(5, 25)]).timeToDetect == nil)
    // Without a fault: until the first answer.
    #expect(Self.findings([Self.call(5, 25)]).timeToRecover == .milliseconds(20))
  }

  @Test func `the timeline has changes only, tools apart`() {
    let calls =
      Self.story + [
        Self.call(300, 310),
        Self.call(320, 330, via: "b", attempts: Self.attempt("not_sent", "tool_open")),
        Self.call(340, 350, tool: "other"),
        Self.call(360, 370, breaker: "half_open"),
        Self.call(380, 390, via: "b", attempts: Self.attempt("not_sent", "queue_full")),
        Self.call(400, 410, via: "b", attempts: Self.attempt("not_sent", "breaker_open")),
      ]
    let timeline = Self.findings(calls).timeline
    #expect(
      timeline.map { "\(Int($0.time.milliseconds)) \($0.state)" } == [
        "10 answers, breaker closed", "150 died during a call",
        "160 left alone, being restarted", "230 died during a call",
        "290 answers, breaker closed", "330 breaker of t open",
        "370 breaker of t lets calls through", "370 answers, breaker half open",
        "410 left alone, breaker open",
      ]
    )
    #expect(Self.findings(calls).breakerOpened)
  }

  @Test func `losses and duplicates are found`() {
    let unsafeTwice = Self.call(0, 1, effect: "unsafe", executions: 2)
    let findings = Self.findings([
      Self.call(0, nil), Self.call(0, 1, replies: 2), unsafeTwice,
    ])
    #expect(findings.lost == 1)
    #expect(findings.duplicated == 2)
    for (criterion, isMet) in [
      (Playbook.Criterion.noneLost, false), (.noneDuplicated, false), (.hit, false),
      (.answered(percent: 66), true), (.answered(percent: 67), false),
      (.initialized(within: .milliseconds(30)), true),
      (.listed(within: .milliseconds(69)), false), (.detected(within: .seconds(1)), false),
      (.recovered(within: .seconds(1)), true), (.recovered(within: .zero), false),
      (.breakersStayClosed, true), (.notAmplified, true),
    ] {
      #expect(CriterionResult(criterion, findings).isMet == isMet, "\(criterion)")
    }
  }

  @Test func `a refusal counts as told only with a time`() {
    var told = Self.call(0, 1, status: "tool_error")
    let untold = told
    told.retryAfter = 1000
    var refused = Self.call(
      0,
      1,
      status: "rejected_rate",
      via: nil,
      attempts: Self.attempt("not_sent", "rate_limited"),
      certainty: "not_sent"
    )
    refused.retryAfter = 500
    #expect(Self.findings([told, refused]).answeredOrToldPercent == 100)
    #expect(Self.findings([told, untold]).answeredOrToldPercent == 50)
    #expect(Self.findings([refused]).answeredPercent == 0)
    #expect(Self.findings([refused]).refused == 1)
    let twice = Self.call(
      0,
      1,
      attempts: Self.attempt("unknown", "timeout")
        + #",{"endpoint":"a","ms":1,"certainty":"answered"}"#
    )
    #expect(!CriterionResult(.notAmplified, Self.findings([twice])).isMet)
  }

  @Test func `the report fits a terminal and says the verdict`() throws {
    let playbook = try #require(Playbook(named: "server-down"))
    let rehearsal = Rehearsal(playbook: playbook, target: "a", seed: 1, isReal: false)
    let good = PlaybookReport(
      rehearsal: rehearsal,
      changes: ["timeout.call 50 s → 2 s"],
      findings: Self.findings(Self.story)
    )
    let lines = good.text(TextPage(isColoured: false)).split(separator: "\n")
    #expect(lines.filter { $0.count > 80 } == [])
    #expect(lines.contains("  detected     50 ms after the first fault"))
    #expect(lines.contains("  answered by  a 2, b 2"))
    #expect(lines.last == "  verdict      passed")
    #expect(good.hasPassed)
    let bad = PlaybookReport(rehearsal: rehearsal, changes: [], findings: Self.findings([]))
    #expect(!bad.hasPassed)
    #expect(bad.text(TextPage(isColoured: false)).hasSuffix("  verdict      failed\n"))
  }
}
