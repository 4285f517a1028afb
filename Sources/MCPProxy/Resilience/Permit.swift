/// Leave to make one attempt; settled exactly once with the breaker that gave it.
///
/// A plain value of 24 bytes, because an asynchronous frame holds it for the length of a call.
package struct Permit: Sendable, Equatable {
  /// When the attempt was admitted.
  package let start: Instant
  /// The breaker's generation at admission; a result of an older generation changes no state.
  package let generation: UInt32
  /// Where the breaker keeps the attempt while it is in flight.
  let slot: UInt32
  /// Tells apart the attempts that use one slot in turn, so settling twice does no harm.
  let sequence: UInt32
  /// Whether the attempt decides about closing an open breaker.
  package let isProbe: Bool

  /// The slot of an attempt that nobody keeps while it is in flight.
  static let noSlot = UInt32.max

  /// A permit whose attempt is not followed while in flight.
  static func untracked(generation: UInt32, at now: Instant) -> Permit {
    Permit(start: now, generation: generation, slot: noSlot, sequence: 0, isProbe: false)
  }
}
