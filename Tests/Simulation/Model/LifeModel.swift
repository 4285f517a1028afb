#if !MUTANTS
import MCPProxy
#endif

/// The life of a process told as facts, each on its own, with one timer; its state follows.
struct LifeModel {
  /// What the timer is for.
  enum Alarm {
    case start, exit, restart
    /// The steps while the proxy ends.
    case terminate, kill, giveUp
  }

  private let unusable: String?
  private let startLimit: TimeSpan
  private var restarts: RestartTracker
  private var alarm: (what: Alarm, due: Instant)?
  private var isLaunching = false
  private var isRunning = false
  private var isServing = false
  /// It was ended, or its output has ended.
  private var isOver = false
  private var isStopping = false
  private var isBurying = false
  private var isGone = false
  private var reason: String?
  private var crashedUntil: Instant?
  private var story = ""

  init(_ policy: EndpointPolicy, unusable: String?) {
    self.unusable = unusable
    startLimit = policy.timeout.start
    restarts = RestartTracker(policy: policy.restart)
  }

  var nextDeadline: Instant? { alarm?.due }
  /// Whether there is nothing left that an event could be about.
  var isAtRest: Bool { !isLaunching && !isRunning && !isBurying }

  var state: LifeState {
    if isGone { return .buried }
    if isBurying { return .stopping(.burying) }
    if isStopping && isLaunching { return .stopping(.launching) }
    switch alarm {
    case (.terminate, let due)?: return .stopping(.asked(until: due))
    case (.kill, let due)?: return .stopping(.told(until: due))
    case (.giveUp, let due)?: return .stopping(.killed(until: due))
    case (.start, let due)?: return .opening(until: due)
    case (.exit, let due)?: return .ending(wasReady: isServing, until: due)
    case (.restart, let due)?: return .backingOff(until: due, why: story)
    case nil: break
    }
    if isLaunching { return .launching }
    if isServing { return .ready }
    if let crashedUntil { return .crashed(until: crashedUntil, why: story) }
    return unusable.map(LifeState.unusable) ?? .idle
  }

  // MARK: Events

  mutating func demand(at now: Instant) -> [Life.Action] {
    let mayStart = unusable == nil && !isStopping && !isGone && isAtRest && alarm == nil
    guard mayStart, crashedUntil.map({ $0 <= now }) ?? true else { return [] }
    return start(at: now)
  }

  private mutating func start(at now: Instant) -> [Life.Action] {
    restarts.started(at: now)
    isLaunching = true
    (alarm, reason, crashedUntil) = (nil, nil, nil)
    return [.launch]
  }

  mutating func launched(at now: Instant) -> [Life.Action] {
    guard isLaunching else { return [] }
    (isLaunching, isRunning, isServing, isOver) = (false, true, false, false)
    alarm = isStopping ? (.terminate, now + .seconds(1)) : (.start, now + startLimit)
    return isStopping ? [.closeInput] : []
  }

  mutating func launchFailed(_ why: String, _ moment: Life.Moment) -> [Life.Action] {
    guard isLaunching else { return [] }
    isLaunching = false
    var next = Life.Death.Next.never
    if isStopping { isGone = true } else { next = comeBack(why, moment) }
    let death = Life.Death(
      story: why,
      cause: why,
      wasReady: false,
      wasLaunched: false,
      next: next
    )
    return isStopping ? [.ended(death), .stopped] : [.ended(death)]
  }

  mutating func opened() -> [Life.Action] {
    guard isRunning, !isServing, !isOver, !isStopping else { return [] }
    isServing = true
    alarm = nil
    return [.serve]
  }

  mutating func misbehaved(_ why: String, at now: Instant) -> [Life.Action] {
    guard isRunning, isStopping ? reason == nil : !isOver else { return [] }
    reason = why
    isOver = true
    let due = now + .milliseconds(isStopping ? 200 : 300)
    alarm = isStopping ? (.giveUp, min(due, alarm?.due ?? due)) : (.exit, due)
    return [.kill, .stopReading]
  }

  mutating func outputEnded(at now: Instant) {
    guard isRunning, !isOver, !isStopping else { return }
    isOver = true
    alarm = (.exit, now + .milliseconds(300))
  }

  mutating func exited(_ exit: ExitStatus?, _ moment: Life.Moment) -> [Life.Action] {
    guard isRunning else { return [] }
    // Who was killed for a closed input and had ended before tells its own end.
    let isTold = reason != Life.closedInput || exit == nil || exit == .signal(9)
    let told = isTold ? reason : nil
    let end = told ?? exit.map { "exited (\($0))" } ?? "closed its standard output"
    let cause = told ?? exit.map { "\($0)" } ?? "closed its output"
    let wasReady = isServing || isStopping
    (isRunning, isServing, alarm) = (false, false, nil)
    isBurying = isStopping
    var next = Life.Death.Next.never
    if !isStopping {
      let isPeaceful = wasReady && exit == .code(0) && !moment.isAwaited
      if isPeaceful { restarts.forget() }
      next = isPeaceful ? .whenNeeded : comeBack(end, moment)
    }
    let death = Life.Death(story: end, cause: cause, wasReady: wasReady, next: next)
    // A stop is over when nothing is left, so that is told last.
    return isStopping
      ? [.lose(death), .ended(death), .bury(isHurried: true)]
      : [.lose(death), .bury(isHurried: false), .ended(death)]
  }

  private mutating func comeBack(_ story: String, _ moment: Life.Moment) -> Life.Death.Next {
    self.story = story
    let advice = restarts.ended(at: moment.now, random: moment.random())
    switch advice {
    case .restart(let delay): alarm = (.restart, moment.now + delay)
    case .crashed(let wait): crashedUntil = moment.now + wait
    }
    return .again(advice)
  }

  mutating func stop(at now: Instant) -> [Life.Action] {
    guard !isStopping, !isGone else { return [] }
    isStopping = true
    alarm = isRunning ? (.terminate, now + .seconds(1)) : nil
    if isRunning { return [.closeInput] }
    if isLaunching { return [] }
    isGone = true
    return [.stopped]
  }

  mutating func buried() -> [Life.Action] {
    guard isBurying else { return [] }
    (isBurying, isGone) = (false, true)
    return [.stopped]
  }

  mutating func expire(_ moment: Life.Moment, startLimitWords: String) -> [Life.Action] {
    guard let (what, due) = alarm, due <= moment.now else { return [] }
    switch what {
    case .start:
      return misbehaved("did not finish its start in \(startLimitWords)", at: moment.now)
    case .restart: return start(at: moment.now)
    case .terminate:
      alarm = (.kill, moment.now + .milliseconds(500))
      return [.terminate]
    case .kill:
      alarm = (.giveUp, moment.now + .milliseconds(200))
      return [.kill]
    case .exit: break
    case .giveUp: reason = reason ?? "did not end when it was told to"
    }
    return [.kill, .stopReading] + exited(nil, moment)
  }
}
