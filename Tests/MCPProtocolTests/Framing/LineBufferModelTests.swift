import MCPProtocol
import Testing

@Suite struct LineBufferModelTests {
  /// A stream of lines of all lengths, most of them near what a buffer treats in a special way.
  private static func stream(_ random: inout SeededRandom, limit: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<random.below(60) {
      let length =
        switch random.below(6) {
        case 0: random.below(4)
        case 1: max(0, limit + random.below(5) - 2)
        case 2: 14 + random.below(5)
        case 3: random.below(3 * limit + 3)
        default: random.below(40)
        }
      for _ in 0..<length {
        bytes.append(random.chance(4) ? 0x0D : UInt8(ascii: "a") + UInt8(random.below(26)))
      }
      if random.chance(30) { bytes.append(0x0D) }
      bytes.append(0x0A)
    }
    if random.chance(50) { bytes.removeLast(min(bytes.count, 1 + random.below(3))) }
    return bytes
  }

  /// Feeds a stream in chunks of any size, asking for lines and for room at any moment.
  private static func feed(
    _ bytes: [UInt8],
    limit: Int,
    _ random: inout SeededRandom
  ) -> [TakenLine] {
    var buffer = LineBuffer(limit: limit)
    var lines: [TakenLine] = []
    var rest = bytes[...]
    let biggest = [1, 3, 17, 100, 5000, 100_000][random.below(6)]
    while !rest.isEmpty {
      if random.chance(20) { _ = buffer.makeRoom() }
      if random.chance(10) { buffer.commit(0) }
      rest = rest.dropFirst(buffer.put(rest, most: 1 + random.below(biggest)))
      // Now and then only some of the lines are taken before more bytes come.
      if random.chance(30) {
        if let line = buffer.next() { lines.append(TakenLine(line, buffer.storage)) }
      } else {
        lines += buffer.takeAll()
      }
    }
    lines += buffer.takeAll()
    if let last = buffer.remainder() { lines.append(TakenLine(last, buffer.storage)) }
    return lines
  }

  @Test(arguments: [0, 1, 2, 15, 40, 1000, 4096, 10_000])
  func `lines are those of a naive splitter`(limit: Int) {
    var random = SeededRandom(seed: UInt64(limit))
    // What a head is cut to: no buffer keeps less of a line that is too long.
    let head = min(limit + 1, 4096)
    for round in 0..<(limit > 500 ? 15 : 150) {
      let bytes = Self.stream(&random, limit: limit)
      let expected = NaiveSplitter.lines(of: bytes, limit: limit).map { $0.cuttingHead(to: head) }
      let lines = Self.feed(bytes, limit: limit, &random).map { $0.cuttingHead(to: head) }
      #expect(lines == expected, "round \(round)")
    }
  }
}
