import MCPProtocol

/// The requests a server has not answered, by the id they were given, and their time.
///
/// Ids are counted up from 1 and never used again, so a late answer cannot be taken for another's.
/// While a question to the human is open, no call's time runs: a question does not say which call
/// it belongs to.
///
/// Invariant: no deadline is earlier than `earliest`, which may be early.
package struct InFlight {
  /// What a request is for.
  package enum Entry {
    case call(Attempt)
    case own(Purpose, deadline: Instant)
  }

  /// A request of the proxy's own.
  package enum Purpose {
    /// A step of the opening.
    case opening
    /// A page of a list.
    case list
    /// A ping that tells whether the server or only the tools are to blame for silent calls.
    case blame([Suspect])
    /// The breaker's own probe.
    case probe(Permit)

    var isOpening: Bool { if case .opening = self { true } else { false } }

    var isPing: Bool {
      switch self {
      case .blame, .probe: true
      case .opening, .list: false
      }
    }
  }

  /// What is left of a call that ran out of time in silence: how it ended for the breaker is open.
  package struct Suspect {
    package let permit: Permit
    package let paused: TimeSpan

    package init(permit: Permit, paused: TimeSpan) {
      self.permit = permit
      self.paused = paused
    }
  }

  private var requests = NumberTable<Entry>()
  private var lastID = 0
  private var earliest = Instant(nanoseconds: .max)
  private var pausedSince: Instant?
  /// Answers to what was not open.
  package private(set) var lateAnswers = 0

  package init() {}

  package var isEmpty: Bool { requests.isEmpty }
  package var count: Int { requests.count }
  /// Whether no call's time runs.
  package var isPaused: Bool { pausedSince != nil }

  /// An id that no request had.
  package mutating func nextID() -> Int {
    #if MUTANTS
    if Mutant.isActive(.idReused) { return (1...).first { self[$0] == nil } ?? 0 }
    #endif
    lastID += 1
    return lastID
  }

  package mutating func add(_ id: Int, _ attempt: Attempt) {
    requests[Self.key(id)] = .call(attempt)
    if let deadline = attempt.flight?.deadline, deadline < earliest { earliest = deadline }
  }

  package mutating func add(_ id: Int, _ purpose: Purpose, until deadline: Instant) {
    requests[Self.key(id)] = .own(purpose, deadline: deadline)
    earliest = min(earliest, deadline)
  }

  // An id that a server made up may be negative; then it is a number that was never given.
  private static func key(_ id: Int) -> UInt64 { UInt64(truncatingIfNeeded: id) }

  package subscript(id: Int) -> Entry? { requests[Self.key(id)] }

  /// Takes a request out, because it has an answer or gets none.
  package mutating func take(_ id: Int) -> Entry? { requests.remove(Self.key(id)) }

  /// Takes out the request that an answer is for; nil, and counted, if it is for none.
  package mutating func answered(_ id: Int) -> Entry? {
    if let entry = requests.remove(Self.key(id)) { return entry }
    lateAnswers += 1
    return nil
  }

  package mutating func answeredNothing() { lateAnswers += 1 }

  /// Under which id a call was sent; for cancelling, which is rare.
  package func id(ofCall number: UInt64) -> Int? {
    ids.first { id in
      if case .call(let attempt) = self[id] { attempt.call == number } else { false }
    }
  }

  /// All ids in the order they were given.
  package var ids: [Int] { requests.sortedNumbers.map { Int($0) } }

  /// Lets one ping speak for more silent calls; false if none is open.
  package mutating func blame(_ suspects: [Suspect]) -> Bool {
    for id in ids {
      guard case .own(.blame(let known), let deadline) = self[id] else { continue }
      requests[Self.key(id)] = .own(.blame(known + suspects), deadline: deadline)
      return true
    }
    return false
  }

  // MARK: Time

  /// Progress gives a call more time, up to its limit (MCP 2025-11-25, progress).
  package func progressed(_ attempt: Attempt, at now: Instant) {
    guard var flight = attempt.flight else { return }
    flight.lastProgress = now
    let times = attempt.times
    flight.deadline = max(flight.deadline, min(now + times.timeout, times.limit))
    attempt.flight = flight
  }

  /// When `expire(at:)` may find something; nil if nothing runs.
  package var nextDeadline: Instant? {
    requests.isEmpty || earliest.nanoseconds == .max ? nil : earliest
  }

  /// Takes out what has had its time, the earliest first.
  package mutating func expire(at now: Instant) -> [(id: Int, entry: Entry)] {
    guard now >= earliest else { return [] }
    var due: [(deadline: Instant, id: Int)] = []
    earliest = Instant(nanoseconds: .max)
    for id in ids {
      guard let deadline = self[id].flatMap(deadline) else { continue }
      if deadline <= now { due.append((deadline, id)) } else { earliest = min(earliest, deadline) }
    }
    return due.sorted { ($0.deadline, $0.id) < ($1.deadline, $1.id) }.compactMap { due in
      take(due.id).map { (due.id, $0) }
    }
  }

  private func deadline(_ entry: Entry) -> Instant? {
    switch entry {
    case .call(let attempt): isPaused ? nil : attempt.flight?.deadline
    case .own(_, let deadline): deadline
    }
  }

  /// How long a call's time has stood still.
  package func paused(_ attempt: Attempt, at now: Instant) -> TimeSpan {
    guard let flight = attempt.flight else { return .zero }
    return flight.paused + standstill(flight, until: now)
  }

  /// How long the present question has stopped a call's time.
  private func standstill(_ flight: Attempt.Flight, until now: Instant) -> TimeSpan {
    guard let since = pausedSince else { return .zero }
    #if MUTANTS
    if Mutant.isActive(.pausedBeforeSent) { return now - since }
    #endif
    // A call that was sent while a question was open has paused only since then.
    return max(.zero, now - max(since, flight.sent))
  }

  /// Progress so lately means that a call is not slow.
  private static let freshProgress = TimeSpan.seconds(5)

  /// What the breakers are to know of a call that ends now.
  package func ending(of attempt: Attempt, at now: Instant) -> Health.Ending {
    let progress = attempt.flight?.lastProgress
    return Health.Ending(
      pausedFor: paused(attempt, at: now),
      slowExempt: progress.map { now - $0 <= Self.freshProgress } ?? false
    )
  }

  /// Stops the time of all calls; returns them, if it was not stopped before.
  package mutating func pause(at now: Instant) -> [Attempt] {
    guard pausedSince == nil else { return [] }
    pausedSince = now
    return calls
  }

  /// Lets the time of all calls run again, from where it stood still.
  package mutating func resume(at now: Instant) {
    guard isPaused else { return }
    for attempt in calls {
      guard var flight = attempt.flight else { continue }
      let paused = standstill(flight, until: now)
      flight.paused = flight.paused + paused
      flight.deadline = flight.deadline + paused
      attempt.flight = flight
      earliest = min(earliest, flight.deadline)
    }
    pausedSince = nil
  }

  /// The server is gone, and with it whoever had asked: time runs, for nobody.
  package mutating func unpause() { pausedSince = nil }

  /// The calls in flight, in the order they were sent.
  package var calls: [Attempt] {
    ids.compactMap { id in
      if case .call(let attempt) = self[id] { attempt } else { nil }
    }
  }

  /// What is wrong with it, if anything is; the simulation asks after every turn.
  package func check() -> String? {
    if isEmpty { return nil }
    for id in ids {
      if id > lastID { return "request \(id) has an id that was not given" }
      guard let deadline = self[id].flatMap(deadline) else { continue }
      if deadline < earliest { return "request \(id) is due before the first" }
    }
    return nil
  }
}
