import MCPProtocol

/// What is said with a server beside calls: how its session opens, how its lists are kept fresh.
struct Dialogue {
  /// What is to be done.
  enum Step {
    /// A request of our own; its end is brought back.
    case request(StaticString, params: [UInt8]?, InFlight.Purpose)
    case send([UInt8])
    /// The handshake is done.
    case opened
    case listed(ToolListing)
    case listingFailed(ToolListing)
    /// Calls may come.
    case serve
    /// The server is no good; a clause that goes on from its name.
    case fail(String)
  }

  private var opening = Opening()
  private var list = ListKeeper()

  /// Whether the server hears of anything yet (2025-11-25, lifecycle).
  var isOpen: Bool { opening.isOpen }
  var allowsBatches: Bool { opening.server?.version.allowsBatches == true }
  var supportsLogging: Bool { opening.server?.supportsLogging == true }

  /// The process runs; `capabilities` is what the client can be asked.
  mutating func begin(capabilities: [UInt8], at now: Instant) -> [Step] {
    self = Dialogue()
    return steps(opening.begin(capabilities: capabilities), at: now)
  }

  /// A request of our own has an answer, or (nil) gets none that is any good.
  mutating func ended(
    _ purpose: InFlight.Purpose,
    _ answer: OwnAnswer?,
    at now: Instant
  ) -> [Step] {
    switch purpose {
    case .opening:
      guard let answer else { return steps(opening.unanswered(), at: now) }
      return steps(opening.answered(answer.line, answer.envelope), at: now)
    case .list:
      guard let answer else { return steps(list.unanswered(at: now), at: now) }
      return steps(list.answered(answer.line, answer.envelope, at: now), at: now)
    case .blame, .probe: return []
    }
  }

  /// The list has changed, or a tool of it may be gone.
  mutating func listChanged(at now: Instant) { list.changed(at: now) }

  private mutating func steps(_ actions: [Opening.Action], at now: Instant) -> [Step] {
    var steps: [Step] = []
    for action in actions {
      switch action {
      case .request(let method, let params):
        steps.append(.request(method, params: params, .opening))
      case .send(let line): steps.append(.send(line))
      case .opened: steps.append(.opened)
      case .list: steps += self.steps(list.begin(), at: now)
      case .serve: steps.append(.serve)
      case .fail(let problem): steps.append(.fail(problem))
      }
    }
    return steps
  }

  private mutating func steps(_ actions: [ListKeeper.Action], at now: Instant) -> [Step] {
    var steps: [Step] = []
    for action in actions {
      switch action {
      case .ask(let params): steps.append(.request("tools/list", params: params, .list))
      case .listed(let listing):
        steps.append(.listed(listing))
        steps += self.steps(opening.listed(), at: now)
      case .failed(let listing):
        steps.append(.listingFailed(listing))
        steps += self.steps(opening.listed(), at: now)
      }
    }
    return steps
  }

  var nextDeadline: Instant? { list.nextDeadline }

  mutating func expire(at now: Instant) -> [Step] { steps(list.expire(at: now), at: now) }
}
