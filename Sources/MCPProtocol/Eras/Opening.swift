/// The opening of a session with a server, up to its first lists.
///
/// HandshakeEra only: the other era's opening will be more states here, and no other place.
package struct Opening: Sendable {
  package enum State: Equatable, Sendable {
    case closed
    /// `initialize` was sent.
    case handshake
    /// The session is open; the first lists are asked for.
    case listing
    case open
    case failed
  }

  /// What is to be done.
  package enum Action: Equatable, Sendable {
    /// A request whose answer is to be brought back.
    case request(method: StaticString, params: [UInt8]?)
    /// A line for the server.
    case send([UInt8])
    /// The session is open: the server hears of everything else from now on.
    case opened(HandshakeEra.Server)
    /// The first lists are to be asked for.
    case list
    /// Calls may come.
    case serve
    /// The server is no good; a clause that goes on from its name.
    case fail(String)

    package static func == (left: Action, right: Action) -> Bool {
      switch (left, right) {
      case (.request(let first, let own), .request(let second, let other)):
        "\(first)" == "\(second)" && own == other
      case (.send(let first), .send(let second)): first == second
      case (.opened(let first), .opened(let second)): first == second
      case (.fail(let first), .fail(let second)): first == second
      case (.list, .list), (.serve, .serve): true
      default: false
      }
    }
  }

  package private(set) var state = State.closed
  /// What the server said of itself, once the session is open.
  package private(set) var server: HandshakeEra.Server?

  package init() {}

  /// The process runs; `capabilities` is the object the client can be asked by.
  package mutating func begin(capabilities: [UInt8]) -> [Action] {
    self = Opening()
    state = .handshake
    let params = HandshakeEra.request(capabilities: capabilities)
    return [.request(method: "initialize", params: params)]
  }

  /// The answer to the last request.
  package mutating func answered(_ line: [UInt8], _ envelope: Envelope) -> [Action] {
    guard state == .handshake else { return [] }
    switch HandshakeEra.read(line, envelope) {
    case .failed(let problem):
      state = .failed
      return [.fail(problem)]
    case .opened(let server):
      self.server = server
      state = .listing
      let initialized = RequestLine.notification("notifications/initialized")
      return [.send(initialized), .opened(server), .list]
    }
  }

  /// The last request has no answer that is any good.
  package mutating func unanswered() -> [Action] {
    guard state == .handshake else { return [] }
    state = .failed
    return [.fail("did not answer initialize")]
  }

  /// The first lists are known, or will not be.
  package mutating func listed() -> [Action] {
    guard state == .listing else { return [] }
    state = .open
    return [.serve]
  }

  /// Whether servers hear of anything: not before the handshake is done (2025-11-25, lifecycle).
  package var isOpen: Bool { server != nil }
}
