/// Where a server's process stands.
package enum LifeState: Equatable, Sendable {
  /// Never started, or ended in peace: starts when something needs it.
  case idle
  /// Its command is looked for, and started.
  case launching
  /// Handshake and first lists are under way.
  case opening(until: Instant)
  case ready
  /// It was ended or has closed its output; its exit is waited for.
  case ending(wasReady: Bool, until: Instant)
  /// Ended; the next start is at this time.
  case backingOff(until: Instant, why: String)
  /// Ended too often; nothing is started before this time.
  case crashed(until: Instant, why: String)
  /// Disabled, or its configuration is no good.
  case unusable(String)
  case stopping(Stop)
  /// Nothing is left of it, and nothing will be started.
  case buried

  /// The steps by which a process is ended with the proxy.
  package enum Stop: Equatable, Sendable {
    /// It is just being started.
    case launching
    /// Its input was closed.
    case asked(until: Instant)
    /// It was sent TERM.
    case told(until: Instant)
    /// It was sent KILL.
    case killed(until: Instant)
    /// It is gone, what is left of its group is not.
    case burying

    var hasProcess: Bool { deadline != nil }

    var deadline: Instant? {
      switch self {
      case .asked(let until), .told(let until), .killed(let until): until
      case .launching, .burying: nil
      }
    }
  }

  /// The word of status and logs.
  package var word: String {
    switch self {
    case .idle: "idle"
    case .launching, .opening: "starting"
    case .ready: "ready"
    case .ending, .backingOff: "restarting"
    case .crashed: "crashed"
    case .unusable: "unusable"
    case .stopping: "stopping"
    case .buried: "stopped"
    }
  }
}
