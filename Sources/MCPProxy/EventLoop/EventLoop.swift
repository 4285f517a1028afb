import Synchronization

/// The one thread on which every actor runs: jobs first, then readiness and deadlines.
///
/// It is both serial and task executor, so that a resumed task comes back here instead of to the
/// global pool: one root task with this preference, structured children only (docs/decisions/0001).
package final class EventLoop: SerialExecutor, TaskExecutor {
  package typealias TimerID = TimerQueue<any LoopBound>.ID

  /// What other threads may touch; the lock is never held while a job or callback runs.
  private struct Shared {
    var jobs: [UnownedJob] = []
    var enqueued: UInt64 = 0
    var isStopped = false
  }

  /// What only the loop's thread touches.
  private struct Own {
    var timers = TimerQueue<any LoopBound>()
    var watchers = Watchers()
    var turnEnders: [any LoopBound] = []
    /// The turn enders being called; swapped with the others so that neither is allocated anew.
    var endingNow: [any LoopBound] = []
    var signalOwner: (any LoopBound)?

    mutating func takeTurnEnders() -> [any LoopBound] {
      endingNow.removeAll(keepingCapacity: true)
      swap(&turnEnders, &endingNow)
      return endingNow
    }
  }

  package let kernel: any Kernel
  private let picker: any JobPicker
  private let shared = Mutex(Shared())
  // Unsafe, because the compiler cannot see that actors and callbacks run on one thread only: the
  // one that built the loop until it runs, then the loop's. A lock here cost a tenth of a call.
  private nonisolated(unsafe) var own = Own()
  private let isSleeping = Atomic(false)
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
  package var enqueuedJobs: UInt64 { shared.withLock { $0.enqueued } }
  /// Timers set and not fired, for the tests that look for leaks.
  package var pendingTimers: Int { unsafe own.timers.count }

  // MARK: Executor

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let mustWake = shared.withLock { shared in
      shared.jobs.append(job)
      shared.enqueued += 1
      return isSleeping.load(ordering: .relaxed)
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
    let number = unsafe own.watchers.add(owner, token)
    do {
      try kernel.watch(descriptor, token: number, interest)
    } catch {
      unsafe own.watchers.remove(number)
      throw error
    }
    return number
  }

  /// Changes what is reported; after an error it is as before.
  package func rewatch(
    _ descriptor: Descriptor,
    _ watch: UInt64,
    _ interest: Interest
  ) throws(SystemError) {
    try kernel.rewatch(descriptor, token: watch, interest)
  }

  package func unwatch(_ descriptor: Descriptor, _ watch: UInt64) {
    kernel.unwatch(descriptor)
    unsafe own.watchers.remove(watch)
  }

  package func setTimer(at deadline: Instant, owner: any LoopBound) -> TimerID {
    unsafe own.timers.set(deadline, owner: owner)
  }

  package func cancelTimer(_ timer: TimerID) {
    unsafe own.timers.cancel(timer)
  }

  /// Calls `turnEnded` of `owner` once, before the loop sleeps.
  package func atEndOfTurn(_ owner: any LoopBound) {
    unsafe own.turnEnders.append(owner)
  }

  package func deliverSignals(to owner: any LoopBound) {
    unsafe own.signalOwner = owner
  }

  /// Ends `run` after the present turn.
  package func stop() {
    shared.withLock { $0.isStopped = true }
    kernel.wake()
  }

  // MARK: Running

  /// Runs until `stop`; the calling thread is the loop's from here on.
  package func run() {
    thread.claim()
    var batch: [UnownedJob] = []
    var events: [Readiness] = []
    while true {
      fireTimers()
      runJobs(&batch)
      endTurn()
      let turnIsOver = unsafe own.turnEnders.isEmpty
      let (stopped, busy) = shared.withLock { shared in
        let busy = !shared.jobs.isEmpty || !turnIsOver
        isSleeping.store(!busy, ordering: .relaxed)
        return (shared.isStopped, busy)
      }
      if stopped { return }
      events.removeAll(keepingCapacity: true)
      kernel.wait(until: busy ? .zero : unsafe own.timers.nextDeadline, &events)
      isSleeping.store(false, ordering: .relaxed)
      time.store(kernel.now().nanoseconds, ordering: .relaxed)
      for event in events { deliver(event) }
    }
  }

  private func fireTimers() {
    let now = now
    while let owner = unsafe own.timers.popDue(at: now) { owner.deliver(.timer) }
  }

  private func runJobs(_ batch: inout [UnownedJob]) {
    while true {
      shared.withLock { swap(&$0.jobs, &batch) }
      if batch.isEmpty { return }
      picker.order(&batch)
      for job in batch { run(job) }
      batch.removeAll(keepingCapacity: true)
    }
  }

  private func run(_ job: UnownedJob) {
    unsafe job.runSynchronously(
      isolatedTo: asUnownedSerialExecutor(),
      taskExecutor: asUnownedTaskExecutor()
    )
  }

  private func endTurn() {
    for owner in unsafe own.takeTurnEnders() { owner.deliver(.turnEnded) }
  }

  private func deliver(_ event: Readiness) {
    if let signal = event.signal {
      unsafe own.signalOwner?.deliver(.signal(signal))
    } else if let watcher = unsafe own.watchers[event.token] {
      watcher.owner.deliver(.ready(watcher.token, event.interest))
    }
  }
}
