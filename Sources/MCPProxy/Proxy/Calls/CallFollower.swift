/// The task that follows one call: what it waits for, and what it is woken by.
///
/// Only a call that needs more than one step has one.
@safe final class CallFollower {
  private var continuation: UnsafeContinuation<Void, Never>?
  /// How its attempt has ended, until the task takes it.
  private var result: AttemptResult?
  /// When it goes on even if nothing happens.
  private(set) var deadline: Instant?
  /// Whether it is also to go on when it is known what endpoints offer.
  var waitsForList = false

  /// Takes the task that waits; it goes on at the deadline at the latest, if there is one.
  func wait(_ continuation: UnsafeContinuation<Void, Never>, until deadline: Instant?) {
    unsafe precondition(self.continuation == nil, "a call is followed twice")
    unsafe self.continuation = continuation
    self.deadline = deadline
  }

  /// Lets the task go on, if it waits.
  func wake() {
    guard let waiting = unsafe continuation else { return }
    unsafe continuation = nil
    deadline = nil
    unsafe waiting.resume()
  }

  /// The attempt has ended.
  func attemptEnded(_ result: AttemptResult) {
    self.result = result
    wake()
  }

  func takeResult() -> AttemptResult? { result.take() }
}
