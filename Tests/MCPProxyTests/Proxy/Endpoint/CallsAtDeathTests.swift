import MCPProxy
import Testing

/// What becomes of calls whose server ends, hangs or is ended.
struct CallsAtDeathTests {
  @Test func `a call that was written may have run, one that was not has not`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.call(7)
      await stage.turn()
      stage.link.isTaking = false
      stage.call(8)
      await stage.turn()
      stage.link.exits(.code(3))
      #expect(stage.failure(7)?.certainty == .unknown)
      #expect(stage.failure(8)?.certainty == .notSent)
      for number: UInt64 in [7, 8] {
        guard case .died(let how, .restart?)? = stage.failure(number)?.loss else {
          return #expect(Bool(false), "it is told what happened and what comes")
        }
        #expect(how == "code 3")
      }
      #expect(stage.link.actions.filter { $0 == .bury(isHurried: false) }.count == 1)
    }
  }

  @Test func `an answer that nobody has read is taken before the end is told`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.call(7)
      stage.call(8)
      await stage.turn()
      stage.link.saysUnread(StagedProxy.result(stage.link.id(ofCall: 0), #"{"content":[]}"#))
      stage.link.exits()
      #expect(stage.answer(7) != nil)
      #expect(stage.failure(8)?.certainty == .unknown)
    }
  }

  @Test func `the end of another process is not its own`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.call(7)
      stage.link.happens(.exited(99, .code(1)))
      #expect(stage.results(7).isEmpty)
      stage.link.answers(call: 0)
      #expect(stage.answer(7) != nil)
    }
  }

  @Test func `a server that ended in peace is started by the next call`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.link.exits(.code(0))
      await stage.pass(.minutes(1))
      #expect(stage.link.launches == 1)
      stage.call(7)
      await stage.turn()
      stage.opens(stage.link)
      stage.link.answers(call: 0)
      #expect(stage.link.launches == 2)
      #expect(stage.answer(7) != nil)
    }
  }

  @Test func `a link that broke ends its process and its calls`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.call(7)
      await stage.turn()
      stage.link.happens(.broken("does not read what it is sent"))
      #expect(stage.link.actions.suffix(2) == [.kill, .stopReading])
      stage.link.exits(.signal(9))
      guard case .died(let how, _)? = stage.failure(7)?.loss else {
        return #expect(Bool(false), "the call is lost")
      }
      #expect(how == "does not read what it is sent")
    }
  }

  @Test func `an end that is never reported is taken for granted`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.call(7)
      await stage.turn()
      stage.link.happens(.outputEnded)
      await stage.pass(.milliseconds(300))
      guard case .died(let how, _)? = stage.failure(7)?.loss else {
        return #expect(Bool(false), "the call is lost")
      }
      #expect(how == "closed its output")
    }
  }

  @Test func `a fault in its place fails a call that was not sent`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.call(7)
      stage.link.happens(.failed(stage.link.id(ofCall: 0)))
      #expect(stage.failure(7)?.loss == .injected)
      #expect(stage.failure(7)?.certainty == .notSent)
    }
  }

  @Test func `a server that does not open in its time is ended`() throws {
    try EndpointStage.run({ $0.policy.timeout.start = .seconds(10) }) { stage in
      stage.call(7)
      await stage.pass(.seconds(10))
      #expect(stage.link.actions.suffix(2) == [.kill, .stopReading])
      stage.link.exits(.signal(9))
      #expect(
        stage.failure(7)?.refusal
          == .notStarted(why: "did not finish its start in 10 s", tail: nil)
      )
    }
  }

  // MARK: Time

  @Test func `a call has its time, and the server is told that nobody waits`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.call(7, within: .seconds(5))
      await stage.pass(.seconds(4))
      #expect(stage.results(7).isEmpty)
      await stage.pass(.seconds(1))
      #expect(stage.failure(7)?.loss == .timedOut)
      #expect(stage.failure(7)?.certainty == .unknown)
      #expect(stage.link.requests("notifications/cancelled").count == 1)
      #expect(stage.link.requests("ping").count == 1)
      stage.link.answers(call: 0)
      #expect(stage.results(7).count == 1)
    }
  }

  @Test func `progress gives more time`() throws {
    try EndpointStage.run { stage in
      await stage.open()
      stage.call(7, within: .seconds(5))
      await stage.pass(.seconds(4))
      let id = stage.link.id(ofCall: 0)
      stage.link.says(
        #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":\#(id),"#
          + #""progress":1}}"#
      )
      #expect(stage.events.last == "progressed 7")
      await stage.pass(.seconds(4))
      #expect(stage.results(7).isEmpty)
      await stage.pass(.seconds(1))
      #expect(stage.failure(7)?.loss == .timedOut)
    }
  }

  @Test func `a server that does not answer three pings is ended`() throws {
    try EndpointStage.run({ $0.policy.breaker.mode = .disabled }) { stage in
      await stage.open()
      for number: UInt64 in 1...3 {
        stage.call(number, within: .seconds(5))
        await stage.pass(.seconds(5))
        #expect(stage.link.requests("ping").count == Int(number))
        #expect(!stage.link.actions.contains(.kill))
        await stage.pass(.seconds(5))
      }
      #expect(stage.link.actions.contains(.kill))
    }
  }
}
