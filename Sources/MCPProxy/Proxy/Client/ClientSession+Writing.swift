// What goes to the client: whole lines, in order, and never more than it keeps up with.
extension ClientSession {
  /// Bytes that may wait for the client before nothing more is read for it.
  private static let outboxLimit = 4 << 20
  /// Above this, what may be lost is not sent at all.
  private static let courtesyLimit = 1 << 20

  var isClogged: Bool { outbox.pendingBytes > Self.outboxLimit }

  /// Sends one whole line, its end included.
  func send(_ frame: [UInt8]) {
    guard !isGone else { return }
    outbox.append(frame)
    flushAtEndOfTurn()
  }

  /// Sends an endpoint's answer without a copy between; returns how long it is.
  func send(_ answer: Answer) -> Int {
    guard !isGone else { return answer.frame.count }
    let start = outbox.end
    outbox.append(answer.splice, answer.source, answer.line)
    flushAtEndOfTurn()
    return outbox.end - start
  }

  private func flushAtEndOfTurn() {
    guard !flushIsDue else { return }
    flushIsDue = true
    loop.atEndOfTurn(self)
  }

  /// Enters a finished call into the books, after its answer.
  func append(_ record: consuming UsageRecord) {
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
    guard let due = usage.turnEnded(), usageTimer == nil else { return }
    usageTimer = loop.setTimer(at: due, owner: self, token: Self.usageToken)
  }

  func flush() {
    guard !isGone else { return }
    switch outbox.flush(into: output, loop.kernel) {
    case .done: relaxOutputWatch()
    case .blocked:
      // Else nobody would say when it takes the rest.
      do throws(SystemError) { try watchOutput(.writing) } catch { outputFailed(error) }
    case .failed(let error): outputFailed(error)
    }
    let isBehind = isClogged && !isGone && !isEnding
    if isBehind != congestion.isClogged { setCongestion(isBehind) }
  }

  private func setCongestion(_ isBehind: Bool) {
    congestion.set(isBehind)
    guard !isBehind else { return limitPatience() }
    if let patience { loop.cancelTimer(patience.timer) }
    patience = nil
    readWaiter.resume()
    for endpoint in endpoints { endpoint.clientHasRoom() }
  }

  /// How long a client that has closed its side may read nothing.
  private static let patience = TimeSpan.seconds(1)

  /// Begins to wait no longer than that, if the client is behind and will send nothing more.
  func limitPatience() {
    guard congestion.isClogged, inputHasEnded || hasHungUp, patience == nil else { return }
    let due = loop.now + Self.patience
    let timer = loop.setTimer(at: due, owner: self, token: Self.patienceToken)
    patience = (timer, outbox.written)
  }

  /// Nobody reads: what it has sent and is unread stays so, what is in flight is finished.
  func patienceEnded() {
    let hasRead = patience.map { outbox.written > $0.written } ?? true
    patience = nil
    if hasRead { limitPatience() } else { end() }
  }

  func watchOutput(_ interest: Interest) throws(SystemError) {
    guard let watch = outputWatch else {
      let number = try loop.watch(output, interest, owner: self, token: Stream.output.rawValue)
      return outputWatch = (number, interest)
    }
    guard watch.interest != interest else { return }
    try loop.rewatch(output, watch.number, interest)
    outputWatch?.interest = interest
  }

  /// Nothing waits to be written: only the end of the other side is still of interest.
  private func relaxOutputWatch() {
    if outputWatch != nil, (try? watchOutput([])) == nil { stopWatchingOutput() }
  }

  private func stopWatchingOutput() {
    if let watch = outputWatch { loop.unwatch(output, watch.number) }
    outputWatch = nil
  }

  /// Nothing more can be written.
  private func outputFailed(_ error: SystemError) {
    failed("the client cannot be answered", error)
    clientIsGone()
  }

  /// Nobody reads any more: everything ends as if the input had ended, but unanswered.
  func clientIsGone() {
    guard !isGone else { return }
    isGone = true
    stopWatchingOutput()
    end()
  }

  /// Whether everything was handed to the system, or never will be.
  package var isFlushed: Bool { isGone || outbox.pendingBytes == 0 }

  /// Reads no more; what is in flight goes on.
  package func end() {
    isEnding = true
    // Whoever waits for the client to read, or for another try, is let go.
    setCongestion(false)
    for number in calls.sortedNumbers { wake(number) }
    readWaiter.resume()
    resumeListWaiters()
  }
}
