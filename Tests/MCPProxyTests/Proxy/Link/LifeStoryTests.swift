import MCPProxy
import Testing

/// Lives of processes from their start to their end, to the words that are told of it.
struct LifeStoryTests {
  private static func moment(
    _ now: Instant,
    isAwaited: Bool = false,
    random: UInt64 = 0
  ) -> Life.Moment {
    Life.Moment(now, isAwaited: isAwaited) { random }
  }

  private static func policy(_ change: (inout EndpointPolicy) -> Void = { _ in }) -> EndpointPolicy
  {
    var policy = EndpointPolicy()
    change(&policy)
    return policy
  }

  /// A process that serves since this time.
  private static func serving(_ policy: EndpointPolicy = policy(), at now: Instant) -> Life {
    var life = Life(policy, unusable: nil)
    _ = life.demand(at: now)
    _ = life.launched(at: now)
    _ = life.opened()
    return life
  }

  private static func death(_ actions: [Life.Action]) -> Life.Death? {
    for case .ended(let death) in actions { return death }
    return nil
  }

  @Test func `a process is started, opened, and serves without a time limit`() {
    var life = Life(Self.policy { $0.timeout.start = .seconds(20) }, unusable: nil)
    #expect(life.nextDeadline == nil)
    let started = life.demand(at: at(1))
    #expect(started == [.launch] && life.nextDeadline == nil)
    let again = life.demand(at: at(1))
    #expect(again.isEmpty)
    let launched = life.launched(at: at(3))
    // Its time begins when it runs, not while its command is looked for.
    #expect(launched.isEmpty && life.state == .opening(until: at(23)))
    let opened = life.opened()
    #expect(opened == [.serve] && life.isReady && life.nextDeadline == nil)
  }

  @Test func `a process that does not finish its start is killed, and its end is waited for`() {
    var life = Life(Self.policy { $0.timeout.start = .seconds(20) }, unusable: nil)
    _ = life.demand(at: at(0))
    _ = life.launched(at: at(0))
    let early = life.expire(Self.moment(at(19.9)))
    #expect(early.isEmpty)
    let late = life.expire(Self.moment(at(20)))
    #expect(late == [.kill, .stopReading])
    #expect(life.state == .ending(wasReady: false, until: at(20.3)))
    let ended = life.exited(.signal(9), Self.moment(at(20.1)))
    let story = "did not finish its start in 20 s"
    let death = Life.Death(
      story: story,
      cause: story,
      wasReady: false,
      next: .again(.restart(after: .milliseconds(400)))
    )
    #expect(ended == [.lose(death), .bury(isHurried: false), .ended(death)])
    #expect(life.state == .backingOff(until: at(20.5), why: story))
  }

  @Test func `a crash loop waits longer each time, and then is left alone`() {
    var life = Life(Self.policy { $0.restart.max = 2 }, unusable: nil)
    var now = at(0)
    var waits: [Double] = []
    while case .launch? =
      (life.state == .idle ? life.demand(at: now) : life.expire(Self.moment(now)))
      .first
    {
      _ = life.launched(at: now)
      let death = Self.death(life.exited(.code(3), Self.moment(now)))
      #expect(death?.story == "exited (code 3)" && death?.cause == "code 3")
      guard let next = life.nextDeadline else { break }
      waits.append((next - now).seconds)
      now = next
    }
    #expect(waits == [0.4, 0.8])
    #expect(life.state == .crashed(until: now + .minutes(5), why: "exited (code 3)"))
    #expect(!life.canServe(at: now + .seconds(299)) && life.canServe(at: now + .minutes(5)))
    let early = life.demand(at: now + .seconds(299))
    #expect(early.isEmpty)
    let revived = life.demand(at: now + .minutes(5))
    #expect(revived == [.launch])
  }

  @Test(
    arguments: [
      (.code(0), false, true), (.code(0), true, false), (.code(1), false, false),
      (.signal(15), false, false),
    ] as [(MCPProxy.ExitStatus, Bool, Bool)]
  )
  func `only an end in peace that nobody waits behind is followed by no start`(
    status: MCPProxy.ExitStatus,
    isAwaited: Bool,
    isPeaceful: Bool
  ) {
    var life = Self.serving(at: at(0))
    let death = Self.death(life.exited(status, Self.moment(at(1), isAwaited: isAwaited)))
    #expect((death?.next == .whenNeeded) == isPeaceful)
    #expect((life.state == .idle) == isPeaceful)
  }

  @Test func `an end in peace makes the crashes before it forgotten`() {
    var life = Self.serving(Self.policy { $0.restart.max = 1 }, at: at(0))
    _ = life.exited(.code(1), Self.moment(at(1)))
    _ = life.expire(Self.moment(at(2)))
    _ = life.launched(at: at(2))
    _ = life.opened()
    _ = life.exited(.code(0), Self.moment(at(3)))
    _ = life.demand(at: at(3))
    _ = life.launched(at: at(3))
    let death = Self.death(life.exited(.code(1), Self.moment(at(4))))
    #expect(death?.next == .again(.restart(after: .milliseconds(400))))
  }

  @Test func `a process that ends before it serves has not ended in peace`() {
    var life = Life(Self.policy(), unusable: nil)
    _ = life.demand(at: at(0))
    _ = life.launched(at: at(0))
    let death = Self.death(life.exited(.code(0), Self.moment(at(1))))
    #expect(death?.next == .again(.restart(after: .milliseconds(400))))
  }

  @Test func `the end of the output may come before the exit or after it`() {
    var first = Self.serving(at: at(0))
    let silence = first.outputEnded(at: at(5))
    #expect(silence.isEmpty && first.state == .ending(wasReady: true, until: at(5.3)))
    var second = Self.serving(at: at(0))
    let (one, other) = (
      first.exited(.code(2), Self.moment(at(5.1))), second.exited(.code(2), Self.moment(at(5.1)))
    )
    #expect(one == other && Self.death(one)?.story == "exited (code 2)")
    let late = second.outputEnded(at: at(5.2))
    #expect(late.isEmpty && second.state == first.state)
  }

  @Test func `a process that closes its output and stays is killed, and told as it was`() {
    var life = Self.serving(at: at(0))
    _ = life.outputEnded(at: at(5))
    let actions = life.expire(Self.moment(at(5.3)))
    let death = Self.death(actions)
    #expect(death?.story == "closed its standard output" && death?.cause == "closed its output")
    #expect(actions.prefix(2) == [.kill, .stopReading])
    let late = life.exited(.signal(9), Self.moment(at(5.4)))
    #expect(late.isEmpty)
  }

  @Test func `what even a kill does not end is given up in time`() {
    var life = Self.serving(at: at(0))
    let killed = life.misbehaved("did not answer three pings", at: at(9))
    #expect(killed == [.kill, .stopReading] && life.nextDeadline == at(9.3))
    let again = life.misbehaved("lied", at: at(9.1))
    #expect(again.isEmpty)
    let death = Self.death(life.expire(Self.moment(at(9.3))))
    #expect(death?.story == "did not answer three pings")
  }

  @Test(
    arguments: [
      (.code(3), "exited (code 3)"), (.signal(9), Life.closedInput),
    ] as [(MCPProxy.ExitStatus, String)]
  )
  func `what a process did says more than that its input was closed`(
    status: MCPProxy.ExitStatus,
    story: String
  ) {
    var life = Self.serving(at: at(0))
    _ = life.misbehaved(Life.closedInput, at: at(1))
    #expect(Self.death(life.exited(status, Self.moment(at(1))))?.story == story)
  }

  @Test func `a launch that fails is told as it is, and tried again`() {
    var life = Life(Self.policy(), unusable: nil)
    _ = life.demand(at: at(0))
    let actions = life.launchFailed("no such file", Self.moment(at(0), random: .max))
    let death = Life.Death(
      story: "no such file",
      cause: "no such file",
      wasReady: false,
      wasLaunched: false,
      next: .again(.restart(after: .milliseconds(600)))
    )
    // Nothing was ever sent to it, so nothing is lost.
    guard case .ended(let told)? = actions.first, actions.count == 1,
      case .again(.restart(let wait)) = told.next
    else {
      Issue.record("\(actions)")
      return
    }
    #expect((told.story, told.cause) == (death.story, death.cause))
    #expect(!told.wasLaunched && wait > .milliseconds(599) && wait <= .milliseconds(600))
  }

  // MARK: Stopping

  @Test func `a process that does not listen is ended in 1,7 seconds`() {
    var life = Self.serving(at: at(0))
    var seen: [(Double, [Life.Action])] = [(0, life.stop(at: at(10)))]
    while let due = life.nextDeadline {
      seen.append(((due - at(10)).seconds, life.expire(Self.moment(due))))
    }
    let death = Life.Death(
      story: "did not end when it was told to",
      cause: "did not end when it was told to",
      wasReady: true,
      next: .never
    )
    #expect(seen.map(\.0) == [0, 1, 1.5, 1.7])
    #expect(seen[0].1 == [.closeInput])
    #expect(seen[1].1 == [.terminate])
    #expect(seen[2].1 == [.kill])
    #expect(
      seen[3].1
        == [.kill, .stopReading, .lose(death), .ended(death), .bury(isHurried: true)]
    )
    let buried = life.buried()
    #expect(buried == [.stopped] && life.state == .buried)
  }

  @Test func `what it does wrong while it is stopped never gives it more time`() {
    var life = Self.serving(at: at(0))
    _ = life.stop(at: at(10))
    _ = life.misbehaved("lied", at: at(10.1))
    #expect(life.state == .stopping(.killed(until: at(10.3))))
    var late = Self.serving(at: at(0))
    _ = late.stop(at: at(10))
    _ = late.expire(Self.moment(at(11)))
    _ = late.expire(Self.moment(at(11.5)))
    let actions = late.misbehaved("lied", at: at(11.6))
    #expect(actions == [.kill, .stopReading] && late.nextDeadline == at(11.7))
    let again = late.misbehaved("lied", at: at(11.65))
    #expect(again.isEmpty)
    #expect(Self.death(late.exited(.signal(9), Self.moment(at(11.7))))?.story == "lied")
  }

  @Test func `a launch that waits for the shell while the proxy ends is ended at once`() {
    var life = Life(Self.policy(), unusable: nil)
    _ = life.demand(at: at(0))
    let stopped = life.stop(at: at(1))
    // Nothing can hurry it: it has a time limit of its own.
    #expect(stopped.isEmpty && life.nextDeadline == nil && !life.canServe(at: at(1)))
    let launched = life.launched(at: at(4))
    #expect(launched == [.closeInput] && life.state == .stopping(.asked(until: at(5))))
    let opened = life.opened()
    #expect(opened.isEmpty)
    let death = Self.death(life.exited(.code(0), Self.moment(at(4.1))))
    #expect(death?.next == .never && life.state == .stopping(.burying))
  }

  @Test func `an exit where nothing runs is none`() {
    var life = Life(Self.policy(), unusable: nil)
    _ = life.demand(at: at(0))
    let stray = life.exited(.code(1), Self.moment(at(0)))
    _ = life.launched(at: at(0))
    let real = life.exited(.code(2), Self.moment(at(1)))
    #expect(stray.isEmpty && Self.death(real)?.story == "exited (code 2)")
  }
}
