import Synchronization

/// The one thread on which every actor runs: jobs first, then readiness and deadlines.
///
/// It is both serial and task executor, so that a resumed task comes back here instead of to the
/// global pool: one root task with this preference, structured children only (docs/decisions/0001).
package final class EventLoop: SerialExecutor, TaskExecutor {
  package typealias TimerID = TimerQueue<any LoopBound>.ID

  /// Everything the loop keeps; the lock is never held while a job or callback runs.
  private struct State {
    var jobs: [UnownedJob] = []
    var timers = TimerQueue<any LoopBound>()
    /// Who is told of a descriptor's readiness, by watch number.
    var watchers: [UInt64: Watcher] = [:]
    var lastWatch: UInt64 = 0
    var turnEnders: [any LoopBound] = []
    var signalOwner: (any SignalReceiver)?
    var enqueued: UInt64 = 0
    var isStopped = false
    var isSleeping = false
  }

  private struct Watcher {
    let owner: any LoopBound
    let token: UInt64
  }

  package let kernel: any Kernel
  private let picker: any JobPicker
  private let state = Mutex(State())
  private let time: Atomic<Int64>
  private let thread = LoopThread()

  package init(kernel: any Kernel, picker: any JobPicker = FirstJob()) {
    self.kernel = kernel
    self.picker = picker
    self.time = Atomic(kernel.now().nanoseconds)
  }

  /// The time at which this turn began: one clock reading serves every decision of a turn.
  package var now: Instant { Instant(nanoseconds: time.load(ordering: .relaxed)) }

  /// Jobs ever queued, for the tests that count them.
  package var enqueuedJobs: UInt64 { state.withLock { $0.enqueued } }
  /// Timers set and not fired, for the tests that look for leaks.
  package var pendingTimers: Int { state.withLock { $0.timers.count } }

  // MARK: Executor

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let mustWake = state.withLock { state in
      state.jobs.append(job)
      state.enqueued += 1
      return state.isSleeping
    }
    // Only another thread can find the loop asleep; the program has none, tests do.
    if mustWake { kernel.wake() }
  }

  package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    unsafe UnownedSerialExecutor(ordinary: self)
  }

  package func asUnownedTaskExecutor() -> UnownedTaskExecutor {
    unsafe UnownedTaskExecutor(ordinary: self)
  }

  package func checkIsolated() {
    precondition(thread.isCurrent, "not on the event loop")
  }

  /// Asked at every `assumeIsolated`; without an answer the runtime goes a longer way to find one.
  package func isIsolatingCurrentContext() -> Bool? { thread.isCurrent }

  // MARK: Requests of actors

  /// Reports readiness of `descriptor` to `owner` until `unwatch`; returns the watch's number.
  package func watch(
    _ descriptor: Descriptor,
    _ interest: Interest,
    owner: any LoopBound,
    token: UInt64
  ) throws(SystemError) -> UInt64 {
    let number = state.withLock { state in
      state.lastWatch += 1
      state.watchers[state.lastWatch] = Watcher(owner: owner, token: token)
      return state.lastWatch
    }
    do {
      try kernel.watch(descriptor, token: number, interest)
    } catch {
      state.withLock { _ = $0.watchers.removeValue(forKey: number) }
      throw error
    }
    return number
  }

  package func rewatch(_ descriptor: Descriptor, _ watch: UInt64, _ interest: Interest) {
    // It was accepted once; what it fails with now shows at the next read or write.
    try? kernel.rewatch(descriptor, token: watch, interest)
  }

  package func unwatch(_ descriptor: Descriptor, _ watch: UInt64) {
    kernel.unwatch(descriptor)
    state.withLock { _ = $0.watchers.removeValue(forKey: watch) }
  }

  package func setTimer(at deadline: Instant, owner: any LoopBound, token: UInt64) -> TimerID {
    state.withLock { $0.timers.set(deadline, owner: owner, token: token) }
  }

  package func cancelTimer(_ timer: TimerID) {
    state.withLock { $0.timers.cancel(timer) }
  }

  /// Calls `turnEnded` of `owner` once, before the loop sleeps.
  package func atEndOfTurn(_ owner: any LoopBound) {
    state.withLock { $0.turnEnders.append(owner) }
  }

  package func deliverSignals(to owner: any SignalReceiver) {
    state.withLock { $0.signalOwner = owner }
  }

  /// Ends `run` after the present turn.
  package func stop() {
    state.withLock { $0.isStopped = true }
    kernel.wake()
  }

  // MARK: Running

  /// Runs until `stop`; the calling thread is the loop's from here on.
  package func run() {
    thread.claim()
    var events: [Readiness] = []
    while true {
      fireTimers()
      runJobs()
      endTurn()
      let (stopped, deadline, busy) = state.withLock { state in
        let busy = !state.jobs.isEmpty || !state.turnEnders.isEmpty
        state.isSleeping = !busy
        return (state.isStopped, state.timers.nextDeadline, busy)
      }
      if stopped { return }
      events.removeAll(keepingCapacity: true)
      kernel.wait(until: busy ? .zero : deadline, &events)
      state.withLock { $0.isSleeping = false }
      time.store(kernel.now().nanoseconds, ordering: .relaxed)
      for event in events { deliver(event) }
    }
  }

  private func fireTimers() {
    while true {
      let now = now
      guard let due = state.withLock({ $0.timers.popDue(at: now) }) else { return }
      deliverTimer(due.owner, due.token)
    }
  }

  private func runJobs() {
    var batch: [UnownedJob] = []
    while true {
      state.withLock { swap(&$0.jobs, &batch) }
      if batch.isEmpty { return }
      picker.order(&batch)
      for job in batch {
        unsafe job.runSynchronously(
          isolatedTo: asUnownedSerialExecutor(),
          taskExecutor: asUnownedTaskExecutor()
        )
      }
      batch.removeAll(keepingCapacity: true)
    }
  }

  private func endTurn() {
    let owners = state.withLock { state in
      let owners = state.turnEnders
      state.turnEnders.removeAll(keepingCapacity: true)
      return owners
    }
    for owner in owners { deliverEndOfTurn(owner) }
  }

  private func deliver(_ event: Readiness) {
    if let signal = event.signal {
      guard let owner = state.withLock({ $0.signalOwner }) else { return }
      deliverSignal(owner, signal)
      return
    }
    guard let watcher = state.withLock({ $0.watchers[event.token] }) else { return }
    deliverReadiness(watcher.owner, watcher.token, event.interest)
  }

  // The loop's thread is every actor's executor, so isolation holds without a hop.

  private func deliverReadiness(_ owner: some LoopBound, _ token: UInt64, _ interest: Interest) {
    owner.assumeIsolated { $0.descriptorReady(token, interest) }
  }

  private func deliverTimer(_ owner: some LoopBound, _ token: UInt64) {
    owner.assumeIsolated { $0.timerFired(token) }
  }

  private func deliverEndOfTurn(_ owner: some LoopBound) {
    owner.assumeIsolated { $0.turnEnded() }
  }

  private func deliverSignal(_ owner: some SignalReceiver, _ signal: Signal) {
    owner.assumeIsolated { $0.signalReceived(signal) }
  }
}

/// The actor that is told of signals.
package protocol SignalReceiver: LoopBound {
  func signalReceived(_ signal: Signal)
}
