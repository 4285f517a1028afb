import Synchronization

/// Whether the client is behind with reading, so that nothing more should be read for it.
///
/// Set by the client's session and looked at by every endpoint after each read: a flag costs
/// nothing, asking the session would cost two hops.
package final class Congestion: Sendable {
  private let flag = Atomic<Bool>(false)

  package init() {}

  package var isClogged: Bool { flag.load(ordering: .relaxed) }

  package func set(_ isClogged: Bool) { flag.store(isClogged, ordering: .relaxed) }
}
