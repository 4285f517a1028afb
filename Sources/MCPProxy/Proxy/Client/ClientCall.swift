import MCPProtocol

/// A call of the client's that has no answer yet.
///
/// An object of the session's, changed in place while the call goes from step to step.
final class ClientCall {
  let id: RequestID
  /// A call that was sent on at once, without a task of its own.
  var direct: DirectCall?
  /// The array it came in, if it did.
  let batch: Int?
  /// Where it is being attempted.
  var endpoint: Int?
  var isCancelled = false
  /// The faults injected into its attempts, in their order.
  var injected = InjectedModes()
  /// The client's token for reports of progress, if it wants any.
  var progressToken: [UInt8]?
  /// The highest progress passed on; a fallback begins anew and must not go back.
  var progress = -Double.infinity
  var progressSent: Instant?
  /// The newest report that was held back so as not to flood the client.
  var heldProgress: [UInt8]?
  /// Set while it waits between two attempts.
  var sleeper = Waiter()
  var sleepTimer: EventLoop.TimerID?

  init(id: RequestID, batch: Int?) {
    self.id = id
    self.batch = batch
  }
}

/// What is kept of a call that was sent on at once.
struct DirectCall {
  let message: ClientMessage
  let route: Route
  let began: Instant
}
