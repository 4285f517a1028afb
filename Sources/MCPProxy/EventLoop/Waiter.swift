/// One task that waits for something the loop reports: a descriptor, a timer, a change of state.
///
/// Resumed exactly once: resuming takes the continuation out.
@safe package struct Waiter: Sendable {
  private var continuation: UnsafeContinuation<Void, Never>?

  package init() {}

  /// Takes the continuation of the task that now waits; there may be one at a time.
  package mutating func wait(_ continuation: UnsafeContinuation<Void, Never>) {
    unsafe precondition(self.continuation == nil, "two tasks wait for one thing")
    unsafe self.continuation = continuation
  }

  /// Lets the waiting task go on, if there is one.
  package mutating func resume() {
    guard let waiting = unsafe continuation else { return }
    unsafe continuation = nil
    unsafe waiting.resume()
  }
}
