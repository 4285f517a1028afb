/// What a call's end gives: an answer to its client, a line to the books.
///
/// Every request gets one answer, or none if it was cancelled; every call is booked.
extension Call {
  /// Whether the client is answered.
  var isAnswered: Bool {
    #if MUTANTS
    if Mutant.isActive(.cancelAnswered) { return true }
    #endif
    return !isCancelled
  }

  /// Whether the call has a line in the usage log.
  var isBooked: Bool {
    #if MUTANTS
    if Mutant.isActive(.cancelledCallNotBooked) { return !isCancelled }
    #endif
    return true
  }
}
