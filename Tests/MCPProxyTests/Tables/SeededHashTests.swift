import MCPProxy
import Testing

struct SeededHashTests {
  private static func hash(_ text: String, seed: UInt64 = 1) -> UInt64 {
    SeededHash(seed: seed).value(Array(text.utf8)[...])
  }

  @Test func `it depends on the bytes and the seed only`() {
    let text = "filesystem__read_text_file"
    let inside = Array("--\(text)--".utf8)[2..<2 + text.utf8.count]
    #expect(SeededHash(seed: 1).value(inside) == Self.hash(text))
    #expect(Self.hash(text, seed: 2) != Self.hash(text))
    #expect(Self.hash("", seed: 2) != Self.hash(""))
  }

  @Test(arguments: [0, 1, 7, 8, 9, 15, 16, 17, 46])
  func `every bit of every byte counts`(length: Int) {
    let text = Array(repeating: UInt8(ascii: "a"), count: length)
    var seen: Set = [SeededHash(seed: 1).value(text[...])]
    for place in text.indices {
      for bit in 0..<8 {
        var other = text
        other[place] ^= 1 << bit
        seen.insert(SeededHash(seed: 1).value(other[...]))
      }
    }
    #expect(seen.count == 1 + 8 * length)
  }

  @Test func `the length counts`() {
    // Words that are the same, zeros before and behind, and what a length could be taken for.
    var texts = (0...40).map { Array(repeating: UInt8(0), count: $0) }
    texts += (1...40).map { Array(repeating: UInt8(ascii: "a"), count: $0) }
    texts += (0...40).map { [3] + Array(repeating: 0, count: $0) }
    #expect(Set(texts.map { SeededHash(seed: 1).value($0[...]) }).count == Set(texts).count)
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `each bit of the hash is as often 0 as 1`(seed: UInt64) {
    let hashes = (0..<2000).map { Self.hash("tool_\($0)", seed: seed) }
    for bit in 0..<64 {
      let ones = hashes.count { $0 >> bit & 1 == 1 }
      // Seven standard deviations.
      #expect((843...1157).contains(ones), "bit \(bit)")
    }
  }
}
