import MCPProtocol
import MCPProxy
import Testing

/// How a call gets in: at once, after a wait, or not at all.
struct AdmissionTests {
  @Test func `a call goes out in the step that begins it`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      #expect(stage.call(7) == nil)
      let sent = stage.link.requests("tools/call")
      #expect(sent.map(\.id) == ["3"])
      #expect(sent.first?.params?["name"] as? String == "t")
      #expect((sent.first?.params?["_meta"] as? [String: Any])?["progressToken"] as? Int == 3)
      stage.link.answers(call: 0)
      #expect(stage.answer(7)?.id == "7")
      #expect(stage.events.suffix(1) == ["ended 7"])
    }
  }

  // MARK: Waiting for a start

  @Test func `calls that come before the server is up go out in order when it is`() throws {
    try EndpointStage.run { stage in
      stage.call(7)
      stage.call(8, tool: "u")
      #expect(stage.link.actions == [.launch])
      await stage.turn()
      stage.link.answers("initialize", EndpointStage.welcome())
      #expect(stage.link.requests("tools/call").isEmpty)
      stage.link.answers("tools/list", EndpointStage.tools)
      let names = stage.link.requests("tools/call").map { $0.params?["name"] as? String }
      #expect(names == ["t", "u"])
    }
  }

  @Test func `a call waits for a server no longer than its own time`() throws {
    try EndpointStage.run { stage in
      stage.link.launch = nil
      stage.call(7, within: .seconds(5))
      await stage.pass(.seconds(5))
      #expect(stage.failure(7)?.refusal == .stillStarting(.seconds(5)))
      #expect(stage.failure(7)?.certainty == .notSent)
      #expect(stage.failure(7)?.queued == .seconds(5))
    }
  }

  @Test func `a launch that was put off is tried again when it can be`() throws {
    try EndpointStage.run { stage in
      stage.link.launch = nil
      stage.call(7)
      stage.link.launch = .launched
      stage.link.happens(.launchable)
      await stage.turn()
      stage.opens(stage.link)
      #expect(stage.link.launches == 2)
      #expect(stage.link.requests("tools/call").count == 1)
    }
  }

  @Test func `who waits for a server that cannot be started hears why`() throws {
    try EndpointStage.run { stage in
      stage.link.launch = .launchFailed("no such program")
      stage.link.lastWords = "bad luck"
      stage.call(7)
      await stage.turn()
      #expect(
        stage.failure(7)?.refusal == .notStarted(why: "no such program", tail: "bad luck")
      )
      #expect(stage.events.contains("listing failed"))
    }
  }

  @Test func `more calls wait for a server than have a place on it and in the queue`() throws {
    try EndpointStage.run({
      $0.policy.concurrency.max = 1
      $0.policy.concurrency.queue = 1
    }) { stage in
      let refusals = (1...3).map { stage.call($0)?.refusal }
      #expect(refusals == [nil, nil, .queueFull(running: 0, waiting: 2)])
      await stage.turn()
      stage.opens(stage.link)
      #expect(stage.link.requests("tools/call").count == 1)
    }
  }

  // MARK: Waiting for a place

  @Test func `a call without a place waits until one is free`() throws {
    try EndpointStage.run({ $0.policy.concurrency.max = 1 }) { stage in
      await stage.open()
      stage.call(7)
      stage.call(8)
      #expect(stage.link.requests("tools/call").count == 1)
      await stage.pass(.seconds(2))
      stage.link.answers(call: 0)
      #expect(stage.link.requests("tools/call").count == 2)
      stage.link.answers(call: 1)
      #expect(stage.answer(8) != nil)
      guard case .answered(let answer)? = stage.results(8).first else { return }
      #expect(answer.queued == .seconds(2))
    }
  }

  @Test func `a call waits for a place no longer than the queue lets it`() throws {
    try EndpointStage.run({
      $0.policy.concurrency.max = 1
      $0.policy.concurrency.wait = .seconds(3)
    }) { stage in
      await stage.open()
      stage.call(7)
      stage.call(8)
      await stage.pass(.seconds(3))
      #expect(stage.failure(8)?.refusal == .waitedTooLong(.seconds(3), running: 1))
      #expect(stage.results(7).isEmpty)
    }
  }

  @Test func `a full queue turns away`() throws {
    try EndpointStage.run({
      $0.policy.concurrency.max = 1
      $0.policy.concurrency.queue = 1
    }) { stage in
      await stage.open()
      let refusals = (1...3).map { stage.call($0)?.refusal }
      #expect(refusals == [nil, nil, .queueFull(running: 1, waiting: 1)])
    }
  }

  // MARK: Waiting for a token

  @Test func `a call waits for its token and goes out when it is there`() throws {
    try EndpointStage.run({ $0.policy.rateLimit = RateLimitPolicy(calls: 1, burst: 1) }) { stage in
      await stage.open()
      stage.call(7)
      stage.call(8)
      #expect(stage.link.requests("tools/call").count == 1)
      await stage.pass(.seconds(1))
      #expect(stage.link.requests("tools/call").count == 2)
    }
  }

  @Test func `a token that comes too late is not waited for`() throws {
    try EndpointStage.run({
      $0.policy.rateLimit = RateLimitPolicy(calls: 0.1, burst: 1)
    }) { stage in
      await stage.open()
      stage.call(7)
      guard case .rateLimited(let shortage)? = stage.call(8)?.refusal else {
        return #expect(Bool(false), "it waits for ten seconds")
      }
      #expect(shortage.wait == .seconds(10))
      #expect(!shortage.isOwn)
    }
  }

  @Test func `who waits for a token of its own tool holds up nobody else`() throws {
    try EndpointStage.run({
      $0.tools["t", default: ToolPolicy()].rateLimit = RateLimitPolicy(calls: 1, burst: 1)
    }) { stage in
      await stage.open()
      stage.call(7)
      stage.call(8)
      stage.call(9, tool: "u")
      let names = stage.link.requests("tools/call").map { $0.params?["name"] as? String }
      #expect(names == ["t", "u"])
    }
  }

  @Test func `who has waited for a place is woken when there is a token`() throws {
    try EndpointStage.run({
      $0.policy.concurrency.max = 1
      $0.policy.rateLimit = RateLimitPolicy(calls: 1, burst: 1)
    }) { stage in
      await stage.open()
      stage.call(7)
      stage.call(8)
      await stage.turn()
      stage.link.answers(call: 0)
      #expect(stage.link.requests("tools/call").count == 1)
      await stage.pass(.seconds(1))
      #expect(stage.link.requests("tools/call").count == 2)
    }
  }
}
