/// What the example server sends later, in the order of the instants, then of arrival.
struct ExampleSchedule {
  /// A line that belongs to a call.
  struct Event {
    /// The call's id, exactly as it came.
    let call: [UInt8]
    let line: [UInt8]
    /// Whether the call is over with it.
    let isAnswer: Bool
  }

  /// Sorted: the first is the next.
  private var events: [(due: Instant, event: Event)] = []

  var nextDeadline: Instant? { events.first?.due }

  mutating func add(_ event: Event, at due: Instant) {
    let position = events.firstIndex { due < $0.due } ?? events.endIndex
    events.insert((due, event), at: position)
  }

  /// Takes out the first event that is due; without an instant the first of all.
  mutating func next(until now: Instant?) -> Event? {
    guard let first = events.first else { return nil }
    if let now, now < first.due { return nil }
    return events.removeFirst().event
  }

  /// Forgets what belongs to a call.
  mutating func cancel(_ call: [UInt8]) { events.removeAll { $0.event.call == call } }
}

/// Delays drawn from a seed: always the same ones.
struct SeededDelays {
  private var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  /// Uniform to the millisecond.
  mutating func next(upTo most: TimeSpan) -> TimeSpan {
    let choices = UInt64(max(0, most.nanoseconds / 1_000_000)) + 1
    return .milliseconds(Int64(generator.next() % choices))
  }
}
