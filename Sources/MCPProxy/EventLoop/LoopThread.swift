import Synchronization

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Remembers which thread runs the loop.
package struct LoopThread: ~Copyable, Sendable {
  private let identity = Atomic<UInt>(0)

  package init() {}

  package func claim() {
    identity.store(Self.current, ordering: .relaxed)
  }

  package var isCurrent: Bool { identity.load(ordering: .relaxed) == Self.current }

  private static var current: UInt {
    #if canImport(Darwin)
    UInt(bitPattern: unsafe pthread_self())
    #else
    UInt(pthread_self())
    #endif
  }
}
