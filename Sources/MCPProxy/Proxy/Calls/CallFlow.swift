/// What is known of a call while it goes from endpoint to endpoint, and where it goes next.
///
/// Decides only: retry and fallback, where a repeat can do no harm.
package struct CallFlow {
  /// How a call ended.
  package enum Outcome {
    case answered(Answer, by: Endpoint)
    /// The first endpoint's reason; the others' go into the fields.
    case failed(CallFailure)
    case cancelled
  }

  /// What comes after an attempt.
  package enum Step {
    case ended(Outcome)
    /// The next endpoint of the route.
    case next
    /// The same endpoint once more, after so long.
    case again(after: TimeSpan)
  }

  /// A tool at one of the endpoints of a route.
  package struct Target {
    package let endpoint: Endpoint
    package let tool: ToolReference
    package var effect: Effect
    /// Attempts that were made there, refusals not counted.
    package var attempts = 0

    package init(_ endpoint: Endpoint, _ tool: ToolReference, _ effect: Effect) {
      self.endpoint = endpoint
      self.tool = tool
      self.effect = effect
    }
  }

  package let route: Route
  package let began: Instant
  /// When the client is told that there is no answer; time with a human moves it.
  package private(set) var deadline: Instant
  /// The most harmful effect of what was tried.
  package private(set) var effect: Effect
  /// Attempts that were made, refusals not counted.
  package private(set) var attempts = 0
  /// What each endpoint said, the client's own choice first.
  package private(set) var failures: [CallFailure] = []
  package private(set) var notes = AttemptNotes()
  package private(set) var queued = TimeSpan.zero
  package private(set) var elsewhere = TimeSpan.zero
  /// The breaker of the last endpoint that was tried.
  package private(set) var breaker = BreakerWord.closed
  /// An answer to be given unless a repeat brings a better one.
  private var answer: (answer: Answer, endpoint: Endpoint)?
  /// No other endpoint can take it: it waits its turn, however long its endpoint takes.
  private var isAlone = false

  package init(_ route: Route, began: Instant) {
    self.route = route
    self.began = began
    effect = route.effect
    deadline = began + route.timeout
  }

  // MARK: Attempts

  /// The first attempt of a call, at its tool's own endpoint; `mayFallBack`: another may take it.
  package static func first(
    _ call: Call,
    _ route: Route,
    mayFallBack: Bool,
    at now: Instant
  ) -> Attempt {
    // It may have waited for its tool to be known.
    let left = call.began + route.timeout - now
    var role = Attempt.Role()
    role.hasAlternative = mayFallBack
    let times = Attempt.Times(
      deadline: now + share(of: left, mayFallBack && route.effect == .safe),
      startDeadline: now + share(of: left, mayFallBack),
      timeout: route.timeout,
      limit: call.began + route.longest
    )
    return Attempt(call: call.number, call.request, route.tool, route.effect, times, role)
  }

  /// One more attempt.
  package func attempt(
    _ call: Call,
    at target: Target,
    mayFallBack: Bool,
    now: Instant
  ) -> Attempt {
    let left = deadline - now
    let hasAlternative = mayFallBack && !isAlone
    var role = Attempt.Role()
    role.isRepeat = attempts > 0
    role.mayHaveRun = mayHaveRun(at: target.endpoint)
    role.hasAlternative = hasAlternative
    let times = Attempt.Times(
      deadline: now + Self.share(of: left, hasAlternative && target.effect == .safe),
      startDeadline: now + Self.share(of: left, hasAlternative),
      timeout: route.timeout,
      limit: began + route.longest
    )
    let servedBy = target.endpoint === route.endpoint ? nil : target.endpoint.name
    return Attempt(
      call: call.number,
      call.request,
      target.tool,
      target.effect,
      times,
      role,
      servedBy: servedBy
    )
  }

  /// A slow endpoint must leave its stand-in time to answer: half of what is left.
  private static func share(of left: TimeSpan, _ leavesHalf: Bool) -> TimeSpan {
    leavesHalf ? left * 0.5 : left
  }

  /// Whether an attempt at the endpoint may have been carried out.
  private func mayHaveRun(at endpoint: Endpoint) -> Bool {
    notes.contains {
      $0.certainty != .notSent && $0.endpoint == label(of: endpoint)
    }
  }

  // MARK: Taking results

  /// Notes what an attempt came to that began at `start`.
  package mutating func note(
    _ result: AttemptResult,
    of target: Target,
    since start: Instant,
    at now: Instant
  ) {
    let attemptsBefore = attempts
    let spent = now - start
    let label = label(of: target.endpoint)
    switch result {
    case .answered(let answer):
      attempts += 1
      breaker = answer.breaker
      queued = queued + answer.queued
      elsewhere = elsewhere + (answer.received - answer.sent)
      deadline = deadline + answer.paused
      notes.append(.answered(by: label, after: answer.received - answer.sent))
    case .failed(let failure):
      let told = CallFailure(failure, at: target.endpoint.name, tool: target.tool.name)
      if told.wasAttempted { attempts += 1 }
      breaker = failure.breaker
      queued = queued + failure.queued
      elsewhere = elsewhere + (spent - failure.queued)
      notes.append(
        .init(
          endpoint: label,
          duration: spent,
          certainty: failure.certainty,
          reason: told.reason
        )
      )
    case .cancelled(let certainty, let waited):
      if certainty == .unknown {
        attempts += 1
        notes.append(.init(endpoint: label, duration: spent, certainty: certainty, reason: nil))
      }
      queued = queued + waited
      elsewhere = elsewhere + (spent - waited)
    }
    if attempts > attemptsBefore, target.effect == .unsafe { effect = .unsafe }
  }

  /// How notes name an endpoint.
  private func label(of endpoint: Endpoint) -> [UInt8]? {
    endpoint === route.endpoint ? nil : endpoint.configuration.label
  }

  /// What comes after a noted attempt; `random` spreads the wait for the next one.
  package mutating func step(
    _ result: AttemptResult,
    _ target: inout Target,
    isCancelled: Bool,
    mayFallBack: Bool,
    random: UInt64,
    at now: Instant
  ) -> Step {
    var situation = RepeatRule.Situation(
      effect: target.effect,
      certainty: .answered,
      timeLeft: deadline - now,
      attempts: 0,
      totalAttempts: attempts
    )
    situation.isCancelled = isCancelled
    switch result {
    case .cancelled: return .ended(.cancelled)
    case .answered(let answer):
      target.attempts += 1
      if self.answer == nil { self.answer = (answer, target.endpoint) }
      guard answer.mayBeRepeated else { return .ended(.answered(answer, by: target.endpoint)) }
      situation.isInternalError = true
    case .failed(let failure):
      let told = CallFailure(failure, at: target.endpoint.name, tool: target.tool.name)
      if !told.isRefusal { target.attempts += 1 }
      add(told, by: target.endpoint)
      target.effect = told.effect
      // A refusal of its repeat does not make an attempt undone.
      let isDone = told.effect == .unsafe && mayHaveRun(at: target.endpoint)
      situation.certainty = isDone ? .unknown : told.certainty
      situation.wasRefused = told.isRefusal
    }
    situation.effect = target.effect
    situation.attempts = target.attempts
    return next(situation, target, mayFallBack: mayFallBack, isCancelled, random, now)
  }

  private func next(
    _ situation: RepeatRule.Situation,
    _ target: Target,
    mayFallBack: Bool,
    _ isCancelled: Bool,
    _ random: UInt64,
    _ now: Instant
  ) -> Step {
    let policy = target.endpoint.configuration.policy.retry
    let decision = RepeatRule.decide(situation, policy: policy)
    // What turned the call away believed in a stand-in; meanwhile it may be known better.
    let wasTurnedAway = failures.last?.isForStandIn == true
    if decision.mayFallBack, wasTurnedAway || mayFallBack && !isAlone { return .next }
    // Where another endpoint can answer, that is quicker than trying this one again.
    guard decision.mayRetry else { return .ended(best(isCancelled: isCancelled)) }
    let delay = Backoff(policy: policy).delay(attempt: target.attempts, random: random)
    guard now + delay + RepeatRule.leastTimeLeft <= deadline else {
      return .ended(best(isCancelled: isCancelled))
    }
    return .again(after: delay)
  }

  /// Takes what a noted attempt came to.
  ///
  /// An effect that is worse than was believed holds for the attempts before it, too.
  private mutating func add(_ failure: CallFailure, by endpoint: Endpoint) {
    if failure.effect == .unsafe, mayHaveRun(at: endpoint) {
      effect = .unsafe
      for index in failures.indices where failures[index].endpoint == failure.endpoint {
        failures[index].effect = .unsafe
      }
    }
    failures.append(failure)
  }

  /// A stand-in takes other arguments: it is passed over.
  package mutating func passOver(_ endpoint: Endpoint) {
    let tool = route.tool.name
    let text = "Its \"\(tool)\" takes other arguments."
    failures.append(.init(.schemaDiffers, endpoint: endpoint.name, tool: tool, text: text))
  }

  /// Whether the endpoint turned it away for the sake of a stand-in that there is not: then it is
  /// asked once more, and the call waits there.
  package mutating func waitAlone(for endpoint: Endpoint) -> Bool {
    let count = failures.count
    failures.removeAll { $0.isForStandIn && $0.endpoint == endpoint.name }
    guard failures.count < count else { return false }
    isAlone = true
    return true
  }

  /// What to tell the client when nothing more is tried.
  package func best(isCancelled: Bool) -> Outcome {
    if isCancelled { return .cancelled }
    // That something may have been changed weighs more than anything else there is to say.
    let harmful = failures.first { $0.certainty == .unknown && $0.effect == .unsafe }
    if let harmful { return .failed(harmful) }
    if let (answer, endpoint) = answer { return .answered(answer, by: endpoint) }
    // An attempt that ran, or may have, weighs more than any that did not.
    let told = failures.first { $0.certainty != .notSent } ?? failures.first
    return told.map(Outcome.failed) ?? .cancelled
  }
}
