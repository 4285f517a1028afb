import MCPProxy
import Testing

struct BreakerWordTests {
  @Test(
    arguments: [
      (.closed, "closed"), (.open(until: at(1)), "open"), (.halfOpen, "half_open"),
      (.forcedOpen, "forced_open"), (.disabled, "disabled"), (.metricsOnly, "metrics_only"),
    ] as [(CircuitBreaker.State, String)]
  )
  func `records name a breaker's state`(state: CircuitBreaker.State, word: String) {
    #expect(BreakerWord(state).rawValue == word)
  }
}
