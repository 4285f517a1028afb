/// The faults that hit one call, in their order: one an attempt at most.
///
/// Four bytes and no memory of its own: every call carries one, chaos or not.
package struct InjectedModes: Equatable, Sendable {
  private var first: ChaosMode?
  private var second: ChaosMode?
  private var third: ChaosMode?
  private var fourth: ChaosMode?

  package init() {}

  /// What comes after `RepeatRule.mostAttempts` is not noted; there is nothing.
  package mutating func append(_ mode: ChaosMode) {
    if first == nil {
      first = mode
    } else if second == nil {
      second = mode
    } else if third == nil {
      third = mode
    } else if fourth == nil {
      fourth = mode
    }
  }

  package var all: [ChaosMode] { [first, second, third, fourth].compactMap(\.self) }
}
