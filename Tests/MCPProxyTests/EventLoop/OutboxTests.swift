import MCPProtocol
import MCPProxy
import Testing

struct OutboxTests {
  private let descriptor = Descriptor(7)

  private func frame(_ letter: Character, _ count: Int) -> [UInt8] {
    Array(String(repeating: letter, count: count - 1).utf8) + [0x0A]
  }

  private func output(_ kernel: FakeKernel) -> [UInt8] {
    kernel.seen.output[7] ?? []
  }

  @Test func `short writes go on where they stopped`() {
    let kernel = FakeKernel()
    kernel.script { $0.writes[7] = [.bytes(1), .bytes(3), .bytes(2)] }
    var outbox = Outbox()
    outbox.append(frame("a", 20))
    let flush = outbox.flush(into: descriptor, kernel)
    #expect(flush == .done)
    #expect(output(kernel) == frame("a", 20))
    #expect(outbox.pendingBytes == 0)
    #expect(outbox.written == 20)
    #expect(outbox.end == 20)
  }

  @Test func `a slow reader blocks until it reads again`() {
    let kernel = FakeKernel()
    kernel.script { $0.writes[7] = [.bytes(5), .wouldBlock] }
    var outbox = Outbox()
    outbox.append(frame("a", 20))
    var flush = outbox.flush(into: descriptor, kernel)
    #expect(flush == .blocked)
    #expect(outbox.pendingBytes == 15)
    #expect(outbox.written == 5)
    outbox.append(frame("b", 10))
    #expect(outbox.end == 30)
    #expect(outbox.pendingBytes == 25)
    flush = outbox.flush(into: descriptor, kernel)
    #expect(flush == .done)
    #expect(output(kernel) == frame("a", 20) + frame("b", 10))
    #expect(outbox.written == 30)
  }

  @Test func `a failure tells how much was written before it`() {
    let error = SystemError("write", 32)
    let kernel = FakeKernel()
    kernel.script { $0.writes[7] = [.bytes(5), .failed(error)] }
    var outbox = Outbox()
    outbox.append(frame("a", 20))
    let flush = outbox.flush(into: descriptor, kernel)
    #expect(flush == .failed(error))
    #expect(outbox.written == 5)
  }

  @Test func `an empty outbox writes nothing`() {
    let kernel = FakeKernel()
    kernel.script { $0.writes[7] = [.failed(SystemError("write", 32))] }
    var outbox = Outbox()
    let flush = outbox.flush(into: descriptor, kernel)
    #expect(flush == .done)
    #expect(output(kernel) == [])
  }

  @Test(arguments: 0..<20)
  func `big frames never interleave whatever the system takes`(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    let kernel = FakeKernel()
    var outbox = Outbox()
    var expected: [UInt8] = []
    for number in 0..<60 {
      let letter: Character = number.isMultiple(of: 2) ? "a" : "b"
      let frame = frame(letter, 1 + random.below(100_000))
      outbox.append(frame)
      expected += frame
      #expect(outbox.end == expected.count)
      kernel.script {
        $0.writes[7] = [.bytes(1 + random.below(80_000)), .wouldBlock]
      }
      let flush = outbox.flush(into: descriptor, kernel)
      #expect(flush == (outbox.pendingBytes == 0 ? .done : .blocked) || flush == .done)
      #expect(outbox.written == output(kernel).count)
      #expect(outbox.pendingBytes == expected.count - outbox.written)
    }
    kernel.script { $0.writes[7] = nil }
    let flush = outbox.flush(into: descriptor, kernel)
    #expect(flush == .done)
    #expect(output(kernel) == expected)
  }

  @Test(arguments: ["", "\n", "x"], [false, true])
  func `a big frame spliced in place is that of a copy`(after: String, isSlow: Bool) {
    let kernel = FakeKernel()
    var outbox = Outbox()
    var expected: [UInt8] = []
    let source = frame("s", 50_000) + frame("t", 100_000).dropLast() + Array(after.utf8)
    let line = 50_000..<149_999
    for start in [50_010, 100_000, 149_990] {
      outbox.append(frame("a", 10))
      expected += frame("a", 10)
      var splice = Splice()
      splice.replace(start..<start + 3, with: .integer(12_345))
      outbox.append(splice, source, line)
      splice.append(source, line, to: &expected)
      #expect(outbox.end == expected.count)
      if isSlow { kernel.script { $0.writes[7] = [.bytes(30_000), .bytes(7), .wouldBlock] } }
      _ = outbox.flush(into: descriptor, kernel)
      #expect(outbox.written == output(kernel).count)
      #expect(outbox.pendingBytes == expected.count - outbox.written)
    }
    let flush = outbox.flush(into: descriptor, kernel)
    #expect(flush == .done)
    #expect(output(kernel) == expected)
    #expect(outbox.pendingBytes == 0)
  }

  @Test func `an output that ended has failed`() {
    let kernel = FakeKernel()
    kernel.script { $0.writes[7] = [.end] }
    var outbox = Outbox()
    outbox.append(frame("a", 20))
    let flush = outbox.flush(into: descriptor, kernel)
    #expect(flush == .failed(SystemError("write", 0)))
  }
}
