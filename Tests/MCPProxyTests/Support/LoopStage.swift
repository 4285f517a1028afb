import MCPProxy
import Testing

/// A test's place on the loop: it does something in one turn, lets the turn end, lets time pass.
///
/// Everything runs on the test's own thread; time is the false kernel's.
actor LoopStage: LoopBound {
  nonisolated let loop: EventLoop
  nonisolated let kernel: FakeKernel
  private var waiter = Waiter()

  /// Of nobody else.
  private static let bell: Int32 = 90

  init() {
    kernel = FakeKernel()
    loop = EventLoop(kernel: kernel)
  }

  /// Runs `body` on the loop, from its first line to its last.
  static func run(_ body: @escaping @Sendable (LoopStage) async throws -> Void) throws {
    let stage = LoopStage()
    let loop = stage.loop
    stage.kernel.script { $0.whenIdle = { loop.stop() } }
    let result = loop.runUntilDone { () -> Result<Void, any Error> in
      do {
        try stage.onLoop(()) { stage, _ in
          Result {
            _ = try loop.watch(Descriptor(bell), .reading, owner: stage, token: 0)
          }
        }.get()
        return .success(try await body(stage))
      } catch {
        return .failure(error)
      }
    }
    try #require(result, "it waits for what never comes").get()
  }

  /// The turn ends, and all that needs no time happens.
  func turn() async { await pass(.zero) }

  /// Time passes; what is due by then has happened, late by so much.
  func pass(_ span: TimeSpan) async {
    kernel.script { state in
      state.steps.append {
        $0.now = $0.now + span
        $0.reads[Self.bell] = [.bytes(0)]
      }
    }
    await unsafe withUnsafeContinuation { unsafe waiter.wait($0) }
  }

  func descriptorReady(_ token: UInt64, _ interest: Interest) {
    kernel.script { $0.reads[Self.bell] = nil }
    waiter.resume()
  }
}
