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
  /// The endpoints' names as JSON strings, for the usage log.
  nonisolated let nameTokens: [[UInt8]]
  var usage: UsageLog
  let input: Descriptor
  private let output: Descriptor

  // The connection
  private var outbox = Outbox()
  private var outputWatch: UInt64?
  private var flushIsDue = false
  private var isGone = false
  private var readWaiter = Waiter()
  var lines: LineBuffer
  var inbox: [IncomingMessage] = []
  var inputHasEnded = false
  private var hasStoppedReading = false
  /// Endpoints that wait for the client to read.
  private var roomWaiters: [Waiter] = []
  var isEnding = false

  // What was agreed
  var version: ProtocolVersion?
  var isInitialized = false
  var clientCapabilities: [UInt8] = Array("{}".utf8)
  var canBeAsked: Set<Method> = []
  var logLevel: LogSeverity?

  // Calls
  var calls: [UInt64: ClientCall] = [:]
  /// Calls that were sent on at once and have come back without an answer to give.
  var unfinished: [UnfinishedCall] = []
  var callsByID: [RequestID: UInt64] = [:]
  var lastCall: UInt64 = 0
  var batches: [Int: Batch] = [:]
  var lastBatch = 0

  // Lists
  var catalog: Catalog
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
  /// Questions that came before the client said it was ready.
  var earlyQuestions: [(endpoint: Int, line: [UInt8], envelope: Envelope)] = []

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
    nameTokens = endpoints.map { endpoint in
      var writer = JSONWriter()
      writer.string(endpoint.name)
      return writer.bytes
    }
    let names = ToolNames(separator: settings.separator, longest: settings.maxToolName)
    catalog = Catalog(endpoints.map(\.configuration), names: names)
    (table, list) = catalog.publish()
  }

  /// Serves the client until it closes its side and everything in flight is answered.
  package func run() async {
    await loadStoredTools()
    let watch = try? loop.watch(input, .reading, owner: self, token: Stream.input.rawValue)
    inputHasEnded = watch == nil
    await withDiscardingTaskGroup { group in
      while !isOver {
        if hasNothingToDo { await unsafe withUnsafeContinuation { unsafe readWaiter.wait($0) } }
        for call in takeUnfinished() {
          group.addTask { await self.answerCall(call.flow, after: call.result) }
        }
        for message in takeInbox() { await receive(message, &group) }
        if isClogged, let watch, !inputHasEnded {
          loop.rewatch(input, watch, [])
          await roomForMore()
          loop.rewatch(input, watch, .reading)
        }
        if inputHasEnded || isEnding { stopReading(watch) }
        if mustCancelAll { await cancelAll() }
      }
    }
    flush()
    usage.flush()
  }

  private var hasNothingToDo: Bool {
    inbox.isEmpty && unfinished.isEmpty && !isOver && !(inputHasEnded && !hasStoppedReading)
      && !(isEnding && !hasStoppedReading) && !mustCancelAll
  }

  /// The client no longer reads: nobody waits for what is still under way.
  private var mustCancelAll: Bool { isGone && calls.values.contains { !$0.isCancelled } }

  /// Nothing more is read, and everything is answered.
  private var isOver: Bool {
    hasStoppedReading && inbox.isEmpty && unfinished.isEmpty && calls.isEmpty
  }

  private func stopReading(_ watch: UInt64?) {
    guard !hasStoppedReading else { return }
    hasStoppedReading = true
    if let watch { loop.unwatch(input, watch) }
    // From here on only the output can tell that the client is gone.
    if outputWatch == nil, !isGone { watchOutput([]) }
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

  // MARK: Writing

  /// Bytes that may wait for the client before nothing more is read for it.
  private static let outboxLimit = 4 << 20
  /// Above this, what may be lost is not sent at all.
  private static let courtesyLimit = 1 << 20

  var isClogged: Bool { outbox.pendingBytes > Self.outboxLimit }

  package func roomForMore() async {
    guard isClogged, !isGone else { return }
    await unsafe withUnsafeContinuation { continuation in
      var waiter = Waiter()
      unsafe waiter.wait(continuation)
      roomWaiters.append(waiter)
    }
  }

  /// Sends one whole line, its end included.
  func send(_ frame: [UInt8]) {
    guard !isGone else { return }
    outbox.append(frame)
    flushAtEndOfTurn()
  }

  private func flushAtEndOfTurn() {
    guard !flushIsDue else { return }
    flushIsDue = true
    loop.atEndOfTurn(self)
  }

  /// Enters a finished call into the books, after its answer.
  func append(_ record: UsageRecord) {
    usage.append(record)
    flushAtEndOfTurn()
  }

  /// Sends a line that may be lost when the client is behind.
  func sendCourtesy(_ frame: [UInt8]) {
    if outbox.pendingBytes < Self.courtesyLimit { send(frame) }
  }

  package func turnEnded() {
    flushIsDue = false
    flush()
    // The client has its answer first.
    usage.flush()
  }

  func flush() {
    guard !isGone else { return }
    switch outbox.flush(into: output, loop.kernel) {
    case .done: stopWatchingOutput()
    case .blocked:
      if let watch = outputWatch {
        loop.rewatch(output, watch, .writing)
      } else {
        watchOutput(.writing)
      }
    case .failed:
      clientIsGone()
    }
    congestion.set(isClogged && !isGone)
    if !congestion.isClogged { resumeRoomWaiters() }
  }

  private func watchOutput(_ interest: Interest) {
    outputWatch = try? loop.watch(
      output,
      interest,
      owner: self,
      token: Stream.output.rawValue
    )
  }

  private func stopWatchingOutput() {
    guard let watch = outputWatch else { return }
    if hasStoppedReading, !isGone { return loop.rewatch(output, watch, []) }
    loop.unwatch(output, watch)
    outputWatch = nil
  }

  /// Nobody reads any more: everything ends as if the input had ended, but unanswered.
  private func clientIsGone() {
    guard !isGone else { return }
    isGone = true
    stopWatchingOutput()
    end()
    congestion.set(false)
    resumeRoomWaiters()
  }

  private func resumeRoomWaiters() {
    let waiters = roomWaiters
    roomWaiters.removeAll()
    for var waiter in waiters { waiter.resume() }
  }

  /// Whether everything was handed to the system, or never will be.
  package var isFlushed: Bool { isGone || outbox.pendingBytes == 0 }

  /// Reads no more; what is in flight goes on.
  package func end() {
    isEnding = true
    readWaiter.resume()
    resumeListWaiters()
  }

  // MARK: Loop callbacks

  enum Stream: UInt64 {
    case input
    case output
  }

  package func descriptorReady(_ token: UInt64, _ interest: Interest) {
    switch Stream(rawValue: token) {
    case .input: inputReady()
    // Reading is never asked for: it means that the other end is closed.
    case .output where interest.contains(.reading): clientIsGone()
    case .output: flush()
    case nil: break
    }
  }

  package func timerFired(_ token: UInt64) {
    if token == Self.changeToken {
      changeTimer = nil
      announceChange()
    } else if token & Self.sleepFlag != 0 {
      wake(token & ~Self.sleepFlag)
    } else {
      listWaiters[token]?.resume()
      listWaiters[token] = nil
    }
  }

  /// The tokens of this actor's timers: a change to announce, a call's wait, a list's wait.
  static let changeToken = UInt64.max
  static let sleepFlag: UInt64 = 1 << 62
}
