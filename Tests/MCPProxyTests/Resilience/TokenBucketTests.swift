import MCPProxy
import Testing

@Suite struct TokenBucketTests {
  @Test func `the burst passes at once and then one call an interval`() {
    var bucket = TokenBucket(policy: RateLimitPolicy(calls: 5, burst: 3), at: at(0))
    for _ in 0..<3 {
      let wait = bucket.take(at: at(0))
      #expect(wait == nil)
    }
    let refused = bucket.take(at: at(0))
    #expect(refused == .milliseconds(200))
    let early = bucket.take(at: at(0.15))
    #expect(early == .milliseconds(50))
    let late = bucket.take(at: at(0.2))
    #expect(late == nil)
  }

  @Test func `a refused call spends nothing and asking takes nothing`() {
    var bucket = TokenBucket(policy: RateLimitPolicy(calls: 1, burst: 1), at: at(0))
    #expect(bucket.retryAfter(at: at(0)) == .zero)
    _ = bucket.take(at: at(0))
    for _ in 0..<100 { _ = bucket.take(at: at(0.5)) }
    #expect(bucket.retryAfter(at: at(0.5)) == .milliseconds(500))
    let taken = bucket.take(at: at(1))
    #expect(taken == nil)
  }

  @Test func `a long pause gives no more than the burst`() {
    var bucket = TokenBucket(policy: RateLimitPolicy(calls: 100, burst: 4), at: at(0))
    let admitted = (0..<10).filter { _ in bucket.take(at: at(100_000)) == nil }
    #expect(admitted.count == 4)
    #expect(bucket.tokens(at: at(900_000)) == 4)
  }

  @Test(arguments: [0, -1, Double.nan])
  func `no calls at all block everything for ever`(calls: Double) {
    var policy = RateLimitPolicy(calls: 1, burst: 5)
    policy.calls = calls
    var bucket = TokenBucket(policy: policy, at: at(0))
    let wait = bucket.take(at: at(0))
    #expect(wait == TimeSpan(nanoseconds: .max))
    #expect(bucket.tokens(at: at(0)) == 0)
  }

  @Test func `extreme limits do not overflow`() {
    for calls in [Double.leastNonzeroMagnitude, 1e-12, 1e300, Double.infinity] {
      for burst in [0, 1, Int.max] {
        for per in [TimeSpan(nanoseconds: 1), TimeSpan(nanoseconds: .max)] {
          var policy = RateLimitPolicy(calls: 1, per: per, burst: burst)
          policy.calls = calls
          var bucket = TokenBucket(policy: policy, at: at(0))
          for _ in 0..<5 { _ = bucket.take(at: at(1)) }
          let tokens = bucket.tokens(at: at(1))
          #expect(tokens >= 0)
          bucket.update(policy: RateLimitPolicy(calls: 3, burst: 7), at: at(2))
          #expect(bucket.tokens(at: at(2)) <= 7)
          bucket.update(policy: policy, at: at(3))
          _ = bucket.take(at: at(4))
        }
      }
    }
  }

  @Test func `an update keeps the tokens as far as they fit`() {
    var bucket = TokenBucket(policy: RateLimitPolicy(calls: 1, burst: 10), at: at(0))
    for _ in 0..<6 { _ = bucket.take(at: at(0)) }
    bucket.update(policy: RateLimitPolicy(calls: 100, burst: 20), at: at(0))
    #expect(abs(bucket.tokens(at: at(0)) - 4) < 1e-6)
    bucket.update(policy: RateLimitPolicy(calls: 7, burst: 2), at: at(0))
    #expect(bucket.tokens(at: at(0)) == 2)
  }

  @Test func `an update that changes nothing leaves the bucket as it is`() {
    let policy = RateLimitPolicy(calls: 3, burst: 3)
    var bucket = TokenBucket(policy: policy, at: at(0))
    _ = bucket.take(at: at(0))
    var other = bucket
    // A third of a second is no whole number of nanoseconds: counting anew would round.
    other.update(policy: policy, at: at(0.1))
    #expect(other.tokens(at: at(0.1)) == bucket.tokens(at: at(0.1)))
  }

  @Test func `an update to no calls at all blocks, and the next one lets through again`() {
    var bucket = TokenBucket(policy: RateLimitPolicy(calls: 1, burst: 2), at: at(0))
    bucket.update(policy: RateLimitPolicy(calls: 0, burst: 2), at: at(0))
    let blocked = bucket.take(at: at(1000))
    #expect(blocked == TimeSpan(nanoseconds: .max))
    bucket.update(policy: RateLimitPolicy(calls: 1, burst: 2), at: at(1000))
    #expect(bucket.retryAfter(at: at(1002)) == .zero)
  }

  @Test func `a pause holds back what there are tokens for`() {
    var bucket = TokenBucket(policy: RateLimitPolicy(calls: 10, burst: 2), at: at(0))
    bucket.pause(until: at(3))
    bucket.pause(until: at(2))
    let wait = bucket.take(at: at(1))
    #expect(wait == .seconds(2))
    #expect(bucket.tokens(at: at(1)) == 2)
    let taken = bucket.take(at: at(3))
    #expect(taken == nil)
  }

  @Test(arguments: 0..<200)
  func `no span admits more than burst plus rate times span`(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    let burst = 1 + random.below(8)
    let calls = [0.3, 1, 3, 7, 60, 1000][random.below(6)]
    var bucket = TokenBucket(policy: RateLimitPolicy(calls: calls, burst: burst), at: at(0))
    var now = at(0)
    var admitted: [Instant] = []
    for _ in 0..<200 {
      now = now + TimeSpan.seconds(1) * (Double(random.below(2000)) / 1000 / calls)
      let announced = bucket.retryAfter(at: now)
      if let wait = bucket.take(at: now) {
        #expect(wait == announced && wait > .zero)
        // The announced instant is the first at which there is a token, neither later nor earlier.
        #expect(bucket.retryAfter(at: now + wait) == .zero)
        #expect(bucket.retryAfter(at: now + wait + TimeSpan(nanoseconds: -1)) > .zero)
      } else {
        admitted.append(now)
      }
      let tokens = bucket.tokens(at: now)
      #expect(tokens >= 0 && tokens <= Double(burst))
    }
    for first in admitted.indices {
      for last in first..<admitted.count {
        let bound = Double(burst) + calls * (admitted[last] - admitted[first]).seconds
        if Double(last - first + 1) > bound + 1e-9 { Issue.record("seed \(seed)") }
      }
    }
  }
}
