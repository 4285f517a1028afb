import MCPProtocol

/// Requests an endpoint has not answered, by the id we gave them.
///
/// Ids are counted up from 1 and never used again, so a late answer cannot be taken for another's.
struct PendingRequests {
  enum Request {
    case call(CallInFlight)
    case own(OwnRequest)
  }

  private var requests = NumberTable<Request>()
  private var lastID = 0

  var isEmpty: Bool { requests.isEmpty }
  var count: Int { requests.count }

  mutating func nextID() -> Int {
    #if MUTANTS
    if Mutant.isActive(.idReused) { return (1...).first { self[$0] == nil } ?? 0 }
    #endif
    lastID += 1
    return lastID
  }

  mutating func add(_ id: Int, _ request: Request) { self[id] = request }

  // An id that a process made up may be negative; then it is a number that was never given.

  subscript(id: Int) -> Request? {
    get { requests[UInt64(truncatingIfNeeded: id)] }
    set { requests[UInt64(truncatingIfNeeded: id)] = newValue }
  }

  mutating func remove(_ id: Int) -> Request? { requests.remove(UInt64(truncatingIfNeeded: id)) }

  mutating func removeCall(_ id: Int) -> CallInFlight? {
    guard case .call(let call) = self[id] else { return nil }
    self[id] = nil
    return call
  }

  /// Under which id a call was sent; for cancelling, which is rare.
  func id(ofCall number: UInt64) -> Int? {
    ids.first { id in
      if case .call(let call) = self[id] { call.attempt.call == number } else { false }
    }
  }

  /// The ping that is to tell who is to blame, if one is open.
  var openBlame: Int? {
    ids.first { if case .own(.blame) = self[$0] { true } else { false } }
  }

  /// When the first of the calls has had its time.
  var nextDeadline: Instant? {
    ids.compactMap { if case .call(let call) = self[$0] { call.deadline } else { nil } }.min()
  }

  /// The calls that have had their time, the earliest first.
  func overdue(at now: Instant) -> [Int] {
    let due = ids.compactMap { id -> (deadline: Instant, id: Int)? in
      guard case .call(let call) = self[id], call.deadline <= now else { return nil }
      return (call.deadline, id)
    }
    return due.sorted { ($0.deadline, $0.id) < ($1.deadline, $1.id) }.map(\.id)
  }

  /// All ids in the order they were sent.
  var ids: [Int] { requests.sortedNumbers.map { Int($0) } }
}

/// Who is told how an attempt ended.
@safe enum Completion {
  /// The task that waits for it.
  case task(UnsafeContinuation<AttemptResult, Never>)
  /// The observer, in the same step.
  case direct
}

/// A call that was sent.
final class CallInFlight {
  let attempt: Attempt
  let permit: Permit
  let toolPermit: Permit
  let sent: Instant
  let queued: TimeSpan
  /// Where the frame's closing brace stands in the stream to the process.
  let frameEnd: Int
  var deadline: Instant
  var paused = TimeSpan.zero
  var lastProgress: Instant?
  let completion: Completion

  init(
    _ attempt: Attempt,
    _ permit: Permit,
    _ toolPermit: Permit,
    sent: Instant,
    queued: TimeSpan,
    frameEnd: Int,
    _ completion: Completion
  ) {
    self.attempt = attempt
    self.permit = permit
    self.toolPermit = toolPermit
    self.sent = sent
    self.queued = queued
    self.frameEnd = frameEnd
    deadline = attempt.deadline
    self.completion = completion
  }
}

/// A call that waits for the process, a place or a token.
struct WaitingCall {
  let attempt: Attempt
  let since: Instant
  var timer: EventLoop.TimerID?
  let completion: Completion
}

/// A request of the proxy's own.
enum OwnRequest {
  /// A step of the opening or a list; the answer's line goes to the waiting task.
  case step(OwnStep)
  /// A ping that tells whether the endpoint or only the tools are to blame for silent calls.
  case blame([Suspect], timer: EventLoop.TimerID)
  /// The breaker's own probe.
  case probe(Permit, timer: EventLoop.TimerID)
}

/// What is left of a call that ran out of time in silence: how it ended for the breaker is open.
struct Suspect {
  let permit: Permit
  let paused: TimeSpan
}

/// A task that waits for the answer to a request of ours.
@safe struct OwnStep {
  let timer: EventLoop.TimerID
  let continuation: UnsafeContinuation<OwnAnswer?, Never>
}

/// The answer to a request of ours.
struct OwnAnswer: Sendable {
  let line: [UInt8]
  let envelope: Envelope
}
