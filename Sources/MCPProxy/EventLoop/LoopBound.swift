/// An actor that lives on the event loop and is told by it what happened.
///
/// The callbacks run inside the actor's isolation and never suspend.
package protocol LoopBound: Actor {
  nonisolated var loop: EventLoop { get }
  /// A watched descriptor is ready; `token` is the one it was watched under.
  func descriptorReady(_ token: UInt64, _ interest: Interest)
  /// A timer's deadline has come; `token` is the one it was set with.
  func timerFired(_ token: UInt64)
  /// All jobs of this turn have run and the loop is about to sleep: write what was collected.
  func turnEnded()
}

extension LoopBound {
  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }
  package func descriptorReady(_ token: UInt64, _ interest: Interest) {}
  package func timerFired(_ token: UInt64) {}
  package func turnEnded() {}
}
