/// Whether carrying out a call twice does harm.
package enum Effect: String, Sendable, CaseIterable {
  /// Reads only, or is idempotent.
  case safe
  /// May change something each time; what nothing is known about is unsafe.
  case unsafe
}
