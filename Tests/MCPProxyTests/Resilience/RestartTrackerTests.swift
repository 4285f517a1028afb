import MCPProxy
import Testing

@Suite struct RestartTrackerTests {
  /// The middle of the jitter: the delay is the ceiling itself.
  private static let middle = UInt64(1) << 63

  @Test func `waits double, and the sixth restart in a minute is not made`() {
    var tracker = RestartTracker(policy: RestartPolicy())
    var delays: [TimeSpan] = []
    var now = at(0)
    for _ in 0..<6 {
      tracker.started(at: now)
      switch tracker.ended(at: now, random: RestartTrackerTests.middle) {
      case .restart(let delay):
        delays.append(delay)
        now = now + delay
      case .crashed(let wait): #expect(wait == .seconds(300))
      }
    }
    #expect(delays == [500, 1000, 2000, 4000, 8000].map { TimeSpan.milliseconds($0) })
    #expect(tracker.isCrashed)
  }

  @Test(arguments: 0...3)
  func `as many restarts are made as the policy says`(most: Int) {
    var policy = RestartPolicy()
    policy.max = most
    var tracker = RestartTracker(policy: policy)
    for number in 0...most {
      tracker.started(at: at(0))
      let advice = tracker.ended(at: at(0), random: 0)
      #expect((advice == .crashed(retryAfter: .seconds(300))) == (number == most))
    }
  }

  @Test func `a crashed endpoint has one attempt each five minutes until it is healthy`() {
    var tracker = RestartTrackerTests.crashed()
    tracker.started(at: at(400))
    let again = tracker.ended(at: at(401), random: 0)
    #expect(again == .crashed(retryAfter: .seconds(300)))
    tracker.started(at: at(800))
    let healthy = tracker.ended(at: at(860), random: 0)
    #expect(healthy == .restart(after: .zero))
    #expect(!tracker.isCrashed)
  }

  @Test func `the operator makes it forget`() {
    var tracker = RestartTrackerTests.crashed()
    tracker.forget()
    #expect(!tracker.isCrashed)
    tracker.started(at: at(20))
    let advice = tracker.ended(at: at(20), random: RestartTrackerTests.middle)
    #expect(advice == .restart(after: .milliseconds(500)))
  }

  @Test func `a process that lived long begins the waits anew`() {
    var tracker = RestartTracker(policy: RestartPolicy())
    tracker.started(at: at(0))
    _ = tracker.ended(at: at(1), random: 0)
    tracker.started(at: at(2))
    let long = tracker.ended(at: at(62), random: 0)
    #expect(long == .restart(after: .zero))
    tracker.started(at: at(62))
    let short = tracker.ended(at: at(63), random: RestartTrackerTests.middle)
    #expect(short == .restart(after: .milliseconds(500)))
  }

  @Test func `waits stay within a fifth of the doubled base and of the cap`() {
    var policy = RestartPolicy()
    policy.max = 1000
    var random = SeededRandom(seed: 11)
    var tracker = RestartTracker(policy: policy)
    for attempt in 0..<40 {
      tracker.started(at: at(0))
      guard case .restart(let delay) = tracker.ended(at: at(0), random: random.next()) else {
        Issue.record("crashed at \(attempt)")
        return
      }
      var expected = 0.5
      for _ in 0..<attempt where expected < 30 { expected *= 2 }
      expected = min(expected, 30)
      #expect(delay.seconds >= expected * 0.8 && delay.seconds <= expected * 1.2)
    }
  }

  @Test(arguments: 0..<100)
  func `no minute sees more restarts than allowed`(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    var tracker = RestartTracker(policy: RestartPolicy())
    var now = at(0)
    var starts: [Instant] = []
    for _ in 0..<60 {
      tracker.started(at: now)
      starts.append(now)
      let life = random.chance(10) ? 60_000 + random.below(9000) : random.below(20_000)
      now = now + .milliseconds(Int64(life))
      switch tracker.ended(at: now, random: random.next()) {
      case .restart(let delay): now = now + delay
      case .crashed(let wait): now = now + wait
      }
    }
    for index in starts.indices.dropFirst(6) {
      #expect(starts[index] - starts[index - 6] >= .seconds(60), "seed \(seed)")
    }
  }

  @Test func `an update changes the limits and keeps what has happened`() {
    var tracker = RestartTracker(policy: RestartPolicy())
    tracker.started(at: at(0))
    _ = tracker.ended(at: at(0), random: 0)
    var policy = RestartPolicy()
    policy.base = .seconds(10)
    tracker.update(policy: policy)
    tracker.started(at: at(1))
    let second = tracker.ended(at: at(1), random: 0)
    // The second in a row waits twice the base; 20 % less is the shortest.
    #expect(second == .restart(after: .seconds(16)))
  }

  private static func crashed() -> RestartTracker {
    var tracker = RestartTracker(policy: RestartPolicy())
    for _ in 0...5 {
      tracker.started(at: at(0))
      _ = tracker.ended(at: at(0), random: 0)
    }
    return tracker
  }
}
