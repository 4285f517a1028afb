import MCPProxy
import Testing

/// Why an endpoint sends a call nowhere: what is known of it goes with it.
struct RefusalTests {
  @Test func `what cannot be used is never started`() throws {
    try EndpointStage.run({ $0.launch = .unusable(reason: "its command is missing") }) { stage in
      #expect(stage.call(7)?.refusal == .unusable("its command is missing"))
      #expect(!stage.demandStart())
      #expect(stage.link.actions.isEmpty)
    }
  }

  @Test func `an open breaker refuses, and says since when and why`() throws {
    try EndpointStage.run({
      $0.policy.breaker.consecutive = 1
      $0.policy.breaker.perTool = false
    }) { stage in
      await stage.open()
      stage.call(7, within: .seconds(5))
      await stage.pass(.seconds(5))
      // It answers no ping either.
      await stage.pass(.seconds(5))
      let failure = stage.call(8)
      guard case .breakerOpen(let refusal, let trip, let last)? = failure?.refusal else {
        return #expect(Bool(false), "the breaker is shut")
      }
      #expect(refusal.isShut)
      #expect(trip != nil)
      #expect(last != nil)
      #expect(failure?.breaker == .open)
      #expect(failure?.certainty == .notSent)
      // When its time is over it asks the server, and then lets calls through.
      await stage.pass(.seconds(31))
      stage.link.answers("ping", "{}")
      #expect(stage.call(9) == nil)
    }
  }

  @Test func `the breaker of a tool refuses only that tool`() throws {
    try EndpointStage.run({ $0.policy.breaker.consecutive = 2 }) { stage in
      await stage.open()
      for number: UInt64 in [1, 2] {
        stage.call(number, within: .seconds(1))
        await stage.pass(.seconds(1))
        stage.link.answers("ping", "{}")
      }
      guard case .toolOpen? = stage.call(7)?.refusal else {
        return #expect(Bool(false), "a tool that was silent twice is shut")
      }
      #expect(stage.call(8, tool: "u") == nil)
    }
  }

  @Test func `a server that does not read is sent nothing more`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.link.isTaking = false
      let long = String(repeating: "x", count: 1 << 20)
      stage.endpoint.onLoop(Array("\"\(long)\"\n".utf8)) { $0.forward($1) }
      #expect(stage.call(7)?.refusal == .notReading)
      stage.link.isTaking = true
      await stage.turn()
      #expect(stage.call(8) == nil)
    }
  }

  @Test func `a repeat costs a token of the retry budget`() throws {
    try EndpointStage.run({
      $0.policy.retry.budget = 1
      $0.policy.retry.perSecond = 0
      $0.policy.retry.perSuccess = 0
    }) { stage in
      await stage.open()
      let refusals: [Refusal?] = (1...2).map { stage.call($0) { $0.isRepeat = true }?.refusal }
      #expect(refusals == [nil, .retryBudget])
      #expect(stage.call(3) == nil)
    }
  }

  @Test func `a tool that is no longer declared safe is not repeated`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.link.says(#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#)
      await stage.pass(.milliseconds(200))
      stage.link.answers("tools/list", #"{"tools":[{"name":"t","inputSchema":{}}]}"#)
      let failure = stage.call(7) { $0.mayHaveRun = true }
      #expect(failure?.refusal == .effectDiffers)
      #expect(failure?.effect == .unsafe)
      #expect(stage.call(8) == nil)
    }
  }

  // MARK: Between two processes

  @Test func `a call that another endpoint can take does not wait for the next process`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.link.happens(.outputEnded)
      #expect(
        stage.call(7) { $0.hasAlternative = true }?.refusal
          == .restarting(why: "has ended", retryAfter: .zero)
      )
      #expect(stage.call(8) == nil)
      stage.call(9)
      stage.link.exits(.code(3))
      let refusal = stage.call(10) { $0.hasAlternative = true }?.refusal
      guard case .restarting(let why, let wait?)? = refusal else {
        return #expect(Bool(false), "\(String(describing: refusal))")
      }
      #expect(why == "exited (code 3)")
      #expect(wait > .milliseconds(350) && wait < .milliseconds(650))
      await stage.pass(.seconds(1))
      stage.opens(stage.link)
      #expect(stage.link.requests("tools/call").count == 2)
    }
  }

  @Test func `who waited and can go elsewhere is sent there when the process ends`() throws {
    try EndpointStage.run({ $0.policy.concurrency.max = 1 }) { stage in
      await stage.open()
      stage.call(6)
      stage.call(7) { $0.hasAlternative = true }
      stage.call(8)
      stage.link.exits(.code(1))
      #expect(
        stage.failure(7)?.refusal == .restarting(why: "exited (code 1)", retryAfter: nil)
      )
      #expect(stage.results(8).isEmpty)
    }
  }

  @Test func `what ended too often is not started for a while`() throws {
    try EndpointStage.run({ $0.policy.restart.max = 1 }) { stage in
      stage.link.launch = .launchFailed("no such program")
      stage.link.lastWords = "bad luck"
      stage.call(7)
      await stage.turn()
      stage.call(8)
      await stage.pass(.seconds(1))
      let wait = TimeSpan.seconds(300)
      #expect(
        stage.failure(8)?.refusal
          == .crashed(why: "no such program", tail: "bad luck", retryAfter: wait)
      )
      let refusal = stage.call(9)?.refusal
      #expect(refusal == .crashed(why: "no such program", tail: "bad luck", retryAfter: wait))
      #expect(!stage.demandStart())
      let launches = stage.link.launches
      await stage.pass(wait)
      stage.link.launch = .launched
      #expect(stage.endpoint.onLoop(()) { endpoint, _ in endpoint.revive() })
      #expect(stage.link.launches == launches + 1)
    }
  }
}
