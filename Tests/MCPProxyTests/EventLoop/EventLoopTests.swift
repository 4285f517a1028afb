import MCPProxy
import Testing

struct EventLoopTests {
  @Test func `timers fire in order and time passes only while waiting`() {
    let kernel = FakeKernel()
    let loop = EventLoop(kernel: kernel)
    let witness = LoopWitness(loop)
    let times = loop.runUntilDone {
      let start = loop.now
      _ = loop.setTimer(at: start + .seconds(3), owner: witness)
      _ = loop.setTimer(at: start + .seconds(1), owner: witness)
      let cancelled = loop.setTimer(at: start + .seconds(2), owner: witness)
      loop.cancelTimer(cancelled)
      var times: [Double] = []
      for _ in 0..<2 {
        await witness.nextEvent()
        times.append((loop.now - start).seconds)
      }
      return times
    }
    #expect(times == [1, 3])
    #expect(loop.runUntilDone { await witness.events } == ["timer", "timer"])
    #expect(loop.pendingTimers == 0)
  }

  @Test func `one reading of the clock serves a whole turn`() {
    let kernel = FakeKernel()
    let loop = EventLoop(kernel: kernel)
    let same = loop.runUntilDone {
      let before = loop.now
      kernel.script { $0.now = $0.now + .seconds(5) }
      return loop.now == before
    }
    #expect(same == true)
  }

  @Test func `jobs run in the order they were queued`() {
    let loop = EventLoop(kernel: FakeKernel())
    let order = Shared<[Int]>([])
    _ = loop.runUntilDone {
      await withDiscardingTaskGroup { group in
        for number in 0..<100 { group.addTask { order.change { $0.append(number) } } }
      }
    }
    #expect(order.value == Array(0..<100))
  }

  @Test func `a turn ends after its jobs and before the loop sleeps`() {
    let loop = EventLoop(kernel: FakeKernel())
    let witness = LoopWitness(loop)
    let events = loop.runUntilDone {
      _ = loop.setTimer(at: loop.now + .seconds(1), owner: witness)
      loop.atEndOfTurn(witness)
      await withDiscardingTaskGroup { group in
        for number in 0..<3 { group.addTask { await witness.note("job \(number)") } }
      }
      await witness.nextEvent()
      await witness.nextEvent()
      return await witness.events
    }
    #expect(events == ["job 0", "job 1", "job 2", "turn ended", "timer"])
  }

  @Test func `readiness reaches the owner until it is unwatched`() throws {
    let kernel = FakeKernel()
    let loop = EventLoop(kernel: kernel)
    let witness = LoopWitness(loop)
    kernel.script { $0.reads[5] = [.end] }
    let events = loop.runUntilDone {
      let watch = try? loop.watch(Descriptor(5), .reading, owner: witness, token: 9)
      await witness.nextEvent()
      // Without interest nothing is reported, though there is something to read.
      try? loop.rewatch(Descriptor(5), watch ?? 0, [])
      _ = loop.setTimer(at: loop.now + .seconds(1), owner: witness)
      await witness.nextEvent()
      try? loop.rewatch(Descriptor(5), watch ?? 0, [.reading, .writing])
      await witness.nextEvent()
      loop.unwatch(Descriptor(5), watch ?? 0)
      _ = loop.setTimer(at: loop.now + .seconds(1), owner: witness)
      await witness.nextEvent()
      return await witness.events
    }
    #expect(events == ["ready 9 r", "timer", "ready 9 rw", "timer"])
    #expect(kernel.seen.watches.isEmpty)
  }

  @Test func `the number of a watch is never used again`() throws {
    let loop = EventLoop(kernel: FakeKernel())
    let witness = LoopWitness(loop)
    let first = try loop.watch(Descriptor(5), .reading, owner: witness, token: 0)
    loop.unwatch(Descriptor(5), first)
    let second = try loop.watch(Descriptor(5), .reading, owner: witness, token: 0)
    #expect(first != second)
  }

  @Test func `an idle loop sleeps without a deadline`() {
    let kernel = FakeKernel()
    let loop = EventLoop(kernel: kernel)
    let idle = Shared(0)
    kernel.script {
      $0.whenIdle = {
        idle.value += 1
        loop.stop()
      }
    }
    loop.run()
    #expect(idle.value == 1)
    #expect(kernel.seen.waits == 1)
  }

  /// Puts the first job of every batch last.
  private struct FirstJobLast: JobPicker {
    func order(_ jobs: inout [UnownedJob]) { jobs.append(jobs.removeFirst()) }
  }

  @Test func `another picker may change the order of jobs that are ready`() {
    let loop = EventLoop(kernel: FakeKernel(), picker: FirstJobLast())
    let order = Shared<[Int]>([])
    _ = loop.runUntilDone {
      await withDiscardingTaskGroup { group in
        for number in 0..<10 { group.addTask { order.change { $0.append(number) } } }
      }
    }
    #expect(order.value != Array(0..<10))
    #expect(order.value.sorted() == Array(0..<10))
  }

  @Test func `what a child task costs in jobs is bounded`() throws {
    let loop = EventLoop(kernel: FakeKernel())
    let witness = LoopWitness(loop)
    let jobs = loop.runUntilDone {
      let before = loop.enqueuedJobs
      await withDiscardingTaskGroup { group in
        for _ in 0..<1000 { group.addTask { await witness.note("here") } }
      }
      return loop.enqueuedJobs - before
    }
    // Start and end of each child; calls of actors on the loop are no hops of their own.
    #expect(try #require(jobs) <= 4010)
  }

  @Test func `instants and spans saturate instead of overflowing`() {
    let far = Instant(nanoseconds: .max - 1) + .seconds(5)
    #expect(far.nanoseconds == .max)
    let long = Instant(nanoseconds: .min + 1) + TimeSpan(nanoseconds: -5_000_000_000)
    #expect(long.nanoseconds == .min)
    #expect((TimeSpan(nanoseconds: .max) * 2).nanoseconds == .max)
    #expect(TimeSpan.minutes(2).seconds == 120)
  }
}
