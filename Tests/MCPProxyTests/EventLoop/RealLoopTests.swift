import Foundation
import MCPProxy
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

extension RealKernelTests {
  /// The loop on the real kernel, with pipes and files.
  struct RealLoopTests {
    private let loop: EventLoop
    private let witness: LoopWitness

    init() throws {
      loop = EventLoop(kernel: try PosixKernel())
      witness = LoopWitness(loop)
    }

    @Test func `a pipe is ready when something was written or its writer has gone`() throws {
      let ends = try makePipe()
      defer { close(ends.reading) }
      let loop = loop
      let witness = witness
      let events = loop.runUntilDone {
        let descriptor = Descriptor(ends.reading)
        let watch = try? loop.watch(descriptor, .reading, owner: witness, token: 4)
        _ = unsafe write(ends.writing, "x", 1)
        await witness.nextEvent()
        var buffer: [UInt8] = [0, 0]
        #expect(loop.kernel.read(descriptor, into: &buffer, at: 1..<2) == .bytes(1))
        #expect(buffer == [0, 0x78])
        close(ends.writing)
        await witness.nextEvent()
        #expect(loop.kernel.read(descriptor, into: &buffer, at: 0..<2) == .end)
        loop.unwatch(descriptor, watch ?? 0)
        return await witness.events
      }
      // The end is reported for both directions, whatever was asked for.
      #expect(events == ["ready 4 r", "ready 4 rw"])
    }

    @Test func `a pipe is writable again when its reader has made room`() throws {
      let ends = try makePipe()
      _ = fcntl(ends.writing, F_SETFL, O_NONBLOCK)
      defer { for end in [ends.reading, ends.writing] { close(end) } }
      let loop = loop
      let witness = witness
      let events = loop.runUntilDone {
        let descriptor = Descriptor(ends.writing)
        let bytes = [UInt8](repeating: 1, count: 1 << 20)
        while loop.kernel.write(descriptor, bytes, 0..<bytes.count) != .wouldBlock {}
        let watch = try? loop.watch(descriptor, .writing, owner: witness, token: 1)
        _ = loop.setTimer(at: loop.now + .milliseconds(5), owner: witness)
        await witness.nextEvent()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        _ = unsafe read(ends.reading, &buffer, buffer.count)
        await witness.nextEvent()
        loop.unwatch(descriptor, watch ?? 0)
        return await witness.events
      }
      #expect(events == ["timer", "ready 1 w"])
    }

    #if !canImport(Darwin)
    @Test func `without interest only the end of the other side is reported`() throws {
      let (first, second) = (try makePipe(), try makePipe())
      let loop = loop
      let witness = witness
      let events = loop.runUntilDone {
        let (input, output) = (Descriptor(first.reading), Descriptor(second.writing))
        let watches = [
          try? loop.watch(input, .closed, owner: witness, token: 1),
          try? loop.watch(output, [], owner: witness, token: 2),
        ]
        _ = unsafe write(first.writing, "x", 1)
        _ = loop.setTimer(at: loop.now + .milliseconds(5), owner: witness)
        await witness.nextEvent()
        close(first.writing)
        await witness.nextEvent()
        loop.unwatch(input, watches[0] ?? 0)
        close(second.reading)
        await witness.nextEvent()
        loop.unwatch(output, watches[1] ?? 0)
        return await witness.events
      }
      for end in [first.reading, second.writing] { close(end) }
      #expect(events == ["timer", "ready 1 rw", "ready 2 rw"])
    }

    @Test func `half an end of a socket is its end only for who asks`() throws {
      var ends: [Int32] = [-1, -1]
      #expect(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
      let (own, other) = (ends[0], ends[1])
      let copy = dup(own)
      defer { for end in [own, other, copy] { close(end) } }
      let loop = loop
      let witness = witness
      let events = loop.runUntilDone {
        let (input, output) = (Descriptor(own, .socket), Descriptor(copy, .socket))
        let watches = [
          try? loop.watch(input, .closed, owner: witness, token: 1),
          try? loop.watch(output, [], owner: witness, token: 2),
        ]
        _ = unsafe write(other, "x", 1)
        shutdown(other, Int32(SHUT_WR))
        await witness.nextEvent()
        loop.unwatch(input, watches[0] ?? 0)
        _ = loop.setTimer(at: loop.now + .milliseconds(5), owner: witness)
        await witness.nextEvent()
        loop.unwatch(output, watches[1] ?? 0)
        return await witness.events
      }
      #expect(events == ["ready 1 rw", "timer"])
    }
    #endif

    @Test func `a regular file is always ready`() throws {
      let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()
      defer { unsafe unlink(path) }
      try Data("ab".utf8).write(to: URL(filePath: path))
      let file = unsafe open(path, O_RDWR | O_CLOEXEC)
      defer { close(file) }
      let loop = loop
      let witness = witness
      let events = loop.runUntilDone {
        let watch = try? loop.watch(Descriptor(file), .reading, owner: witness, token: 1)
        await witness.nextEvent()
        await witness.nextEvent()
        try? loop.rewatch(Descriptor(file), watch ?? 0, .closed)
        _ = loop.setTimer(at: loop.now + .milliseconds(1), owner: witness)
        await witness.nextEvent()
        try? loop.rewatch(Descriptor(file), watch ?? 0, .writing)
        await witness.nextEvent()
        loop.unwatch(Descriptor(file), watch ?? 0)
        _ = loop.setTimer(at: loop.now + .milliseconds(1), owner: witness)
        await witness.nextEvent()
        return await witness.events
      }
      #expect(events == ["ready 1 r", "ready 1 r", "timer", "ready 1 w", "timer"])
    }

    @Test func `another thread can wake the loop`() {
      let loop = loop
      let witness = witness
      let events = loop.runUntilDone {
        await withDiscardingTaskGroup { group in
          group.addTask { await witness.nextEvent() }
          Thread.detachNewThread {
            // A task that is made elsewhere is queued from there.
            _ = Task(executorPreference: loop) { await witness.timerFired() }
          }
        }
        return await witness.events
      }
      #expect(events == ["timer"])
    }

    @Test func `timers of the real clock do not fire early`() throws {
      let loop = loop
      let witness = witness
      let waited = loop.runUntilDone {
        let start = loop.kernel.now()
        _ = loop.setTimer(at: start + .milliseconds(20), owner: witness)
        await witness.nextEvent()
        return loop.now - start
      }
      #expect(try #require(waited) >= .milliseconds(20))
    }

    #if !canImport(Darwin)
    @Test func `the real proxy has one thread`() throws {
      let home = try TemporaryFolder()
      let proxy = try ProcessHarness.proxy(home: home)
      proxy.initialize()
      proxy.call("1", "echo", #"{"text":"x"}"#)
      #expect(proxy.nextLine()?.contains(#""text":"x""#) == true)
      let threads = try FileManager.default.contentsOfDirectory(
        atPath: "/proc/\(proxy.process)/task"
      )
      #expect(threads.count == 1)
    }
    #endif
  }
}
