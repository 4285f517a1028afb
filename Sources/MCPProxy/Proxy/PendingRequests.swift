import MCPProtocol

/// Requests an endpoint has not answered, by the id we gave them.
///
/// Ids are counted up from 1 and never used again, so a late answer cannot be taken for another's.
struct PendingRequests {
  enum Request {
    case call(CallInFlight)
    case own(OwnRequest)
  }

  private var requests: [Int: Request] = [:]
  private var lastID = 0

  var isEmpty: Bool { requests.isEmpty }
  var count: Int { requests.count }

  mutating func nextID() -> Int {
    lastID += 1
    return lastID
  }

  mutating func add(_ id: Int, _ request: Request) { requests[id] = request }

  subscript(id: Int) -> Request? {
    get { requests[id] }
    set { requests[id] = newValue }
  }

  mutating func remove(_ id: Int) -> Request? { requests.removeValue(forKey: id) }

  mutating func removeCall(_ id: Int) -> CallInFlight? {
    guard case .call(let call) = requests[id] else { return nil }
    requests[id] = nil
    return call
  }

  /// Under which id a call was sent; for cancelling, which is rare.
  func id(ofCall number: UInt64) -> Int? {
    for (id, request) in requests {
      if case .call(let call) = request, call.attempt.call == number { return id }
    }
    return nil
  }

  /// All ids in the order they were sent.
  var ids: [Int] { requests.keys.sorted() }
}

/// Who is told how an attempt ended.
@safe enum Completion {
  /// The task that waits for it.
  case task(UnsafeContinuation<AttemptResult, Never>)
  /// The observer, in the same step.
  case direct
}

/// A call that was sent.
struct CallInFlight {
  let attempt: Attempt
  let permit: Permit
  let toolPermit: Permit
  let sent: Instant
  let queued: TimeSpan
  /// Where the frame's closing brace stands in the stream to the process.
  let frameEnd: Int
  var deadline: Instant
  var timer: EventLoop.TimerID?
  var paused = TimeSpan.zero
  var lastProgress: Instant?
  let completion: Completion
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
  /// A ping that tells whether the endpoint or only the tool is to blame for a silent call.
  case blame(Permit, paused: TimeSpan, timer: EventLoop.TimerID)
  /// The breaker's own probe.
  case probe(Permit, timer: EventLoop.TimerID)
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
