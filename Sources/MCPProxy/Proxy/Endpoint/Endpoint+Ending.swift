import MCPProtocol

// How a process ends: by itself, because of something it did, or because the proxy stops.
extension Endpoint {
  /// The steps of a process's life that have their time.
  enum LifePhase: UInt64 {
    /// Launch, handshake and first list.
    case start
    /// From the end of the output to the end of the process.
    case exit
    /// Until the next start.
    case restart
    /// From closing the input to asking it to end, and from there to ending it.
    case stopAsking
    case stopKilling
    /// A short wait of the task that keeps the list fresh.
    case refresh
  }

  func setLifeTimer(_ phase: LifePhase, _ span: TimeSpan) {
    cancelLifeTimer()
    lifeTimer = loop.setTimer(
      at: loop.now + span,
      owner: self,
      token: EndpointTimer(.life, phase.rawValue).token
    )
  }

  func cancelLifeTimer() {
    lifeTimer.map(loop.cancelTimer)
    lifeTimer = nil
  }

  /// Waits a moment; also ends when the process does.
  func pause(_ span: TimeSpan) async {
    _ = loop.setTimer(
      at: loop.now + span,
      owner: self,
      token: EndpointTimer(.life, LifePhase.refresh.rawValue).token
    )
    await unsafe withUnsafeContinuation { unsafe refreshWaiter.wait($0) }
  }

  /// The present step of life has had its time.
  func lifeTimerFired(_ phase: LifePhase?) {
    if phase != .refresh { lifeTimer = nil }
    switch phase {
    case .start:
      end("did not finish its start in \(FailureText.seconds(configuration.policy.timeout.start))")
    case .exit:
      loop.kernel.signal(process?.id ?? 0, .kill)
      // The system may not let it go even so; then nobody waits for its output any more.
      end("did not end when it was told to")
      exitWaiter.resume()
    case .restart: wakeUp()
    case .stopAsking:
      loop.kernel.signal(process?.id ?? 0, .terminate)
      setLifeTimer(.stopKilling, Self.killGrace)
    case .stopKilling:
      loop.kernel.signal(process?.id ?? 0, .kill)
      setLifeTimer(.exit, Self.lastGrace)
    case .refresh: refreshWaiter.resume()
    case nil: break
    }
  }

  /// Together under the two seconds that clients give us before they kill.
  private static let termGrace = TimeSpan.seconds(1)
  private static let killGrace = TimeSpan.milliseconds(500)
  private static let lastGrace = TimeSpan.milliseconds(200)

  /// Ends the process because of something it did.
  func end(_ reason: String) {
    guard let running = process, running.reasonToEnd == nil, !running.isOver else { return }
    running.reasonToEnd = reason
    loop.kernel.signal(running.id, .kill)
    // What it still says is not read any more and must not wake us until it is gone.
    stopWatchingOutput()
    readWaiter.resume()
  }

  /// The loop saw the process end.
  package func exited(_ id: Int32, _ status: ExitStatus) {
    guard process?.id == id else { return }
    process?.exit = status
    outputReady()
    exitWaiter.resume()
  }

  /// The output is over; the exit status comes within moments if the process has really ended.
  func awaitExit() async {
    process?.isOver = true
    if state == .ready { state = .backingOff(until: loop.now, why: "has ended") }
    // While it is being stopped, a timer runs until nothing is left to try.
    if process?.exit == nil, state != .stopping || lifeTimer != nil {
      if state != .stopping { setLifeTimer(.exit, .milliseconds(300)) }
      await unsafe withUnsafeContinuation { unsafe exitWaiter.wait($0) }
    }
    cancelLifeTimer()
    failPending()
  }

  /// The reason to end a process whose input could not be written.
  static let closedInput = "closed its standard input"

  /// Why we ended the process; `nil` if it was gone before we did.
  var reasonToTell: String? {
    // A write can fail before the exit is seen, and then what the process did says more.
    if process?.reasonToEnd == Self.closedInput, let exit = process?.exit,
      exit != .signal(9)
    {
      return nil
    }
    return process?.reasonToEnd
  }

  /// How the process ended, as messages say it.
  var endDescription: String {
    if let reason = reasonToTell { return reason }
    if let exit = process?.exit { return "exited (\(exit))" }
    return "closed its standard output"
  }

  /// Decides what comes after the end of a process.
  func died(_ how: String, status: ExitStatus?, wasLaunched: Bool = true) async {
    let wasReady = state != .starting
    forgetQuestions()
    if !wasReady, state != .stopping { await observer?.listingFailed(by: index) }
    // Asked behind the hop: a stop that came meanwhile must not be undone.
    guard state != .stopping else {
      return refuseWaiting(.shuttingDown, "The proxy is shutting down.")
    }
    let what = wasLaunched ? how : "cannot be started: \(how)"
    log.warn("endpoint \"\(name)\" \(what)" + (tail.lastLine.map { ": \($0)" } ?? ""))
    // What calls were told already holds.
    if wasReady, nextStart == nil, endedInPeace(status) {
      // It ended in peace: it is started again when it is needed.
      restarts.forget()
      state = .idle
      return
    }
    let now = loop.now
    let next = decideNextStart()
    nextStart = nil
    switch next {
    case .restart(let delay):
      state = .backingOff(until: now + delay, why: how)
      setLifeTimer(.restart, delay)
      refuseWaiting(wasReady ? .serverDied : .notStarted, how, onlyIf: wasReady)
      returnToArrivals()
    case .crashed(let wait):
      state = .crashed(until: now + wait, why: how)
      refuseWaiting(.crashed, how, retryAfter: wait)
    }
  }

  /// Ends the waiting of calls that wait in vain: all, or only those another endpoint can take.
  private func refuseWaiting(
    _ reason: CallFailure.Reason,
    _ how: String,
    onlyIf hasAlternative: Bool = false,
    retryAfter: TimeSpan? = nil
  ) {
    for call in waiting.keys.sorted() {
      guard let waiter = waiting[call], !hasAlternative || waiter.attempt.hasAlternative else {
        continue
      }
      waiting[call] = nil
      if !bulkhead.cancel(call) { arrivals.removeAll { $0 == call } }
      waiter.timer.map(loop.cancelTimer)
      var text = FailureText.crashed(name, how, tail: tail.lastLine)
      if reason == .shuttingDown { text = "\(how) This call was not sent." }
      var failure =
        hasAlternative
        ? turnedAway(waiter.attempt, reason, how, retryAfter: retryAfter)
        : failure(waiter.attempt, reason, text, retryAfter: retryAfter)
      failure.queued = loop.now - waiter.since
      finish(waiter, .failed(failure))
    }
  }

  // MARK: Stopping

  /// Ends the process in good order: end of input, then TERM, then KILL, in 1.5 s at most.
  package func stop() {
    guard state != .stopping else { return }
    state = .stopping
    cancelLifeTimer()
    startWaiter.resume()
    refuseWaiting(.shuttingDown, "The proxy is shutting down.")
    stopProcess()
  }

  func stopProcess() {
    guard process != nil else { return }
    flush()
    closeInput()
    setLifeTimer(.stopAsking, Self.termGrace)
  }

  /// Stops waiting: the user asked twice.
  package func kill() {
    if let id = process?.id { loop.kernel.signal(id, .kill) }
    for group in dyingGroups { loop.kernel.signal(group, .kill) }
  }

  /// Ends what an ended process left behind in its group.
  func bury(_ group: Int32) async {
    guard loop.kernel.groupExists(group) else { return await launcher.buried(group) }
    dyingGroups.insert(group)
    loop.kernel.signal(group, state == .stopping ? .kill : .terminate)
    setGroupTimer(group, state == .stopping ? .milliseconds(20) : Self.killGrace)
    guard state == .stopping else { return }
    await unsafe withUnsafeContinuation { unsafe burialWaiter.wait($0) }
    await launcher.buried(group)
  }

  private func setGroupTimer(_ group: Int32, _ span: TimeSpan) {
    _ = loop.setTimer(
      at: loop.now + span,
      owner: self,
      token: EndpointTimer(.group, UInt64(group)).token
    )
  }

  func groupTimerFired(_ group: Int32) {
    if dyingGroups.remove(group) != nil {
      loop.kernel.signal(group, .kill)
      if state != .stopping { setGroupTimer(group, Self.killGrace) }
      burialWaiter.resume()
    } else if !loop.kernel.groupExists(group) {
      launcher.onLoop(group) { $0.buried($1) }
    }
    // What even that has not ended stays with the reaper.
  }

  // MARK: Closing

  /// Closes what is still open of an ended process and lets its tasks end.
  func closePipes() {
    guard let running = process else { return }
    if running.errorIsOpen {
      // What it said last is often the reason.
      var buffer = [UInt8](repeating: 0, count: 4096)
      if case .bytes(let count) = loop.kernel.read(
        running.error,
        into: &buffer,
        at: 0..<buffer.count
      ) {
        tail.append(buffer[..<count])
      }
      closeErrors()
    }
    if let watch = running.outputWatch { loop.unwatch(running.output, watch) }
    loop.kernel.close(running.output)
    closeInput()
    errorWaiter.resume()
    refreshWaiter.resume()
  }

  func closeInput() {
    guard let running = process, running.inputIsOpen else { return }
    process?.inputIsOpen = false
    if let watch = running.inputWatch { loop.unwatch(running.input, watch) }
    loop.kernel.close(running.input)
  }
}
