/// What an attempt says about the health of what answered it.
///
/// Slowness is no verdict: the breaker judges it from the elapsed time.
package enum Verdict: Sendable, CaseIterable {
  case success
  case failure
  /// Says nothing: cancelled, refused by the proxy, or not this part's fault.
  case ignored
}
