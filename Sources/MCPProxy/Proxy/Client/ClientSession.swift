import MCPProtocol

/// The client's connection: what it asks, what is in flight for it, what it is sent.
///
/// Its extensions hold reading, requests, calls, lists and the questions endpoints ask back.
package actor ClientSession: EndpointObserver, LoopBound {
  package nonisolated let loop: EventLoop
  nonisolated let endpoints: [Endpoint]
  nonisolated let settings: ProxySettings
  nonisolated let store: CatalogStore
  nonisolated let log: Log
  nonisolated let congestion: Congestion
  var usage: UsageLog
  var usageTimer: EventLoop.TimerID?
  let input: Descriptor
  let output: Descriptor

  // The connection
  var outbox = Outbox()
  var inputWatch: UInt64?
  var outputWatch: (number: UInt64, interest: Interest)?
  var flushIsDue = false
  var isGone = false
  var readWaiter = Waiter()
  var lines: LineBuffer
  var inbox: [IncomingMessage] = []
  var inputHasEnded = false
  var hasStoppedReading = false
  /// Nothing is read until the client has read.
  private var isPaused = false
  /// The client has closed its side, and what it sent before may be unread.
  var hasHungUp = false
  /// Runs while a client that has closed its side is behind; with what it had read at its start.
  var patience: (timer: EventLoop.TimerID, written: Int)?
  /// Input or output could not be used, for another reason than that the client is gone.
  private(set) var hasFailed = false
  var isEnding = false

  // What was agreed
  var version: ProtocolVersion?
  var isInitialized = false
  var clientCapabilities: [UInt8] = Array("{}".utf8)
  var canBeAsked: Set<Method> = []
  var logLevel: LogSeverity?

  // Calls
  var calls = NumberTable<ClientCall>()
  /// Calls that were sent on at once and have come back without an answer to give.
  var unfinished: [UnfinishedCall] = []
  var lastCall: UInt64 = 0
  var batches: [Int: Batch] = [:]
  var lastBatch = 0

  // Lists
  var catalog: Catalog
  var standIns = StandInReview()
  var table: RoutingTable
  var list: [UInt8]
  /// The list the client was last sent or told about.
  var listKnown: [UInt8]?
  var listWaiters: [UInt64: Waiter] = [:]
  var changeTimer: EventLoop.TimerID?
  var endpointsAreStarted = false

  // Questions of endpoints
  var questions: [Int: Question] = [:]
  var lastQuestion = 0
  var earlyQuestions: [EarlyQuestion] = []
  /// Answers to what is not open; they are dropped.
  var lateAnswers = 0

  package init(
    loop: EventLoop,
    input: Descriptor,
    output: Descriptor,
    endpoints: [Endpoint],
    settings: ProxySettings,
    usage: UsageLog,
    store: CatalogStore,
    congestion: Congestion,
    log: Log
  ) {
    self.loop = loop
    self.input = input
    self.output = output
    self.endpoints = endpoints
    self.settings = settings
    self.usage = usage
    self.store = store
    self.log = log
    self.congestion = congestion
    lines = LineBuffer(limit: settings.maxLine)
    let names = ToolNames(separator: settings.separator, longest: settings.maxToolName)
    catalog = Catalog(endpoints.map(\.configuration), names: names)
    let published = catalog.publish()
    (table, list) = (published.table, published.list)
  }

  /// Serves the client until it closes its side and everything in flight is answered.
  package func run() async {
    await loadStoredTools()
    watchInput()
    // Where the system cannot say that nobody reads any more, the next write will.
    try? watchOutput([])
    await withDiscardingTaskGroup { group in
      while !isOver {
        if hasNothingToDo { await unsafe withUnsafeContinuation { unsafe readWaiter.wait($0) } }
        for call in takeUnfinished() {
          group.addTask { await self.answerCall(call.flow, after: call.result) }
        }
        for message in takeInbox() { await receive(message, &group) }
        pauseOrGoOn()
        if mustStopReading {
          stopReading()
          await refuseQuestions()
        }
        if mustCancelAll { await cancelAll() }
      }
    }
    flush()
    usage.flush()
  }

  private var hasNothingToDo: Bool {
    inbox.isEmpty && unfinished.isEmpty && !isOver && !mustStopReading && !mustCancelAll
      && !(isPaused && !mustPause)
  }

  private var mustPause: Bool { congestion.isClogged && !inputHasEnded }

  /// The input is over, or nothing more of it is wanted.
  private var mustStopReading: Bool { (inputHasEnded || isEnding) && !hasStoppedReading }

  /// The client no longer reads: nobody waits for what is still under way.
  private var mustCancelAll: Bool {
    isGone && calls.sortedNumbers.contains { calls[$0]?.isCancelled == false }
  }

  /// Nothing more is read, and everything is answered.
  private var isOver: Bool {
    hasStoppedReading && inbox.isEmpty && unfinished.isEmpty && calls.isEmpty
  }

  /// Reads nothing more of a client that is behind until it has read.
  ///
  /// That it closes its side is noticed all the same.
  private func pauseOrGoOn() {
    guard mustPause != isPaused else { return }
    isPaused = mustPause
    if isPaused {
      watchInput(.closed)
      limitPatience()
    } else if !mustStopReading {
      watchInput()
    }
  }

  /// Watches the input, or asks to be told once more of what is still to be read.
  func watchInput(_ interest: Interest = [.reading, .once]) {
    do throws(SystemError) {
      if let watch = inputWatch { return try loop.rewatch(input, watch, interest) }
      inputWatch = try loop.watch(input, interest, owner: self, token: Stream.input.rawValue)
    } catch {
      inputFailed(error)
    }
  }

  /// Nothing more can be read: the session ends as if the client had closed its side.
  func inputFailed(_ error: SystemError) {
    failed("the client's messages cannot be read", error)
    inputHasEnded = true
    stopWatchingInput()
  }

  /// A client that has closed its side is no fault.
  func failed(_ text: String, _ error: SystemError) {
    guard !error.isClosedPipe else { return }
    hasFailed = true
    log.error("\(text): \(error)")
  }

  /// The client has closed its side while nothing is read of it.
  private func clientHangsUp() {
    // Else it would be reported again and again.
    stopWatchingInput()
    hasHungUp = true
    limitPatience()
  }

  private func stopWatchingInput() {
    if let watch = inputWatch { loop.unwatch(input, watch) }
    inputWatch = nil
  }

  private func stopReading() {
    hasStoppedReading = true
    stopWatchingInput()
    limitPatience()
  }

  private func takeUnfinished() -> [UnfinishedCall] {
    defer { unfinished.removeAll() }
    return unfinished
  }

  private func takeInbox() -> [IncomingMessage] {
    defer { inbox.removeAll() }
    return inbox
  }

  func wakeReader() { readWaiter.resume() }

  // MARK: Loop callbacks

  enum Stream: UInt64 {
    case input
    case output
  }

  package func descriptorReady(_ token: UInt64, _ interest: Interest) {
    switch Stream(rawValue: token) {
    case .input where isPaused: if interest.contains(.closed) { clientHangsUp() }
    case .input: inputReady(isClosed: interest.contains(.closed))
    // Reading is never asked for: it means that the other end is closed.
    case .output where interest.contains(.reading): clientIsGone()
    case .output: flush()
    case nil: break
    }
  }

  package func timerFired(_ token: UInt64) {
    if token == Self.usageToken {
      usageTimer = nil
      usage.flush()
    } else if token == Self.changeToken {
      changeTimer = nil
      announceChange()
    } else if token == Self.patienceToken {
      patienceEnded()
    } else if token & Self.sleepFlag != 0 {
      wake(token & ~Self.sleepFlag)
    } else {
      listWaiters[token]?.resume()
      listWaiters[token] = nil
    }
  }

  /// The tokens of this actor's timers: a client that is gone to wait for, lines to write, a change
  /// to announce, a call's wait, a list's wait.
  static let patienceToken = UInt64.max - 2
  static let usageToken = UInt64.max - 1
  static let changeToken = UInt64.max
  static let sleepFlag: UInt64 = 1 << 62
}
