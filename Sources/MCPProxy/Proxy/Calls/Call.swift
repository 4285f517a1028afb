package import MCPProtocol

/// A request of a client's that has no answer yet, from its arrival to its end.
///
/// An object of the router's, changed in place while the call goes from step to step.
package final class Call {
  /// Given once and counted up.
  package let number: UInt64
  package let caller: any Caller
  package let request: Request
  /// What the caller knows the call by beside its id: the array it came in, if it did.
  package let batch: Int?
  package let began: Instant
  /// When its first attempt began.
  package var started: Instant
  /// Where it goes; nil: its tool is not known, or it is no call of a tool.
  package var route: Route?
  /// The attempt that is being made, and where.
  package var present: (attempt: Attempt, endpoint: Endpoint)?
  package var isCancelled = false
  /// The faults injected into its attempts, in their order.
  package var injected = InjectedModes()
  /// Reports of progress that the client wants.
  package var progress: CallProgress?
  /// The task that follows it, once it has one: it waits for the attempt's end, or for a time.
  var follower: CallFollower?

  package init(
    _ number: UInt64,
    _ request: Request,
    of caller: any Caller,
    batch: Int?,
    began: Instant
  ) {
    self.number = number
    self.request = request
    self.caller = caller
    self.batch = batch
    self.began = began
    started = began
    if !request.progressToken.isEmpty {
      progress = CallProgress(token: Array(request.line[request.progressToken]))
    }
  }

  /// The id that its client knows it by.
  package var id: RequestID {
    let line = request.line
    return RequestID(line.span, request.id)
  }
  /// The id as it was written.
  package var idBytes: [UInt8] { Array(request.line[request.id]) }
}

/// What of a call's progress its client was told.
package struct CallProgress {
  /// The client's token, as it was written.
  let token: [UInt8]
  /// The highest that was passed on; a stand-in begins anew and must not go back.
  private var highest = -Double.infinity
  private var sent: Instant?
  /// The newest report that was held back so as not to flood the client.
  private(set) var held: [UInt8]?

  /// Reports a client gets for one call: one in so long; the last one always reaches it.
  private static let interval = TimeSpan.milliseconds(100)

  init(token: [UInt8]) { self.token = token }

  /// Takes a server's report; returns the line for the client, if it is to get it now.
  mutating func take(_ line: [UInt8], _ envelope: Envelope, at now: Instant) -> [UInt8]? {
    guard let value = Double(String(decoding: line[envelope.progress], as: UTF8.self)),
      value > highest
    else { return nil }
    highest = value
    var splice = Splice()
    splice.replace(envelope.progressToken, with: .bytes(token))
    let frame = splice.applied(to: line)
    if let sent, now - sent < Self.interval {
      held = frame
      return nil
    }
    held = nil
    sent = now
    return frame
  }
}
