import MCPProxy
import Testing

@Suite struct RingBufferTests {
  @Test(arguments: 0..<100)
  func `random operations agree with an array`(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    var ring = RingBuffer<Int>(capacity: random.below(4))
    var array: [Int] = []
    for number in 0..<300 {
      switch random.below(8) {
      case 0..<4:
        ring.append(number)
        array.append(number)
      case 4..<6:
        let removed = ring.removeFirst()
        #expect(removed == (array.isEmpty ? nil : array.removeFirst()))
      default:
        let offset = random.below(array.count + 3) - 1
        let removed = ring.remove(at: offset)
        #expect(removed == (array.indices.contains(offset) ? array.remove(at: offset) : nil))
      }
      #expect(ring.count == array.count && ring.isEmpty == array.isEmpty)
      #expect(ring.first == array.first)
      #expect((-1...array.count).map { ring[$0] } == [nil] + array + [nil], "seed \(seed)")
    }
  }
}
