import MCPProxy
import Testing

struct WatchedDescriptorTests {
  private let kernel = FakeKernel()
  private let loop: EventLoop
  private let witness: LoopWitness

  init() {
    loop = EventLoop(kernel: kernel)
    witness = LoopWitness(loop)
  }

  private var interest: Interest? { kernel.seen.watches[5]?.interest }

  @Test func `it is watched once, and for another interest when that changes`() throws {
    var watched = WatchedDescriptor(Descriptor(5))
    #expect(watched.isOpen && !watched.isWatched && interest == nil)
    try watched.report(.reading, to: witness, as: 9)
    #expect(watched.isWatched && interest == .reading)
    try watched.report([.reading, .writing], to: witness, as: 9)
    #expect(interest == [.reading, .writing])
    watched.stopReporting(loop)
    #expect(!watched.isWatched && interest == nil)
    watched.stopReporting(loop)
    try watched.report(.writing, to: witness, as: 9)
    #expect(watched.isWatched && interest == .writing)
  }

  @Test func `it is closed once, and nobody hears of it after that`() throws {
    var watched = WatchedDescriptor(Descriptor(5))
    try watched.report(.reading, to: witness, as: 9)
    watched.close(loop)
    #expect(!watched.isOpen && !watched.isWatched && interest == nil)
    watched.close(loop)
    #expect(kernel.seen.closed == [5])
  }

  @Test func `what is reported once is asked for anew each time`() {
    kernel.script { $0.reads[5] = [.end] }
    let (loop, witness) = (loop, witness)
    let events = loop.runUntilDone {
      var watched = WatchedDescriptor(Descriptor(5))
      for _ in 0..<2 {
        try? watched.report([.reading, .once], to: witness, as: 9)
        await witness.nextEvent()
      }
      watched.close(loop)
      return await witness.events
    }
    #expect(events == ["ready 9 r", "ready 9 r"])
  }
}
