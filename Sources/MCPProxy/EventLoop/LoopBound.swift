/// An actor that lives on the event loop and is told by it what happened.
///
/// The callbacks run inside the actor's isolation and never suspend.
package protocol LoopBound: Actor {
  nonisolated var loop: EventLoop { get }
  /// A watched descriptor is ready; `token` is the one it was watched under.
  func descriptorReady(_ token: UInt64, _ interest: Interest)
  /// The actor's timer has fired: whatever is due is to be done, and the next time to be set.
  func timerFired()
  /// All jobs of this turn have run and the loop is about to sleep: write what was collected.
  func turnEnded()
  /// A signal came; only the one actor the loop was told of hears it.
  func signalReceived(_ signal: Signal)
  /// Runs the callback of an event in this very step; on the loop's thread only.
  nonisolated func deliver(_ event: LoopEvent)
}

/// What the loop tells an actor.
package enum LoopEvent: Sendable {
  case ready(UInt64, Interest)
  case timer
  case turnEnded
  case signal(Signal)
}

extension LoopBound {
  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  /// Runs `body` inside the actor's isolation, in this very step; traps on any other thread.
  ///
  /// All actors of the loop have it as their executor and it runs one thing at a time, so on its
  /// thread each of them is isolated (docs/decisions/0009). It does what `assumeIsolated` does,
  /// without a closure on the heap and a search for the present executor at each step; that is why
  /// `body` must capture nothing and is given its `argument`. What is handed on need not be
  /// sendable: it never leaves the thread.
  @inline(__always)
  package nonisolated func onLoop<Argument, Result>(
    _ argument: Argument,
    _ body: @escaping @Sendable (isolated Self, Argument) -> Result
  ) -> Result {
    loop.checkIsolated()
    // The types differ in isolation only, which was just checked.
    let step = unsafe unsafeBitCast(body, to: (@Sendable (Self, Argument) -> Result).self)
    return step(self, argument)
  }

  package func descriptorReady(_ token: UInt64, _ interest: Interest) {}
  package func timerFired() {}
  package func turnEnded() {}
  package func signalReceived(_ signal: Signal) {}

  // Here, and not in the loop, it is compiled anew for each kind of actor: nothing generic is left.
  package nonisolated func deliver(_ event: LoopEvent) {
    onLoop(event) { $0.receive($1) }
  }

  private func receive(_ event: LoopEvent) {
    switch event {
    case .ready(let token, let interest): descriptorReady(token, interest)
    case .timer: timerFired()
    case .turnEnded: turnEnded()
    case .signal(let signal): signalReceived(signal)
    }
  }
}
