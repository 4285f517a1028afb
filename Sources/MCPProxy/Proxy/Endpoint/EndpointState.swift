import MCPProtocol

/// Where an endpoint's process stands.
package enum EndpointState: Sendable, Equatable {
  /// Never started, or ended in peace: starts when something needs it.
  case idle
  /// Launched; handshake and first list are under way.
  case starting
  case ready
  /// Ended; the next start is at this time.
  case backingOff(until: Instant, why: String)
  /// Ended too often; nothing is started before this time.
  case crashed(until: Instant, why: String)
  /// Disabled, or its configuration is no good.
  case unusable(String)
  case stopping

  /// The word of status and logs.
  package var word: String {
    switch self {
    case .idle: "idle"
    case .starting: "starting"
    case .ready: "ready"
    case .backingOff: "restarting"
    case .crashed: "crashed"
    case .unusable: "unusable"
    case .stopping: "stopping"
    }
  }
}

/// A running process of an endpoint and our ends of its pipes.
///
/// An object, because every read and write looks at one or two of its members.
final class EndpointProcess {
  let id: Int32
  let input: Descriptor
  let output: Descriptor
  let error: Descriptor
  /// The loop's watch numbers; `nil` when not watched.
  var inputWatch: UInt64?
  var outputWatch: UInt64?
  var errorWatch: UInt64?
  var inputIsOpen = true
  var errorIsOpen = true
  /// What it said of itself, once the handshake is done.
  var server: Handshake.Server?
  /// Set once the process has ended.
  var exit: ExitStatus?
  /// Why we ended it, where it was us.
  var reasonToEnd: String?
  /// Reading has ended, whoever ended it.
  var isOver = false

  init(id: Int32, input: Descriptor, output: Descriptor, error: Descriptor) {
    self.id = id
    self.input = input
    self.output = output
    self.error = error
  }
}
