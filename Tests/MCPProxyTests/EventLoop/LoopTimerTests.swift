import MCPProxy
import Testing

struct LoopTimerTests {
  /// An actor with one timer, and the times at which it was told.
  private actor Sleeper: LoopBound {
    nonisolated let loop: EventLoop
    private(set) var told: [Double] = []
    private var timer = LoopTimer()
    private var waiter = Waiter()

    init(_ loop: EventLoop) { self.loop = loop }

    func set(_ deadline: Instant?) { timer.set(deadline, for: self) }
    func cancel() { timer.cancel(loop) }

    func timerFired() {
      timer.fired()
      told.append((loop.now - at(0)).seconds)
      waiter.resume()
    }

    func next() async { await unsafe withUnsafeContinuation { unsafe waiter.wait($0) } }
  }

  private func run(
    _ body: @escaping @Sendable (Sleeper, EventLoop) async -> Void
  ) -> (told: [Double]?, timers: Int) {
    let loop = EventLoop(kernel: FakeKernel())
    let sleeper = Sleeper(loop)
    let told = loop.runUntilDone {
      await body(sleeper, loop)
      return await sleeper.told
    }
    return (told, loop.pendingTimers)
  }

  @Test func `a later time leaves an earlier one alone, and there is one timer only`() {
    let (told, timers) = run { sleeper, loop in
      await sleeper.set(at(5))
      await sleeper.set(at(9))
      await sleeper.set(nil)
      #expect(loop.pendingTimers == 1)
      await sleeper.next()
    }
    #expect(told == [5] && timers == 0)
  }

  @Test func `an earlier time takes the place of a later one`() {
    let (told, timers) = run { sleeper, loop in
      await sleeper.set(at(9))
      await sleeper.set(at(5))
      #expect(loop.pendingTimers == 1)
      await sleeper.next()
      // It has fired: any time is a new one.
      await sleeper.set(at(9))
      await sleeper.next()
    }
    #expect(told == [5, 9] && timers == 0)
  }

  @Test func `a timer that is cancelled tells nobody, and can be set again`() {
    let (told, timers) = run { sleeper, _ in
      await sleeper.set(at(5))
      await sleeper.cancel()
      await sleeper.cancel()
      await sleeper.set(at(7))
      await sleeper.next()
    }
    #expect(told == [7] && timers == 0)
  }

  @Test(
    arguments: [(nil, nil, nil), (1, nil, 1), (nil, 2, 2), (1, 2, 1), (3, 2, 2)]
      as [(Double?, Double?, Double?)]
  )
  func `of two deadlines the earlier counts, and one that is missing does not`(
    left: Double?,
    right: Double?,
    earlier: Double?
  ) {
    #expect(Instant.earlier(left.map(at), right.map(at)) == earlier.map(at))
  }
}
