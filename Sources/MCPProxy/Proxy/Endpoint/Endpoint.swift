import MCPProtocol

/// One MCP server and all that guards it: process, breaker, limits, queue, calls in flight.
///
/// Its extensions follow a call's way: `+Admission`, `+Answers`, and a process's: `+Life`.
package actor Endpoint: LoopBound {
  package nonisolated let loop: EventLoop
  package nonisolated let index: Int
  package nonisolated let configuration: EndpointConfiguration
  nonisolated let launcher: Launcher
  nonisolated let congestion: Congestion
  nonisolated let log: Log
  /// Both live as long as the program.
  var observer: (any EndpointObserver)?

  // Guards
  #if MUTANTS
  // The simulation runs a model beside each.
  typealias Breaker = WatchedBreaker
  typealias Bucket = WatchedBucket
  #else
  typealias Breaker = CircuitBreaker
  typealias Bucket = TokenBucket
  #endif
  var breaker: Breaker
  var toolBreakers: ToolBreakers
  var bucket: Bucket?
  var toolBuckets: [Int: TokenBucket] = [:]
  var bulkhead: Bulkhead
  var retryBudget: RetryBudget

  // Calls
  var pending = PendingRequests()
  /// Calls without a place: those of `arrivals`, then those of the bulkhead's queue.
  var waiting: [UInt64: WaitingCall] = [:]
  /// Calls that came before the process was ready, in order.
  var arrivals: [UInt64] = []
  var callTimer: (id: EventLoop.TimerID, deadline: Instant)?
  var queueTimer: EventLoop.TimerID?
  var queueDeadline: Instant?
  var tokenTimer: EventLoop.TimerID?
  var breakerTimer: EventLoop.TimerID?
  var flushIsDue = false
  var questions = OpenQuestions()
  /// Since when no call's time runs, because the human was asked something.
  var pausedSince: Instant?
  /// What the last failed call ended with, for the breaker's text.
  var lastFailure: String?
  /// Faults to inject; `nil` without `--chaos`, and all that then costs is the question.
  var chaos: FaultInjection?

  // Process
  var state = EndpointState.idle
  var restarts: RestartTracker
  var process: EndpointProcess?
  /// What is on its way to the process.
  var outbox = Outbox()
  var startWaiter = Waiter()
  var startIsDue = false
  var readWaiter = Waiter()
  var errorWaiter = Waiter()
  var exitWaiter = Waiter()
  var refreshWaiter = Waiter()
  var burialWaiter = Waiter()
  var lifeTimer: EventLoop.TimerID?
  var tail = ErrorTail()
  var lines: LineBuffer
  /// Messages that need a hop, and whatever came behind them, in order.
  var inbox: [IncomingLine] = []
  var outputHasEnded = false
  /// What was decided about the start after the process that has ended; see `decideNextStart`.
  var nextStart: RestartTracker.Advice?
  var dyingGroups: Set<Int32> = []
  var clientCapabilities: [UInt8] = Array("{}".utf8)
  var logLevel: String?
  var junkLines = 0
  var lateAnswers = 0
  var unansweredProbes = 0
  var toolNumbers = ToolNumbers()
  /// What the running process declares of its tools, by number; `nil`: it was not asked yet.
  var listedEffects: [Int: Effect]?
  var listIsStale = false
  var lastSpeech = Instant.zero
  #if MUTANTS
  lazy var wallStart = loop.kernel.wallClock() - loop.now.nanoseconds
  #endif

  package init(
    _ configuration: EndpointConfiguration,
    index: Int,
    loop: EventLoop,
    launcher: Launcher,
    congestion: Congestion,
    chaos: ChaosPlan? = nil,
    log: Log
  ) {
    self.congestion = congestion
    lines = LineBuffer(limit: launcher.maxLine)
    self.configuration = configuration
    self.index = index
    self.loop = loop
    self.launcher = launcher
    self.log = log
    self.chaos = chaos.map { FaultInjection(plan: $0) }
    let policy = configuration.policy
    breaker = Breaker(policy: policy.breaker)
    toolBreakers = ToolBreakers(policy: policy.breaker)
    bucket = policy.rateLimit.map { Bucket(policy: $0, at: loop.now) }
    bulkhead = Bulkhead(policy: policy.concurrency)
    retryBudget = RetryBudget(policy: policy.retry, at: loop.now)
    restarts = RestartTracker(policy: policy.restart)
    if case .unusable(let reason) = configuration.launch { state = .unusable(reason) }
    if configuration.disabled { state = .unusable("it is disabled in the configuration") }
  }

  package nonisolated var name: String { configuration.name }

  package var isStopping: Bool { state == .stopping }

  package func setObserver(_ observer: any EndpointObserver) { self.observer = observer }

  /// The number by which guards know a tool; given once and kept.
  package func number(ofTool name: String) -> Int {
    let number = toolNumbers.number(of: name)
    if toolBuckets[number] == nil, let limit = configuration.tools[name]?.rateLimit {
      toolBuckets[number] = TokenBucket(policy: limit, at: loop.now)
    }
    return number
  }

  // MARK: Calls

  /// Sends a call to the endpoint, when its guards let it, and waits for what becomes of it.
  package func attempt(_ attempt: Attempt) async -> AttemptResult {
    if let failure = gate(attempt) { return .failed(failure) }
    #if MUTANTS
    if Mutant.isActive(.admissionSplitByAwait), bulkhead.waiting == 0, state == .ready {
      return await attemptInTwoSteps(attempt)
    }
    #endif
    return await unsafe withUnsafeContinuation { continuation in
      unsafe receive(attempt, continuation)
    }
  }

  /// Sends a call, or lets it wait for a place; false if anything else stands in its way.
  ///
  /// The way of nearly every call: no task, no hop. The observer hears of its end.
  package func begin(_ attempt: Attempt) -> Bool {
    guard state == .ready, gate(attempt) == nil else { return false }
    #if MUTANTS
    if Mutant.isActive(.admissionSplitByAwait) { return false }
    #endif
    let now = loop.now
    if bulkhead.hasPlace {
      // Whoever waits beside a free place waits for a token: may this one pass?
      guard bulkhead.waiting == 0,
        case .admitted(let permit, let toolPermit) = admit(attempt, since: now, at: now)
      else { return false }
      _ = bulkhead.enter()
      send(attempt, permit, toolPermit, queued: .zero, .direct)
      return true
    }
    guard refusalOfOpenBreaker(attempt, at: now) == nil,
      bulkhead.enqueue(attempt.call, at: now, deadline: attempt.deadline)
    else { return false }
    waiting[attempt.call] = WaitingCall(attempt: attempt, since: now, completion: .direct)
    armQueueTimer()
    return true
  }

  /// Tells whoever waits for an attempt how it ended.
  func finish(_ call: CallInFlight, _ result: AttemptResult) {
    if let mode = chaos?.takeMark(call.attempt.call) {
      observer?.injected(mode, into: call.attempt.call)
    }
    finish(call.completion, call.attempt, result)
  }

  func finish(_ waiter: WaitingCall, _ result: AttemptResult) {
    finish(waiter.completion, waiter.attempt, result)
  }

  private func finish(_ completion: Completion, _ attempt: Attempt, _ result: AttemptResult) {
    switch completion {
    case .task(let continuation): unsafe continuation.resume(returning: result.kept())
    case .direct: observer?.attemptEnded(attempt.call, result)
    }
  }

  /// Gives up a call wherever it is; its `attempt` returns `cancelled`.
  package func cancel(_ call: UInt64, reason: [UInt8]?) {
    if let waiter = waiting.removeValue(forKey: call) {
      if !bulkhead.cancel(call) { arrivals.removeAll { $0 == call } }
      waiter.timer.map(loop.cancelTimer)
      finish(waiter, .cancelled(.notSent, queued: loop.now - waiter.since))
      admitWaiting()
    } else if let id = pending.id(ofCall: call), let inFlight = pending.removeCall(id) {
      sendCancellation(of: id, reason: reason)
      settle(inFlight, .cancelled)
      finish(inFlight, .cancelled(.unknown, queued: inFlight.queued))
      admitWaiting()
    }
  }

  // MARK: Loop callbacks

  package func descriptorReady(_ token: UInt64, _ interest: Interest) {
    switch Stream(rawValue: token) {
    case .output: outputReady(isClosed: interest.contains(.closed))
    case .error: errorWaiter.resume()
    case .input: flush()
    case nil: break
    }
  }

  package func turnEnded() {
    flushIsDue = false
    flush()
  }

  package func timerFired(_ token: UInt64) {
    let timer = EndpointTimer(token)
    switch timer.kind {
    case .calls: callTimerFired()
    case .deadline:
      _ = chaos?.takeFault(Int(timer.number))
      deadlinePassed(Int(timer.number))
    case .waiting: waitingTooLong(timer.number)
    case .queue: queueTimerFired()
    case .token: tokenTimerFired()
    case .breaker: breakerTimerFired()
    case .life: lifeTimerFired(LifePhase(rawValue: timer.number))
    case .group: groupTimerFired(Int32(truncatingIfNeeded: timer.number))
    case .question: questionTimedOut(timer.number)
    case .chaos: chaosTimerFired(timer.number)
    }
  }

  /// The pipes of the process, as tokens of the loop.
  enum Stream: UInt64 {
    case input
    case output
    case error
  }
}

/// What a timer of an endpoint is for, packed into the loop's token.
struct EndpointTimer {
  enum Kind: UInt64 {
    /// A call that was sent may have had its time.
    case calls
    /// A request of our own has had its time.
    case deadline
    /// A call has waited for the process to come up until its own deadline.
    case waiting
    /// A place in the queue runs out.
    case queue
    /// A token of the bucket is there.
    case token
    /// The breaker's open wait or its probes' time is over.
    case breaker
    /// The present step of the process's life has had its time.
    case life
    /// What is left of an ended process's group is to be killed.
    case group
    /// A question to the human has had its time.
    case question
    /// The second half of an injected fault is due.
    case chaos
  }
  let kind: Kind
  let number: UInt64

  init(_ kind: Kind, _ number: UInt64 = 0) {
    self.kind = kind
    self.number = number
  }

  init(_ token: UInt64) {
    kind = Kind(rawValue: token >> 56) ?? .life
    number = token & 0xFF_FFFF_FFFF_FFFF
  }

  var token: UInt64 { kind.rawValue << 56 | number }
}
