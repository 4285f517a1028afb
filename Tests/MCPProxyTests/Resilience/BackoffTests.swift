import MCPProxy
import Testing

@Suite struct BackoffTests {
  private static let backoff = Backoff(policy: RetryPolicy())

  @Test(
    arguments: [
      (1, 100), (2, 200), (3, 400), (4, 800), (5, 1600), (6, 2000), (7, 2000), (5000, 2000),
    ] as [(Int, Int64)]
  )
  func `the longest delay doubles up to the cap`(attempt: Int, milliseconds: Int64) {
    #expect(
      BackoffTests.backoff.delay(attempt: attempt, random: .max) == .milliseconds(milliseconds)
    )
    #expect(BackoffTests.backoff.delay(attempt: attempt, random: 0) == .zero)
  }

  @Test func `the jitter is spread over the whole range even at the cap`() {
    var random = SeededRandom(seed: 3)
    var quarters = [0, 0, 0, 0]
    for _ in 0..<4000 {
      let delay = BackoffTests.backoff.delay(attempt: 20, random: random.next())
      quarters[min(3, Int(delay.milliseconds / 500))] += 1
    }
    #expect(quarters.allSatisfy { $0 > 800 && $0 < 1200 })
  }

  @Test(arguments: [Int64.min, -1, 0, 1, .max])
  func `odd limits give a delay between zero and the cap`(nanoseconds: Int64) {
    let span = TimeSpan(nanoseconds: nanoseconds)
    for backoff in [Backoff(base: span, cap: .seconds(1)), Backoff(base: .seconds(1), cap: span)] {
      for attempt in [Int.min + 1, -1, 0, 1, 2, 62, 63, 64, Int.max] {
        let delay = backoff.delay(attempt: attempt, random: .max)
        #expect(delay >= .zero && delay <= max(.zero, max(span, .seconds(1))))
      }
    }
  }
}
