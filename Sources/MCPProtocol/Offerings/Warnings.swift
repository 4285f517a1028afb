/// Warnings about one matter: the first few in words, the rest as a number, so that nobody can fill
/// the log with them.
package struct Warnings: Sendable {
  /// Warnings kept in words.
  private static let most = 20

  private var first: [String] = []
  private var more = 0

  package init() {}

  package mutating func add(_ text: @autoclosure () -> String) {
    if first.count < Self.most { first.append(text()) } else { more += 1 }
  }

  /// One line each.
  package var lines: [String] { more == 0 ? first : first + ["and \(more) more"] }
}
