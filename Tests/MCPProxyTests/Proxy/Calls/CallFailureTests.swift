import Foundation
import MCPProtocol
import MCPProxy
import Testing

struct CallFailureTests {
  @Test func `only what was neither sent nor tried is a refusal`() {
    var failure = CallFailure(.timeout, endpoint: "a", tool: "t", text: "x")
    #expect(failure.isRefusal)
    failure.wasAttempted = true
    #expect(!failure.isRefusal)
    failure = CallFailure(.timeout, endpoint: "a", tool: "t", certainty: .unknown, text: "x")
    #expect(!failure.isRefusal)
  }

  @Test(arguments: CallFailure.Reason.allCases)
  func `a failure becomes a result with text and fields`(reason: CallFailure.Reason) throws {
    let failure = CallFailure(
      reason,
      endpoint: "a \"quoted\" é",
      tool: "t",
      certainty: .unknown,
      retryAfter: TimeSpan(nanoseconds: 1_500_001),
      text: "line\nbreak"
    )
    let other = CallFailure(.schemaDiffers, endpoint: "b", tool: "t", text: "no")
    let frame = FailureResult.frame(Array("\"id\"".utf8), failure, others: [other])
    #expect(frame.last == 0x0A)
    #expect(frame.count { $0 == 0x0A } == 1)
    let answer = JSONText(String(decoding: frame, as: UTF8.self))
    #expect(answer.id == "\"id\"")
    #expect(answer.isError == true)
    #expect(answer.content == "line\nbreak")
    #expect(answer.failure?["source"] as? String == "mcp-proxy")
    #expect(answer.failure?["reason"] as? String == reason.rawValue)
    #expect(answer.failure?["code"] as? Int == reason.code)
    #expect(answer.failure?["endpoint"] as? String == "a \"quoted\" é")
    #expect(answer.failure?["executed"] as? String == "unknown")
    // Rounded up: a client that waits so long does not come too early.
    #expect(answer.failure?["retryAfterMs"] as? Int == 2)
    let others = answer.failure?["others"] as? [[String: Any]]
    #expect(others?.first?["reason"] as? String == "schema_differs")
    #expect(others?.first?["executed"] as? String == "no")
  }

  @Test func `each other endpoint is named once, with its last word and whether it ran`() {
    let said: [(CallFailure.Reason, String, Certainty)] = [
      (.timeout, "b", .unknown), (.queueFull, "c", .notSent), (.retryBudget, "b", .notSent),
    ]
    let others = said.map {
      CallFailure($0.0, endpoint: $0.1, tool: "t", certainty: $0.2, text: "no")
    }
    let failure = CallFailure(.timeout, endpoint: "a", tool: "t", text: "no")
    let frame = FailureResult.frame(Array("1".utf8), failure, others: others)
    let answer = JSONText(String(decoding: frame, as: UTF8.self))
    let told = answer.failure?["others"] as? [[String: String]]
    #expect(
      told == [
        ["endpoint": "b", "reason": "retry_budget", "executed": "unknown"],
        ["endpoint": "c", "reason": "queue_full", "executed": "no"],
      ]
    )
  }

  @Test(arguments: [
    (0, "0 s"), (1, "0.1 s"), (100, "0.1 s"), (101, "0.2 s"), (400, "0.4 s"), (700, "0.7 s"),
    (1000, "1 s"), (1100, "1.1 s"), (2300, "2.3 s"), (4600, "4.6 s"), (9900, "9.9 s"),
    (9999, "10 s"), (10_000, "10 s"), (10_001, "11 s"), (24_000, "24 s"), (179_999, "180 s"),
    (180_000, "3 min"), (180_001, "4 min"), (300_000, "5 min"),
    (3_540_000, "59 min"), (3_540_001, "1 h"), (3_600_001, "1.1 h"), (36_000_000, "10 h"),
  ])
  func `spans are said as people say them and never too short`(milliseconds: Int64, text: String) {
    #expect(FailureText.wait(.milliseconds(milliseconds)) == text)
  }

  @Test(arguments: [
    (0, "0 ms"), (40, "40 ms"), (99, "99 ms"), (100, "0.1 s"), (149, "0.1 s"), (501, "0.5 s"),
    (550, "0.6 s"), (9949, "9.9 s"), (9999, "10 s"), (10_001, "10 s"), (50_001, "50 s"),
    (50_500, "51 s"), (180_001, "3 min"), (3_540_000, "59 min"), (3_600_001, "1 h"),
  ])
  func `time that has passed is said to the nearest`(milliseconds: Int64, text: String) {
    #expect(FailureText.seconds(.milliseconds(milliseconds)) == text)
  }

  @Test func `the texts say what happened, whether it ran and when to try again`() {
    let limit = RateLimitPolicy(calls: 60, per: .minutes(1), burst: 5)
    #expect(
      FailureText.rateLimited("\"gh\"", limit, retryAfter: .milliseconds(400))
        == "Limit for \"gh\" reached (60 calls per 60 s, burst 5). This call was not sent. "
        + "Try again in 0.4 s."
    )
    #expect(
      FailureText.rateLimited("x", RateLimitPolicy(calls: 1), retryAfter: .seconds(1))
        .contains("(1 call per 1 s, burst 1)")
    )
    #expect(
      FailureText.rateLimited("x", RateLimitPolicy(calls: 0), retryAfter: .seconds(1))
        == "Calls to x are switched off by its limit of 0. This call was not sent."
    )
    #expect(
      FailureText.timeout("run", .unsafe, after: .seconds(55), attempts: 1)
        == "No answer from \"run\" after 55 s. It may have run. "
        + "Check its effect before calling it again."
    )
    #expect(
      FailureText.timeout("get", .safe, after: .seconds(55), attempts: 3)
        == "No answer from \"get\" after 3 attempts in 55 s. It changes nothing, "
        + "so it can be called again."
    )
    #expect(
      FailureText.toolOpen("gh", "run", retryAfter: nil)
        == "Tool \"run\" of server \"gh\" keeps failing; its other tools work. "
        + "This call was not sent."
    )
    #expect(
      FailureText.breakerOpen("gh", nil, lastFailure: nil, retryAfter: .seconds(24))
        == "Server \"gh\" is not answering. This call was not sent. "
        + "Next attempt possible in 24 s."
    )
    #expect(
      FailureText.died("gh", "signal 9", .restart(after: .zero))
        + FailureText.whetherItRan(.notSent, .unsafe)
        == "Server \"gh\" exited (signal 9) during this call; it is being restarted. "
        + "The call was not sent."
    )
    #expect(FailureText.whetherItRan(.unknown, .safe).contains("can be called again"))
    #expect(FailureText.whetherItRan(.unknown, .unsafe).contains("may have run"))
    #expect(
      FailureText.crashed("gh", "exited (code 1)", tail: "no license")
        == "Server \"gh\" cannot be started: exited (code 1) (last error line: \"no license\"). "
        + "This call was not sent."
    )
  }

  @Test(arguments: [
    (Verdict.success, "is too slow (5 of the last 5 calls)"),
    (.failure, "is not answering (5 of the last 5 calls failed, last: timed out)"),
  ])
  func `an open breaker says what opened it`(verdict: Verdict, reason: String) throws {
    var policy = BreakerPolicy()
    policy.slow = .seconds(5)
    var breaker = CircuitBreaker(policy: policy)
    for _ in 0..<5 { breaker.settle(try breaker.mustAdmit(at: at(0)), verdict, at: at(6)) }
    let text = FailureText.breakerOpen(
      "gh",
      breaker.lastTrip,
      lastFailure: "timed out",
      retryAfter: nil
    )
    #expect(text == "Server \"gh\" \(reason). This call was not sent.")
  }
}
