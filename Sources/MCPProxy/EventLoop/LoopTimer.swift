/// The one timer of an actor: it fires when the first of its parts must be woken, or earlier.
///
/// Each part says when that is (`nextDeadline`) and what is due then (`expire`). Nothing is ever
/// cancelled: a timer that is set for an earlier time is left alone, fires for nothing, and is set
/// for what is next by then. Nearly every deadline is that of a call, and its answer comes long
/// before.
package struct LoopTimer: Sendable {
  private var armed: (id: EventLoop.TimerID, deadline: Instant)?

  package init() {}

  /// Makes sure that `owner` is told at `deadline`, or earlier; nil: nothing need wake it.
  @inline(__always)
  package mutating func set(_ deadline: Instant?, for owner: any LoopBound) {
    guard let deadline, armed.map({ deadline < $0.deadline }) ?? true else { return }
    arm(deadline, owner)
  }

  private mutating func arm(_ deadline: Instant, _ owner: any LoopBound) {
    if let armed { owner.loop.cancelTimer(armed.id) }
    armed = (owner.loop.setTimer(at: deadline, owner: owner), deadline)
  }

  /// It has fired.
  package mutating func fired() { armed = nil }

  /// Nobody needs to be woken any more.
  package mutating func cancel(_ loop: EventLoop) {
    if let armed { loop.cancelTimer(armed.id) }
    armed = nil
  }
}

extension Instant {
  /// The earlier of two deadlines, either of which may be missing.
  package static func earlier(_ left: Instant?, _ right: Instant?) -> Instant? {
    let first = min(left ?? .never, right ?? .never)
    return first == .never ? nil : first
  }

  /// Later than any deadline.
  package static let never = Instant(nanoseconds: .max)
}
