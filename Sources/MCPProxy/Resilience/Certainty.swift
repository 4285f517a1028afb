/// What is known about whether an attempt was carried out.
package enum Certainty: String, Sendable, CaseIterable {
  /// It was not: refused by the proxy, or never written whole.
  case notSent
  /// It was written whole and no answer came.
  case unknown
  /// A response with its id arrived.
  case answered
}
