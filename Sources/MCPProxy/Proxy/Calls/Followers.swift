/// The calls that need a task: those that wait for one, and those that sleep between two steps.
struct Followers {
  private var queue: [Call] = []
  private var sleeping: [Call] = []
  private var waiter = Waiter()

  /// A call that needs a task.
  mutating func add(_ call: Call) {
    queue.append(call)
    waiter.resume()
  }

  var isEmpty: Bool { queue.isEmpty }

  /// The number of the next call that needs a task.
  mutating func next() -> UInt64? { queue.isEmpty ? nil : queue.removeFirst().number }

  /// Takes the task that gives calls their tasks, until there is one more or `wake`.
  mutating func wait(_ continuation: UnsafeContinuation<Void, Never>) {
    unsafe waiter.wait(continuation)
  }

  mutating func wake() { waiter.resume() }

  // MARK: Sleeping

  mutating func sleeps(_ call: Call) { sleeping.append(call) }

  var hasSleepers: Bool { !sleeping.isEmpty }

  var nextDeadline: Instant? {
    sleeping.isEmpty ? nil : sleeping.compactMap { $0.follower?.deadline }.min()
  }

  /// Lets go on who has slept long enough, and who is chosen.
  mutating func wakeSleepers(at now: Instant, _ isChosen: (Call) -> Bool) {
    guard !sleeping.isEmpty else { return }
    // Who was woken otherwise has no deadline any more.
    let due = sleeping.filter { call in
      isChosen(call) || call.follower?.deadline.map { $0 <= now } ?? true
    }
    sleeping.removeAll { call in due.contains { $0 === call } }
    for call in due { call.follower?.wake() }
  }
}
