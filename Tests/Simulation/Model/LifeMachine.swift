#if !MUTANTS
import MCPProxy
#endif

/// The life of a process beside `LifeModel`.
///
/// Beside the comparison it checks what is promised from the actions alone.
struct LifeMachine: Machine {
  enum Event: CaseIterable {
    case demand, launched, launchFailed, opened, misbehaved, inputClosed, outputEnded
    case exited, stop, buried, advance, toDeadline
  }

  struct Step {
    var event: Event
    var status = ExitStatus.code(0)
    var span = TimeSpan.zero
    var isAwaited = false
    var random: UInt64 = 0
  }

  private(set) var life: Life
  private var model: LifeModel
  private var now = Instant(nanoseconds: 1_000_000_000_000)
  /// What the actions so far have left.
  private var isLaunched = false
  private var isServing = false
  private var isLost = false
  private var isStopped = false
  /// When the proxy's end was begun.
  private var stopBegan: Instant?

  init(_ policy: EndpointPolicy = Self.policy, unusable: String? = nil) {
    life = Life(policy, unusable: unusable)
    model = LifeModel(policy, unusable: unusable)
  }

  static let policy: EndpointPolicy = {
    var policy = EndpointPolicy()
    policy.timeout.start = .seconds(30)
    policy.restart.max = 2
    policy.restart.cap = .seconds(4)
    policy.restart.healthy = .seconds(20)
    return policy
  }()

  mutating func apply(_ step: Step) throws(Discrepancy) -> Bool {
    let before = life.state
    if step.event == .advance { now = now + step.span }
    if step.event == .toDeadline {
      guard let deadline = life.nextDeadline else { return false }
      now = max(now, deadline)
    }
    let random = step.random
    let moment = Life.Moment(now, isAwaited: step.isAwaited) { random }
    let (actions, expected) = take(step, moment)
    try require(actions == expected, "\(step.event): \(actions), model \(expected)")
    for action in actions { try check(action) }
    try compare()
    if step.event == .stop, stopBegan == nil { stopBegan = now }
    return !actions.isEmpty || life.state != before || step.event == .advance
  }

  private mutating func take(
    _ step: Step,
    _ moment: Life.Moment
  ) -> ([Life.Action], [Life.Action]) {
    switch step.event {
    case .demand: return (life.demand(at: now), model.demand(at: now))
    case .launched: return (life.launched(at: now), model.launched(at: now))
    case .launchFailed:
      return (life.launchFailed("no", moment), model.launchFailed("no", moment))
    case .opened: return (life.opened(), model.opened())
    case .misbehaved: return (life.misbehaved("lied", at: now), model.misbehaved("lied", at: now))
    case .inputClosed:
      let why = Life.closedInput
      return (life.misbehaved(why, at: now), model.misbehaved(why, at: now))
    case .outputEnded:
      model.outputEnded(at: now)
      return (life.outputEnded(at: now), [])
    case .exited: return (life.exited(step.status, moment), model.exited(step.status, moment))
    case .stop: return (life.stop(at: now), model.stop(at: now))
    case .buried: return (life.buried(), model.buried())
    case .advance, .toDeadline:
      return (life.expire(moment), model.expire(moment, startLimitWords: "30 s"))
    }
  }

  // MARK: Promises

  private mutating func check(_ action: Life.Action) throws(Discrepancy) {
    try require(!isStopped, "\(action) after everything has stopped")
    switch action {
    case .launch:
      try require(!isLaunched, "two processes at once")
      try require(stopBegan == nil, "a process is started while the proxy ends")
      (isLaunched, isServing, isLost) = (true, false, false)
    case .serve:
      try require(isLaunched && !isServing && !isLost, "it serves twice, or is gone")
      isServing = true
    case .lose:
      try require(isLaunched && !isLost, "it is lost twice, or never ran")
      isLost = true
    case .bury(let isHurried):
      try require(isLost, "buried, and its requests are open")
      try require(isHurried == (stopBegan != nil), "buried in a hurry: \(isHurried)")
    case .ended(let death):
      try require(isLost || !death.wasLaunched, "ended, and its requests are open")
      try require((death.next == .never) == (stopBegan != nil), "\(death.next)")
      isLaunched = false
    case .stopped:
      try require(!isLaunched, "a process is left")
      isStopped = true
    case .closeInput, .terminate, .kill, .stopReading:
      try require(isLaunched, "\(action), and nothing runs")
    }
  }

  private func compare() throws(Discrepancy) {
    let problem = life.check()
    try require(problem == nil, problem ?? "")
    try require(life.state == model.state, "\(life.state), not \(model.state)")
    try require(life.nextDeadline == model.nextDeadline, "next deadline")
    try require(life.isReady == (isServing && life.state == .ready), "ready: \(life.isReady)")
    // Whatever the process does, it is over in time.
    switch life.state {
    case .ending(_, let until):
      try require(until <= now + .milliseconds(300), "an end takes \(until - now)")
    case .stopping(let stop):
      guard case .launching = stop else { break }
      try require(life.nextDeadline == nil, "a launch has a time of its own")
    default: break
    }
  }
}

extension LifeMachine {
  init(_ random: inout SeededRandom) {
    self.init(unusable: random.below(20) == 0 ? "is disabled" : nil)
  }

  static func draw(_ random: inout SeededRandom) -> Step {
    var step = Step(event: event(&random))
    step.status = [.code(0), .code(1), .signal(9), .signal(15)][random.below(4)]
    step.span =
      [.milliseconds(100), .milliseconds(700), .seconds(3), .seconds(40)][
        random.below(4)
      ]
    step.isAwaited = random.below(3) == 0
    step.random = random.next()
    return step
  }

  private static func event(_ random: inout SeededRandom) -> Event {
    switch random.below(40) {
    case 0..<6: .demand
    case 6..<13: .launched
    case 13: .launchFailed
    case 14..<19: .opened
    case 19: .misbehaved
    case 20: .inputClosed
    case 21: .outputEnded
    case 22..<26: .exited
    case 26: .stop
    case 27..<30: .buried
    case 30..<33: .advance
    default: .toDeadline
    }
  }
}
