import MCPProtocol

/// One client's connection: what a line is, what is answered here, what the client is told.
package actor ClientSession: LoopBound {
  package nonisolated let loop: EventLoop
  nonisolated let router: Router
  nonisolated let log: Log
  var wire: Wire
  var terms = Terms()
  var batches = Batches()
  var questions = ClientQuestions()
  var announcement = Announcement()
  var patience = Patience()
  var phase = Phase()
  private var timer = LoopTimer()
  private var endWaiter = Waiter()

  /// How far the session is.
  struct Phase {
    /// Nothing more comes from the client.
    var inputHasEnded = false
    /// The client has closed its side, and what it sent before may be unread.
    var hasHungUp = false
    /// Nothing is read until the client has read.
    var isPaused = false
    /// The client is behind with reading, and everybody was told.
    var isBehind = false
    /// Nothing more is wanted of the client.
    var isEnding = false
    var hasStoppedReading = false
    /// Nobody reads what it is sent.
    var isGone = false
    /// Input or output could not be used, for another reason than that the client is gone.
    var hasFailed = false
    var flushIsDue = false
    /// Requests that were handed on and have not ended.
    var openRequests = 0
    /// Answers to what was not open; they are dropped.
    var lateAnswers = 0

    var answersNoMore: Bool { inputHasEnded || isEnding }
    var isOver: Bool { hasStoppedReading && openRequests == 0 }
  }

  package init(
    loop: EventLoop,
    input: Descriptor,
    output: Descriptor,
    router: Router,
    maxLine: Int,
    log: Log
  ) {
    self.loop = loop
    self.router = router
    self.log = log
    wire = Wire(reading: input, writing: output, limit: maxLine)
  }

  /// Serves the client until it closes its side and everything in flight is answered.
  package func run() async {
    watchInput()
    // Where the system cannot say that nobody reads any more, the next write will.
    try? wire.outgoing.report([], to: self, as: Stream.output.rawValue)
    while !phase.isOver { await unsafe withUnsafeContinuation { unsafe endWaiter.wait($0) } }
    flush()
  }

  /// Input or output could not be used, for another reason than that the client is gone.
  package var hasFailed: Bool { phase.hasFailed }
  /// Whether everything was handed to the system, or never will be.
  package var isFlushed: Bool { phase.isGone || wire.pendingBytes == 0 }

  /// Reads no more; what is in flight goes on.
  package func end() {
    phase.isEnding = true
    // Whoever waits for the client to read, or for another try, is let go.
    setBehind(false)
    router.onLoop(()) { router, _ in router.end() }
    stopReading()
  }

  // MARK: Reading

  enum Stream: UInt64 {
    case input
    case output
  }

  /// Reads in a row, so that a client that writes without end does not keep the loop.
  private static let mostReads = 16

  private func read(isClosed: Bool) {
    guard !phase.answersNoMore else { return }
    var last = Wire.Reading.more
    var reads = Self.mostReads
    while last == .more, reads > 0, !isClogged {
      reads -= 1
      last = wire.read(loop.kernel, mayHaveEnded: isClosed)
      while let line = wire.nextLine() { take(line) }
    }
    switch last {
    case .dry: break
    case .more: if !phase.isPaused { watchInput() }
    case .ended:
      if let line = wire.lastLine() { take(line) }
      inputEnded()
    case .failed(let error): inputFailed(error)
    }
    pauseOrGoOn()
  }

  /// Watches the input, or asks to be told once more of what is still to be read.
  private func watchInput(_ interest: Interest = [.reading, .once]) {
    do throws(SystemError) {
      try wire.incoming.report(interest, to: self, as: Stream.input.rawValue)
    } catch {
      inputFailed(error)
    }
  }

  /// Reads nothing more of a client that is behind until it has read.
  ///
  /// That it closes its side is noticed all the same.
  private func pauseOrGoOn() {
    let mustPause = phase.isBehind && !phase.inputHasEnded
    guard mustPause != phase.isPaused, !phase.hasStoppedReading else { return }
    phase.isPaused = mustPause
    if mustPause {
      watchInput(.closed)
      limitPatience()
    } else if !phase.answersNoMore {
      watchInput()
    }
  }

  /// Nothing more can be read: the session ends as if the client had closed its side.
  private func inputFailed(_ error: SystemError) {
    failed("the client's messages cannot be read", error)
    inputEnded()
  }

  private func inputEnded() {
    phase.inputHasEnded = true
    stopReading()
  }

  private func stopReading() {
    guard !phase.hasStoppedReading else { return settle() }
    phase.hasStoppedReading = true
    wire.incoming.stopReporting(loop)
    limitPatience()
    refuseQuestions()
    settle()
  }

  /// Something has ended: it may have been the last.
  func settle() { if phase.isOver { endWaiter.resume() } }

  /// A client that has closed its side is no fault.
  private func failed(_ text: String, _ error: SystemError) {
    guard !error.isClosedPipe else { return }
    phase.hasFailed = true
    log.error("\(text): \(error)")
  }

  // MARK: Writing

  /// Bytes that may wait for the client before nothing more is read for it.
  private static let mostBytes = 4 << 20
  /// Above this, what may be lost is not sent at all.
  private static let mostCourtesy = 1 << 20

  var isClogged: Bool { wire.pendingBytes > Self.mostBytes }

  /// Sends one whole line, its end included.
  func send(_ frame: [UInt8]) {
    guard !phase.isGone else { return }
    wire.append(frame)
    flushAtEndOfTurn()
  }

  /// Sends a server's answer without a copy between; returns how long it is.
  func send(_ answer: Answer) -> Int {
    guard !phase.isGone else { return answer.frame.count }
    flushAtEndOfTurn()
    return answer.move(into: &wire)
  }

  /// Sends a line that may be lost when the client is behind.
  func sendCourtesy(_ frame: [UInt8]) {
    if wire.pendingBytes < Self.mostCourtesy { send(frame) }
  }

  private func flushAtEndOfTurn() {
    guard !phase.flushIsDue else { return }
    phase.flushIsDue = true
    loop.atEndOfTurn(self)
  }

  func flush() {
    guard !phase.isGone else { return }
    do throws(SystemError) {
      switch wire.flush(loop.kernel) {
      // Only the end of the other side is still of interest.
      case .done: if wire.outgoing.isWatched { relaxOutput() }
      // Else nobody would say when it takes the rest.
      case .blocked: try wire.outgoing.report(.writing, to: self, as: Stream.output.rawValue)
      case .failed(let error): throw error
      }
    } catch {
      failed("the client cannot be answered", error)
      clientIsGone()
    }
    setBehind(isClogged && !phase.isGone && !phase.isEnding)
  }

  private func relaxOutput() {
    let isRelaxed = (try? wire.outgoing.report([], to: self, as: Stream.output.rawValue)) != nil
    if !isRelaxed { wire.outgoing.stopReporting(loop) }
  }

  /// Tells all servers what this session asks of them.
  func tellTerms() {
    var asked = ClientTerms()
    asked.capabilities = terms.capabilities
    asked.logLevel = terms.logLevel?.name
    asked.isBehind = phase.isBehind
    router.onLoop(asked) { $0.take($1) }
  }

  private func setBehind(_ isBehind: Bool) {
    guard isBehind != phase.isBehind else { return }
    phase.isBehind = isBehind
    if !isBehind { patience.end() }
    tellTerms()
    pauseOrGoOn()
    limitPatience()
  }

  /// Begins to wait no longer than a while, if the client is behind and will send nothing more.
  private func limitPatience() {
    guard phase.isBehind, phase.inputHasEnded || phase.hasHungUp else { return }
    patience.begin(written: wire.written, at: loop.now)
    wake()
  }

  /// Nobody reads any more: everything ends as if the input had ended, but unanswered.
  private func clientIsGone() {
    guard !phase.isGone else { return }
    phase.isGone = true
    wire.outgoing.stopReporting(loop)
    end()
    router.onLoop(self) { $0.cancelAll(of: $1) }
  }

  // MARK: Loop callbacks

  package func descriptorReady(_ token: UInt64, _ interest: Interest) {
    switch Stream(rawValue: token) {
    case .input where phase.isPaused:
      guard interest.contains(.closed) else { return }
      // Else it would be reported again and again.
      wire.incoming.stopReporting(loop)
      phase.hasHungUp = true
      limitPatience()
    case .input: read(isClosed: interest.contains(.closed))
    // Reading is never asked for: it means that the other end is closed.
    case .output where interest.contains(.reading): clientIsGone()
    case .output: flush()
    case nil: break
    }
  }

  package func turnEnded() {
    phase.flushIsDue = false
    flush()
    wake()
  }

  package func timerFired() {
    timer.fired()
    announce()
    // Nobody reads: what it has sent and is unread stays so, what is in flight is finished.
    if patience.isOver(written: wire.written, at: loop.now) { end() }
    wake()
  }

  /// Sets the timer to the first time at which something is to be done.
  func wake() {
    timer.set(Instant.earlier(announcement.nextDeadline, patience.nextDeadline), for: self)
  }

  /// Tells the client that a list has changed, if it is time.
  func announce() {
    guard announcement.isDue(isReady: terms.isInitialized, at: loop.now) else { return }
    send(RequestLine.notification("notifications/tools/list_changed") + newline)
  }

  var newline: [UInt8] { [UInt8(ascii: "\n")] }
}
