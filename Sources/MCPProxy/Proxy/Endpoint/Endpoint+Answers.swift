import MCPProtocol

// What comes back: answers, time running out, and what each says about the endpoint's health.
extension Endpoint {
  /// Takes the answer to one of our requests; `line` is in `source`.
  func receiveAnswer(_ envelope: Envelope, _ source: [UInt8], _ line: Range<Int>) {
    let text = source.span.extracting(line)
    guard let id = RequestID.integer(text, envelope.id), let request = pending.remove(id) else {
      lateAnswers += 1
      return
    }
    switch request {
    case .call(let call): answered(call, envelope, source, line)
    case .own(let own): answeredOwn(own, OwnAnswer(line: Array(source[line]), envelope: envelope))
    }
  }

  private func answered(
    _ call: CallInFlight,
    _ envelope: Envelope,
    _ source: [UInt8],
    _ line: Range<Int>
  ) {
    if line.count > Bounds.answer {
      settle(call, .result(isError: false))
      finish(call, .failed(tooLarge(call, limit: Bounds.answer)))
      return admitWaiting()
    }
    let observation: OutcomeTable.Observation =
      envelope.kind == .error
      ? .error(code: envelope.errorCode ?? 0) : .result(isError: envelope.isError)
    settle(call, observation)
    if envelope.kind == .result || envelope.errorCode != OutcomeTable.internalError {
      retryBudget.deposit(at: loop.now)
    }
    if envelope.kind == .error, envelope.errorCode == -32601 || envelope.errorCode == -32602 {
      // The tool may be gone: look once (outcome table, row 5).
      refreshTools()
    }
    let answer = Answer(
      source: source,
      line: line,
      splice: splice(call, envelope, source, line),
      isError: envelope.isError,
      errorCode: envelope.kind == .error ? envelope.errorCode : nil,
      mayBeRepeated: mayBeRepeated(envelope, call.attempt),
      sent: call.sent,
      received: loop.now,
      queued: call.queued,
      paused: call.paused,
      reportedCost: reportedCost(envelope, source, line),
      breaker: BreakerWord(breaker.state)
    )
    finish(call, .answered(answer))
    admitWaiting()
  }

  /// What the client gets in place of the endpoint's bytes: its own id, and what it must not do
  /// without.
  private func splice(
    _ call: CallInFlight,
    _ envelope: Envelope,
    _ source: [UInt8],
    _ line: Range<Int>
  ) -> Splice {
    let base = line.lowerBound
    let message = call.attempt.message
    var splice = Splice()
    splice.replace(
      envelope.id.lowerBound + base..<envelope.id.upperBound + base,
      with: .slice(message.line, message.answerID)
    )
    let servedBy = call.attempt.servedBy
    if envelope.kind == .result, servedBy != nil || !envelope.hasContent {
      ResultAddition(servedBy: servedBy, envelope, source, base: base).apply(to: &splice)
    }
    return splice
  }

  private func reportedCost(
    _ envelope: Envelope,
    _ source: [UInt8],
    _ line: Range<Int>
  ) -> Double? {
    guard let pointer = configuration.cost.from, envelope.kind == .result else { return nil }
    let bytes = Array(source[line])
    guard let document = try? JSONDocument(bytes, range: envelope.body),
      let price = document.root.at(pointer: pointer)?.double(in: bytes), price >= 0
    else { return nil }
    return price
  }

  private func tooLarge(_ call: CallInFlight, limit: Int) -> CallFailure {
    var failure = failure(
      call.attempt,
      .resultTooLarge,
      FailureText.tooLarge(call.attempt.tool.name, limit: min(limit, Bounds.answer))
    )
    failure.certainty = .answered
    failure.wasAttempted = true
    failure.queued = call.queued
    return failure
  }

  /// An answer that is no good: the call ends now instead of waiting for its deadline.
  ///
  /// With a `limit`, it was longer than that.
  func rejectAnswer(_ id: Int, _ problem: String, limit: Int? = nil) {
    guard let request = pending.remove(id) else { return }
    switch request {
    case .call(let call):
      settle(call, .error(code: OutcomeTable.internalError))
      var failure = failure(
        call.attempt,
        .invalidAnswer,
        FailureText.invalidAnswer(name, problem)
      )
      failure.certainty = .unknown
      failure.wasAttempted = true
      failure.queued = call.queued
      if let limit { failure = tooLarge(call, limit: limit) }
      finish(call, .failed(failure))
      admitWaiting()
    case .own(let own): answeredOwn(own, nil)
    }
  }

  // MARK: Health

  /// Ends a call for the guards: place back, permits settled as the outcome table says.
  func settle(_ call: CallInFlight, _ observation: OutcomeTable.Observation) {
    bulkhead.leave()
    #if MUTANTS
    if Mutant.isActive(.permitDropped), observation == .cancelled { return }
    #endif
    let judgement = OutcomeTable.judge(observation, isProbe: call.permit.isProbe)
    if judgement.endpoint == .failure { lastFailure = description(of: observation) }
    settle(call, endpoint: judgement.endpoint, tool: judgement.tool)
  }

  func settle(_ call: CallInFlight, endpoint: Verdict, tool: Verdict) {
    let now = loop.now
    let exempt = call.lastProgress.map { now - $0 <= .seconds(5) } ?? false
    let paused = call.paused + (pausedSince.map { now - $0 } ?? .zero)
    breaker.settle(call.permit, endpoint, at: now, pausedFor: paused, slowExempt: exempt)
    toolBreakers.settle(
      call.attempt.tool.index,
      call.toolPermit,
      tool,
      at: now,
      pausedFor: paused,
      slowExempt: exempt
    )
    armBreakerTimer()
  }

  private func description(of observation: OutcomeTable.Observation) -> String {
    switch observation {
    case .timedOut: "timed out"
    case .writeFailed: "closed its input"
    case .processEnded: "exited"
    default: "failed"
    }
  }

  /// Makes sure that the timer of the calls fires at `deadline`, or earlier.
  ///
  /// There is one for all of them, and an answer leaves it as it is: nearly every call is answered
  /// long before, and its timer would be set for nothing.
  func armCallTimer(for deadline: Instant) {
    if let callTimer {
      guard deadline < callTimer.deadline else { return }
      loop.cancelTimer(callTimer.id)
    }
    let token = EndpointTimer(.calls).token
    callTimer = (loop.setTimer(at: deadline, owner: self, token: token), deadline)
  }

  func callTimerFired() {
    callTimer = nil
    // While a question is open no call's time runs; its end arms the timer again.
    guard pausedSince == nil else { return }
    for id in pending.overdue(at: loop.now) { deadlinePassed(id) }
    if let next = pending.nextDeadline { armCallTimer(for: next) }
  }

  /// The deadline of one of our requests has come.
  func deadlinePassed(_ id: Int) {
    guard let request = pending.remove(id) else { return }
    switch request {
    case .own(let own):
      answeredOwn(own, nil)
    case .call(let call):
      let spoke = lastSpeech > call.sent
      sendCancellation(of: id, reason: Array("\"timed out\"".utf8))
      if mustPause {
        // It is not read, for the client's sake: nobody can say whether it has answered.
        settle(call, .cancelled)
      } else if spoke {
        settle(call, .timedOut(endpointSpoke: true))
      } else {
        lastFailure = "timed out"
        bulkhead.leave()
        askWhoIsToBlame(call)
      }
      // The session has the words: it knows how long the client waited for all attempts.
      var failure = failure(call.attempt, .timeout, "")
      failure.certainty = .unknown
      failure.wasAttempted = true
      failure.queued = call.queued
      finish(call, .failed(failure))
      admitWaiting()
    }
  }
}
