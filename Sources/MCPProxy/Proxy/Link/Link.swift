import MCPProtocol

/// What an endpoint knows of the way to one of its servers: messages, not bytes.
///
/// An object of the endpoint's actor, one for each server it runs. What happens comes back as
/// events; a link decides nothing of the server's life.
package protocol Link: AnyObject {
  /// Puts a message on its way; it goes out with the next `flush`.
  func send(_ message: borrowing Outgoing) -> Sending
  /// Whether everything up to a mark has left us: then the server may have read it.
  func isWritten(_ mark: Int) -> Bool
  /// Bytes one line of the server may have.
  var longestLine: Int { get }
  /// Bytes that wait for the server to take them.
  var pendingBytes: Int { get }
  /// Writes what can be written.
  func flush() -> LinkEvent?
  /// A stream of the link is ready; `take` gets each line that came, in order.
  func ready(_ stream: UInt64, _ interest: Interest, _ take: (LinkLine) -> Void) -> LinkEvent?
  /// Reads what is left, because nothing is read after it, not even for a client that is behind.
  func readRest(hasExited: Bool, _ take: (LinkLine) -> Void) -> LinkEvent?
  /// Does what the server's life asks for.
  func perform(_ action: Life.Action) -> LinkEvent?
  /// Whether a process that has ended is that of the present life.
  func isAlive(_ process: Int32) -> Bool
  /// Kills at once whatever is left, of this life and of those before.
  func abandon()
  /// Reads nothing until it is let go on: the client is behind.
  func hold(_ isHeld: Bool)
  /// Keeps words that may say why the server fails, as if it had written them on its error output.
  func note(_ words: ArraySlice<UInt8>)
  /// The last line the server said why it fails; nil if it said nothing.
  var lastWords: String? { get }
  /// When `expire` does something; nil: time alone changes nothing.
  var nextDeadline: Instant? { get }
  func expire(at now: Instant, _ take: (LinkLine) -> Void) -> [LinkEvent]
  /// What is wrong with it, if anything is.
  func check() -> String?
  /// What the simulation looks at between two turns.
  var view: LinkView { get }
}

/// What became of a message that was sent.
package struct Sending {
  /// Where its last byte stands.
  package let mark: Int
  /// The fault that was injected into it, if one was.
  package let injected: ChaosMode?

  package init(mark: Int, injected: ChaosMode? = nil) {
    self.mark = mark
    self.injected = injected
  }
}

/// A line that came from a server.
package enum LinkLine {
  case whole([UInt8], Range<Int>)
  /// The last one, without a line end: it may have been cut.
  case last([UInt8], Range<Int>)
  /// Longer than a line may be: only its beginning and its end were kept.
  case oversize(head: [UInt8], tail: [UInt8])
}

/// What happened on a link.
package enum LinkEvent: Equatable, Sendable {
  /// The server runs.
  case launched
  case launchFailed(String)
  /// A launch that had to wait can be tried again.
  case launchable
  /// Nothing comes any more.
  case outputEnded
  case exited(Int32, ExitStatus)
  /// It can no longer be used, and why.
  case broken(String)
  /// Nothing is left of the server that was to be buried.
  case buried
  /// A request is kept from the server, and fails in its place.
  case failed(Int)
}

/// What the simulation sees of a link.
package struct LinkView: Sendable {
  /// 0: there is none.
  package var process: Int32 = 0
  package var end = 0
  package var pending = 0
  package var dyingGroups = 0

  package init() {}
}
