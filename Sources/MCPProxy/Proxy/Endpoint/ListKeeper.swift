package import MCPProtocol

/// Keeps a server's list up to date: read at the start, and again whenever it is said to have
/// changed, page by page.
package struct ListKeeper: Sendable {
  /// What is to be done.
  package enum Action {
    /// A page is to be asked for; nil: the first.
    case ask(params: [UInt8]?)
    case listed(ToolListing)
    /// The server gave no list, or not all of it.
    case failed(ToolListing)
  }

  private enum State: Sendable {
    case unread
    case fresh
    /// It has changed; it is read anew at this time.
    case stale(due: Instant)
    case reading(ToolListing)
  }

  private var state = State.unread
  /// It has changed while it was read.
  private var changedMeanwhile = false

  /// One pass for a whole volley of notifications.
  private static let delay = TimeSpan.milliseconds(200)

  package init() {}

  /// Whether it was read, or tried to be, since the process began.
  package var isKnown: Bool {
    switch state {
    case .fresh, .stale: true
    case .unread, .reading: false
    }
  }

  /// Reads it for the first time.
  package mutating func begin() -> [Action] { read() }

  private mutating func read() -> [Action] {
    state = .reading(ToolListing())
    changedMeanwhile = false
    return [.ask(params: nil)]
  }

  /// The server says that it has changed, or it seems so.
  package mutating func changed(at now: Instant) {
    switch state {
    case .fresh: state = .stale(due: now + Self.delay)
    case .reading: changedMeanwhile = true
    case .unread, .stale: break
    }
  }

  /// A page has come.
  package mutating func answered(
    _ line: [UInt8],
    _ envelope: Envelope,
    at now: Instant
  ) -> [Action] {
    guard case .reading(var listing) = state else { return [] }
    listing.add(line, envelope)
    if listing.hasMore {
      state = .reading(listing)
      return [.ask(params: listing.nextParameters)]
    }
    end(at: now)
    return [listing.hasFailed ? .failed(listing) : .listed(listing)]
  }

  /// A page has not come, or is no good.
  package mutating func unanswered(at now: Instant) -> [Action] {
    guard case .reading = state else { return [] }
    end(at: now)
    return [.failed(ToolListing())]
  }

  private mutating func end(at now: Instant) {
    state = changedMeanwhile ? .stale(due: now + Self.delay) : .fresh
    changedMeanwhile = false
  }

  package var nextDeadline: Instant? {
    if case .stale(let due) = state { due } else { nil }
  }

  package mutating func expire(at now: Instant) -> [Action] {
    guard case .stale(let due) = state, due <= now else { return [] }
    return read()
  }
}
