import MCPProtocol

#if !MUTANTS
import MCPProxy
#endif

/// Requests in flight beside a list of them, and of the questions that were open meanwhile.
struct InFlightMachine: Machine {
  enum Step {
    /// A call, with so much time, and so much in all.
    case call(TimeSpan, limit: TimeSpan)
    case own(TimeSpan)
    case blame(TimeSpan)
    /// An answer to the request at this place, or to one that is not there.
    case answer(Int)
    case cancel(Int)
    case progress(Int)
    case suspect
    case pause
    case resume
    /// The server is gone.
    case lose
    case advance(TimeSpan)
    case toDeadline
  }

  private enum Kind: Equatable {
    case call(UInt64)
    case own
    case blame(suspects: Int)
  }

  private struct Sent {
    let id: Int
    var kind: Kind
    var deadline: Instant
    let sent: Instant
    let attempt: Attempt?
  }

  private struct Pause {
    let begin: Instant
    var end: Instant?
  }

  /// Enough at once for every case.
  private static let most = 6

  private var inFlight = InFlight()
  private var sent: [Sent] = []
  private var pauses: [Pause] = []
  private var now = Instant(nanoseconds: 1_000_000_000_000)
  private var lastID = 0
  private var late = 0

  private var isPaused: Bool { pauses.last.map { $0.end == nil } ?? false }

  mutating func apply(_ step: Step) throws(Discrepancy) -> Bool {
    switch step {
    case .call(let time, let limit):
      guard sent.count < Self.most else { return false }
      try call(time, limit)
    case .own(let time):
      let id = try nextID()
      inFlight.add(id, .list, until: now + time)
      sent.append(Sent(id: id, kind: .own, deadline: now + time, sent: now, attempt: nil))
    case .blame(let time):
      guard !sent.contains(where: { if case .blame = $0.kind { true } else { false } }) else {
        return false
      }
      let id = try nextID()
      inFlight.add(id, .blame([]), until: now + time)
      let blame = Sent(
        id: id,
        kind: .blame(suspects: 0),
        deadline: now + time,
        sent: now,
        attempt: nil
      )
      sent.append(blame)
    case .answer(let place): try answer(place)
    case .cancel(let place):
      guard !sent.isEmpty else { return false }
      let gone = sent.remove(at: place % sent.count)
      try same(inFlight.take(gone.id), gone)
    case .progress(let place):
      guard !sent.isEmpty, let attempt = sent[place % sent.count].attempt else { return false }
      inFlight.progressed(attempt, at: now)
      let until = min(now + attempt.times.timeout, attempt.times.limit)
      sent[place % sent.count].deadline = max(sent[place % sent.count].deadline, until)
    case .suspect: try suspect()
    case .pause:
      let stopped = inFlight.pause(at: now).map(\.call)
      let calls = sent.compactMap(\.attempt?.call)
      try require(stopped == (isPaused ? [] : calls), "stopped the time of \(stopped)")
      if !isPaused { pauses.append(Pause(begin: now)) }
    case .resume: resume()
    case .lose:
      for id in inFlight.ids { _ = inFlight.take(id) }
      inFlight.unpause()
      sent = []
      if isPaused { pauses[pauses.count - 1].end = now }
    case .advance(let span):
      now = now + span
      try expire()
    case .toDeadline:
      guard let deadline = inFlight.nextDeadline else { return false }
      now = max(now, deadline)
      try expire()
    }
    // What ended before any of them was sent stops nobody's time.
    pauses.removeAll { pause in pause.end.map { end in sent.allSatisfy { end <= $0.sent } } ?? false
    }
    try compare()
    return true
  }

  private mutating func nextID() throws(Discrepancy) -> Int {
    let id = inFlight.nextID()
    lastID += 1
    try require(id == lastID, "id \(id), not \(lastID)")
    return id
  }

  private mutating func call(_ time: TimeSpan, _ limit: TimeSpan) throws(Discrepancy) {
    let id = try nextID()
    let attempt = Self.attempt(UInt64(id) + 1000, time, limit, at: now)
    inFlight.add(id, attempt)
    let kind = Kind.call(attempt.call)
    sent.append(Sent(id: id, kind: kind, deadline: now + time, sent: now, attempt: attempt))
  }

  private mutating func answer(_ place: Int) throws(Discrepancy) {
    guard place < sent.count else {
      late += 1
      let id = sent.contains { $0.id == lastID } ? -7 : lastID
      let entry = inFlight.answered(id)
      return try require(entry == nil, "an answer to nothing is somebody's")
    }
    let gone = sent.remove(at: place)
    try same(inFlight.answered(gone.id), gone)
  }

  private mutating func suspect() throws(Discrepancy) {
    let permit = Self.permits.server
    let spoken = inFlight.blame([InFlight.Suspect(permit: permit, paused: .zero)])
    let place = sent.firstIndex { if case .blame = $0.kind { true } else { false } }
    try require(spoken == (place != nil), "a ping speaks for it: \(spoken)")
    if let place, case .blame(let suspects) = sent[place].kind {
      sent[place].kind = .blame(suspects: suspects + 1)
    }
  }

  private mutating func resume() {
    inFlight.resume(at: now)
    guard isPaused else { return }
    pauses[pauses.count - 1].end = now
    let last = pauses.suffix(1)
    for place in sent.indices where sent[place].attempt != nil {
      let paused = Self.overlap(last, since: sent[place].sent, until: now)
      sent[place].deadline = sent[place].deadline + paused
    }
  }

  private mutating func expire() throws(Discrepancy) {
    let due = sent.filter { $0.deadline <= now && !(isPaused && $0.attempt != nil) }
      .sorted { ($0.deadline, $0.id) < ($1.deadline, $1.id) }
    let expired = inFlight.expire(at: now)
    let ids = due.map(\.id)
    try require(expired.map(\.id) == ids, "had their time: \(expired.map(\.id)), not \(ids)")
    for (entry, gone) in zip(expired, due) { try same(entry.entry, gone) }
    // Else the loop would come back to it for ever.
    try require(inFlight.nextDeadline.map { $0 > now } ?? true, "overdue after a look")
    sent.removeAll { ids.contains($0.id) }
  }

  // MARK: Comparing

  /// How much of the questions' time lies between two instants.
  private static func overlap(
    _ pauses: ArraySlice<Pause>,
    since: Instant,
    until: Instant
  ) -> TimeSpan {
    pauses.reduce(.zero) { sum, pause in
      let (begin, end) = (max(pause.begin, since), min(pause.end ?? until, until))
      return begin < end ? sum + (end - begin) : sum
    }
  }

  private func same(_ entry: InFlight.Entry?, _ expected: Sent) throws(Discrepancy) {
    let kind: Kind? =
      switch entry {
      case .call(let attempt): .call(attempt.call)
      case .own(.list, _): .own
      case .own(.blame(let suspects), _): .blame(suspects: suspects.count)
      case .own(.opening, _), .own(.probe, _), nil: nil
      }
    try require(kind == expected.kind, "request \(expected.id) is \(String(describing: kind))")
  }

  private func compare() throws(Discrepancy) {
    let problem = inFlight.check()
    try require(problem == nil, problem ?? "")
    try require(inFlight.ids == sent.map(\.id), "\(inFlight.ids) are in flight")
    try require(inFlight.count == sent.count && inFlight.isEmpty == sent.isEmpty, "count")
    try require(inFlight.isPaused == isPaused, "paused: \(inFlight.isPaused)")
    try require(inFlight.lateAnswers == late, "\(inFlight.lateAnswers) late answers, not \(late)")
    for request in sent {
      try same(inFlight[request.id], request)
      guard let attempt = request.attempt else { continue }
      let paused = inFlight.paused(attempt, at: now)
      let expected = Self.overlap(pauses[...], since: request.sent, until: now)
      try require(paused == expected, "call \(request.id) paused \(paused), not \(expected)")
      let deadline = attempt.flight?.deadline
      try require(deadline == request.deadline, "call \(request.id) has another deadline")
    }
    if let last = sent.last, let attempt = last.attempt {
      try require(inFlight.id(ofCall: attempt.call) == last.id, "call \(attempt.call)")
    }
    // May be early, because a request may have an answer; never late.
    let running = sent.filter { !(isPaused && $0.attempt != nil) }.map(\.deadline).min()
    guard let running else { return }
    let timer = inFlight.nextDeadline
    try require(timer.map { $0 <= running } ?? false, "next deadline is late")
  }
}

extension InFlightMachine {
  init(_ random: inout SeededRandom) {}

  static func draw(_ random: inout SeededRandom) -> Step {
    switch random.below(40) {
    case 0..<9: .call(span(10, &random), limit: span(30, &random))
    case 9..<11: .own(span(10, &random))
    case 11..<13: .blame(span(5, &random))
    case 13..<19: .answer(random.below(8))
    case 19: .cancel(random.below(1000))
    case 20..<23: .progress(random.below(1000))
    case 23: .suspect
    case 24..<28: .pause
    case 28..<32: .resume
    case 32: random.below(5) == 0 ? .lose : .resume
    case 33..<36: .advance(span(4, &random))
    default: .toDeadline
    }
  }

  private static func span(_ most: Int, _ random: inout SeededRandom) -> TimeSpan {
    .seconds(Int64(1 + random.below(most)))
  }

  /// A call that was sent now.
  static func attempt(
    _ call: UInt64,
    _ time: TimeSpan,
    _ limit: TimeSpan,
    at now: Instant
  ) -> Attempt {
    let attempt = Attempt(
      call: call,
      Request([], length: 0, Envelope()),
      ToolReference(index: 0, name: "t", token: Array("\"t\"".utf8)),
      .unsafe,
      Attempt.Times(
        deadline: now + time,
        startDeadline: now + time,
        timeout: time,
        limit: now + max(time, limit)
      ),
      Attempt.Role()
    )
    attempt.flight = Attempt.Flight(
      permits: permits,
      sent: now,
      queued: .zero,
      mark: 0,
      deadline: now + time
    )
    return attempt
  }

  /// Leave that a healthy server and tool give.
  static let permits: Permits = {
    var health = Health(EndpointPolicy())
    return health.commit(0, at: .zero)
  }()
}
