/// Whether carrying out a call twice does harm.
package enum Effect: String, Sendable, CaseIterable {
  /// Reads only, or is idempotent.
  case safe
  /// May change something each time; what nothing is known about is unsafe.
  case unsafe
}

extension Effect {
  /// The effect of a tool: the configuration's word counts most (`nil`: it says nothing), then the
  /// server's own, if it is trusted.
  package init(declared isSafe: Bool?, trustsServer: Bool, serverSaysSafe: Bool) {
    self = (isSafe ?? (trustsServer && serverSaysSafe)) ? .safe : .unsafe
  }
}
