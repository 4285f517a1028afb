/// The life of one server's process: from the start that something demands to its burial, and
/// whether there is another.
///
/// Each event is a method and says what is to be done, in order. Nothing is asked of the system
/// here; what was asked comes back as an event.
package struct Life: Sendable {
  /// What is to be done.
  package enum Action: Equatable, Sendable {
    /// Start the process; everything of the one before is forgotten.
    case launch
    /// What waits to be written is written, and then its input ends.
    case closeInput
    case terminate
    case kill
    /// What it still says is not read any more.
    case stopReading
    /// Its handshake and first lists are done: who waits may come in.
    case serve
    /// Nobody will answer the requests in flight.
    case lose(Death)
    /// Close its pipes and end what is left of its group; `isHurried`: the proxy ends, too.
    case bury(isHurried: Bool)
    /// Those who wait for it are to be told.
    case ended(Death)
    /// Nothing is left, and nothing will be started again.
    case stopped
  }

  package private(set) var state: LifeState
  private let startLimit: TimeSpan
  private var restarts: RestartTracker
  /// Why we ended the process, where it was us.
  package private(set) var reason: String?
  private var exit: ExitStatus?

  /// `unusable`: why nothing is ever started.
  package init(_ policy: EndpointPolicy, unusable: String?) {
    state = unusable.map(LifeState.unusable) ?? .idle
    startLimit = policy.timeout.start
    restarts = RestartTracker(policy: policy.restart)
  }

  /// Together under the two seconds that clients give us before they kill.
  private static let termGrace = TimeSpan.seconds(1)
  private static let killGrace = TimeSpan.milliseconds(500)
  private static let lastGrace = TimeSpan.milliseconds(200)
  /// From the end of the output to the end of the process.
  private static let exitGrace = TimeSpan.milliseconds(300)
  /// The reason to end a process whose input could not be written.
  package static let closedInput = "closed its standard input"

  // MARK: Starting

  /// Whether it runs or will be started, if that is demanded; false: nothing is to be waited for.
  package func canServe(at now: Instant) -> Bool {
    switch state {
    case .idle, .launching, .opening, .ready, .ending, .backingOff: true
    case .crashed(let until, _): now >= until
    case .unusable, .stopping, .buried: false
    }
  }

  /// Something needs the process: it is started, unless it runs or waits for its time.
  package mutating func demand(at now: Instant) -> [Action] {
    switch state {
    case .idle: return start(at: now)
    case .crashed(let until, _) where now >= until: return start(at: now)
    default: return []
    }
  }

  private mutating func start(at now: Instant) -> [Action] {
    restarts.started(at: now)
    (reason, exit) = (nil, nil)
    state = .launching
    return [.launch]
  }

  /// The process runs; asked to stop meanwhile, it is ended at once.
  package mutating func launched(at now: Instant) -> [Action] {
    switch state {
    case .launching:
      state = .opening(until: now + startLimit)
      return []
    case .stopping(.launching):
      state = .stopping(.asked(until: now + Self.termGrace))
      return [.closeInput]
    default: return []
    }
  }

  /// It could not be started, and why.
  package mutating func launchFailed(_ why: String, _ moment: Moment) -> [Action] {
    switch state {
    case .launching: return [.ended(decide(why, why, wasReady: false, isLaunched: false, moment))]
    case .stopping(.launching):
      state = .buried
      return [.ended(death(why, why, wasReady: false, isLaunched: false, .never)), .stopped]
    default: return []
    }
  }

  /// Handshake and first lists are done.
  package mutating func opened() -> [Action] {
    guard case .opening = state else { return [] }
    state = .ready
    return [.serve]
  }

  // MARK: Ending

  /// The process is ended because of something it did.
  package mutating func misbehaved(_ why: String, at now: Instant) -> [Action] {
    switch state {
    case .opening, .ready:
      reason = why
      state = .ending(wasReady: state == .ready, until: now + Self.exitGrace)
      return [.kill, .stopReading]
    case .stopping(let stop) where reason == nil:
      guard let due = stop.deadline else { return [] }
      reason = why
      // The time it has to end in becomes shorter, never longer.
      state = .stopping(.killed(until: min(due, now + Self.lastGrace)))
      return [.kill, .stopReading]
    default: return []
    }
  }

  /// Nothing comes from it any more; its end follows within moments if it has really ended.
  package mutating func outputEnded(at now: Instant) -> [Action] {
    switch state {
    case .opening, .ready:
      state = .ending(wasReady: state == .ready, until: now + Self.exitGrace)
    default: break
    }
    return []
  }

  /// The process has ended, and what it said was read.
  package mutating func exited(_ status: ExitStatus, _ moment: Moment) -> [Action] {
    let wasReady: Bool
    switch state {
    case .opening: wasReady = false
    case .ready: wasReady = true
    case .ending(let was, _): wasReady = was
    case .stopping(let stop) where stop.hasProcess: wasReady = true
    default: return []
    }
    exit = status
    return end(wasReady: wasReady, moment)
  }

  /// The process is over, seen or not.
  private mutating func end(wasReady: Bool, _ moment: Moment) -> [Action] {
    let told = reasonToTell
    let story = told ?? exit.map { "exited (\($0))" } ?? "closed its standard output"
    let cause = told ?? exit.map { "\($0)" } ?? "closed its output"
    if case .stopping = state {
      state = .stopping(.burying)
      let death = death(story, cause, wasReady: wasReady, isLaunched: true, .never)
      return [.lose(death), .ended(death), .bury(isHurried: true)]
    }
    let death = decide(story, cause, wasReady: wasReady, isLaunched: true, moment)
    return [.lose(death), .bury(isHurried: false), .ended(death)]
  }

  /// Why we ended the process; nil if it was gone before we did.
  private var reasonToTell: String? {
    // A write can fail before the exit is seen, and then what the process did says more.
    if reason == Self.closedInput, let exit, exit != .signal(9) { return nil }
    return reason
  }

  /// Decides what comes next, and goes there.
  private mutating func decide(
    _ story: String,
    _ cause: String,
    wasReady: Bool,
    isLaunched: Bool,
    _ moment: Moment
  ) -> Death {
    // Ended by itself with nobody waiting for it: it is started again when it is needed.
    if wasReady, exit == .code(0), !moment.isAwaited {
      restarts.forget()
      state = .idle
      return death(story, cause, wasReady: true, isLaunched: true, .whenNeeded)
    }
    let advice = restarts.ended(at: moment.now, random: moment.random())
    switch advice {
    case .restart(let delay): state = .backingOff(until: moment.now + delay, why: story)
    case .crashed(let wait): state = .crashed(until: moment.now + wait, why: story)
    }
    return death(story, cause, wasReady: wasReady, isLaunched: isLaunched, .again(advice))
  }

  private func death(
    _ story: String,
    _ cause: String,
    wasReady: Bool,
    isLaunched: Bool,
    _ next: Death.Next
  ) -> Death {
    Death(story: story, cause: cause, wasReady: wasReady, wasLaunched: isLaunched, next: next)
  }

  // MARK: Stopping

  /// The proxy ends: end of input, then TERM, then KILL, in 1.7 s at most.
  package mutating func stop(at now: Instant) -> [Action] {
    switch state {
    case .idle, .backingOff, .crashed, .unusable:
      state = .buried
      return [.stopped]
    case .launching:
      #if MUTANTS
      if Mutant.isActive(.stopWhileLaunchingForgotten) { return [] }
      #endif
      state = .stopping(.launching)
      return []
    case .opening, .ready, .ending:
      state = .stopping(.asked(until: now + Self.termGrace))
      return [.closeInput]
    case .stopping, .buried: return []
    }
  }

  /// Nothing is left of the process's group, or the reaper will see to it.
  package mutating func buried() -> [Action] {
    guard state == .stopping(.burying) else { return [] }
    state = .buried
    return [.stopped]
  }

  // MARK: Time

  /// When `expire` does something; nil: time alone changes nothing.
  package var nextDeadline: Instant? {
    #if MUTANTS
    if Mutant.isActive(.deathNotGivenUp), case .ending = state, reason != nil { return nil }
    #endif
    switch state {
    case .opening(let until), .ending(_, let until), .backingOff(let until, _): return until
    case .stopping(let stop): return stop.deadline
    case .idle, .launching, .ready, .crashed, .unusable, .buried: return nil
    }
  }

  /// The present step has had its time.
  package mutating func expire(_ moment: Moment) -> [Action] {
    guard let due = nextDeadline, due <= moment.now else { return [] }
    switch state {
    case .opening:
      return misbehaved("did not finish its start in \(startLimit.words)", at: moment.now)
    case .ending(let wasReady, _):
      // The system may not let it go even so; then nobody waits for its output any more.
      return [.kill, .stopReading] + end(wasReady: wasReady, moment)
    case .backingOff: return start(at: moment.now)
    case .stopping(.asked):
      state = .stopping(.told(until: moment.now + Self.killGrace))
      return [.terminate]
    case .stopping(.told):
      state = .stopping(.killed(until: moment.now + Self.lastGrace))
      return [.kill]
    case .stopping(.killed):
      reason = reason ?? "did not end when it was told to"
      return [.kill, .stopReading] + end(wasReady: true, moment)
    default: return []
    }
  }

  /// Whether calls go to it.
  package var isReady: Bool { if case .ready = state { true } else { false } }

  /// Whether it ended too often.
  package var isCrashed: Bool { if case .crashed = state { true } else { false } }

  /// Whether it runs and hears what it is sent.
  package var isUp: Bool {
    switch state {
    case .opening, .ready: true
    default: false
    }
  }

  /// What is wrong with it, if anything is; the simulation asks after every turn.
  package func check() -> String? {
    switch state {
    case .ready where reason != nil: "it serves, and was ended: \(reason ?? "")"
    case .ready where exit != nil, .opening where exit != nil: "it has ended, and goes on"
    default: nil
    }
  }
}
