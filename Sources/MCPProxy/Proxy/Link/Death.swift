extension Life {
  /// What is told of the end of a process, or of a start that failed.
  package struct Death: Equatable, Sendable {
    package enum Next: Equatable, Sendable {
      /// It ended in peace, and is started again when something needs it.
      case whenNeeded
      case again(RestartTracker.Advice)
      /// The proxy ends.
      case never
    }
    /// Goes on from the server's name: `exited (code 1)`.
    package let story: String
    /// The same in brackets, for a call: `code 1`.
    package let cause: String
    package let wasReady: Bool
    package let wasLaunched: Bool
    package let next: Next

    package init(
      story: String,
      cause: String,
      wasReady: Bool,
      wasLaunched: Bool = true,
      next: Next
    ) {
      self.story = story
      self.cause = cause
      self.wasReady = wasReady
      self.wasLaunched = wasLaunched
      self.next = next
    }
  }

  /// What an end depends on beside the process: whether somebody waits for it, and chance.
  package struct Moment {
    package let now: Instant
    package let isAwaited: Bool
    package let random: () -> UInt64

    package init(_ now: Instant, isAwaited: Bool, random: @escaping () -> UInt64) {
      self.now = now
      self.isAwaited = isAwaited
      self.random = random
    }
  }
}
