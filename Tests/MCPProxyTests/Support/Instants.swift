import MCPProxy

/// An instant so many seconds after an arbitrary start.
func at(_ seconds: Double) -> Instant {
  Instant(nanoseconds: 1_000_000_000_000) + TimeSpan.seconds(1) * seconds
}
