import MCPProtocol

/// The client's connection: what it asks, what is in flight for it, what it is sent.
///
/// Its extensions hold reading, requests, calls, lists and the questions endpoints ask back.
package actor ClientSession: EndpointObserver, LoopBound {
  package nonisolated let loop: EventLoop
  nonisolated let endpoints: [Endpoint]
  nonisolated let settings: ProxySettings
  nonisolated let usage: UsageLog
  nonisolated let store: CatalogStore
  nonisolated let log: Log
  private let input: Descriptor
  private let output: Descriptor

  // The connection
  private var outbox = Outbox()
  private var outputWatch: UInt64?
  private var flushIsDue = false
  private var isGone = false
  private var readWaiter = Waiter()
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

  package init(
    loop: EventLoop,
    input: Descriptor,
    output: Descriptor,
    endpoints: [Endpoint],
    settings: ProxySettings,
    usage: UsageLog,
    store: CatalogStore,
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
    let names = ToolNames(separator: settings.separator, longest: settings.maxToolName)
    catalog = Catalog(endpoints.map(\.configuration), names: names)
    (table, list) = catalog.publish()
  }

  /// Serves the client until it closes its side and everything in flight is answered.
  package func run() async {
    await loadStoredTools()
    let watch = try? loop.watch(input, .reading, owner: self, token: Stream.input.rawValue)
    var buffer = LineBuffer(limit: settings.maxLine)
    await withDiscardingTaskGroup { group in
      var isOpen = watch != nil
      while isOpen, !isEnding {
        await unsafe withUnsafeContinuation { unsafe readWaiter.wait($0) }
        isOpen = await readOnce(input, &buffer, &group)
        if isClogged, isOpen, let watch {
          loop.rewatch(input, watch, [])
          await roomForMore()
          loop.rewatch(input, watch, .reading)
        }
      }
      if let watch { loop.unwatch(input, watch) }
      if !isEnding, let last = buffer.remainder() {
        await receive(last, buffer.storage, &group)
      }
    }
    flush()
  }

  /// Reads what is there; false at the end of the stream.
  private func readOnce(
    _ input: Descriptor,
    _ buffer: inout LineBuffer,
    _ group: inout DiscardingTaskGroup
  ) async -> Bool {
    let room = buffer.makeRoom()
    let kernel = loop.kernel
    switch buffer.fill({ kernel.read(input, into: &$0, at: room) }) {
    case .bytes(let count):
      buffer.commit(count)
      while let line = buffer.next() { await receive(line, buffer.storage, &group) }
      return true
    case .wouldBlock: return true
    case .end, .failed: return false
    }
  }

  // MARK: Writing

  /// Bytes that may wait for the client before nothing more is read for it.
  private static let outboxLimit = 4 << 20
  /// Above this, what may be lost is not sent at all.
  private static let courtesyLimit = 1 << 20

  package var isClogged: Bool { outbox.pendingBytes > Self.outboxLimit }

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
    guard !flushIsDue else { return }
    flushIsDue = true
    loop.atEndOfTurn(self)
  }

  /// Sends a line that may be lost when the client is behind.
  func sendCourtesy(_ frame: [UInt8]) {
    if outbox.pendingBytes < Self.courtesyLimit { send(frame) }
  }

  package func turnEnded() {
    flushIsDue = false
    flush()
  }

  func flush() {
    guard !isGone else { return }
    switch outbox.flush(into: output, loop.kernel) {
    case .done:
      if let watch = outputWatch { loop.unwatch(output, watch) }
      outputWatch = nil
    case .blocked:
      if outputWatch == nil {
        outputWatch = try? loop.watch(
          output,
          .writing,
          owner: self,
          token: Stream.output.rawValue
        )
      }
    case .failed:
      // Nobody reads any more: finish as if the input had ended.
      isGone = true
      if let watch = outputWatch { loop.unwatch(output, watch) }
      end()
    }
    if !isClogged || isGone { resumeRoomWaiters() }
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
    case .input: readWaiter.resume()
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
