/// Writes JSON documents at random: nested, with blanks, escapes and odd numbers.
struct JSONGenerator {
  var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  mutating func document() -> [UInt8] {
    var bytes: [UInt8] = []
    value(&bytes, depth: 0)
    return bytes
  }

  private mutating func value(_ bytes: inout [UInt8], depth: Int) {
    blanks(&bytes)
    switch random.below(depth > 5 ? 5 : 8) {
    case 0: bytes += ["true", "false", "null"][random.below(3)].utf8
    case 1, 2: number(&bytes)
    case 3, 4: string(&bytes)
    case 5: array(&bytes, depth: depth)
    default: object(&bytes, depth: depth)
    }
    blanks(&bytes)
  }

  private mutating func array(_ bytes: inout [UInt8], depth: Int) {
    bytes += "[".utf8
    for position in 0..<random.below(5) {
      if position > 0 { bytes += ",".utf8 }
      value(&bytes, depth: depth + 1)
    }
    if bytes.last == UInt8(ascii: "[") { blanks(&bytes) }
    bytes += "]".utf8
  }

  private mutating func object(_ bytes: inout [UInt8], depth: Int) {
    bytes += "{".utf8
    for position in 0..<random.below(5) {
      if position > 0 { bytes += ",".utf8 }
      blanks(&bytes)
      // The number keeps names apart: parsers differ in which of two equal names counts.
      bytes += "\"\(position)".utf8
      characters(&bytes)
      bytes += "\"".utf8
      blanks(&bytes)
      bytes += ":".utf8
      value(&bytes, depth: depth + 1)
    }
    if bytes.last == UInt8(ascii: "{") { blanks(&bytes) }
    bytes += "}".utf8
  }

  private mutating func blanks(_ bytes: inout [UInt8]) {
    guard random.chance(20) else { return }
    for _ in 0..<1 + random.below(3) { bytes.append([0x20, 0x0A, 0x0D, 0x09][random.below(4)]) }
  }

  private mutating func number(_ bytes: inout [UInt8]) {
    if random.chance(30) { bytes += "-".utf8 }
    bytes += random.chance(20) ? "0".utf8 : "\(1 + random.below(1_000_000))".utf8
    if random.chance(30) { bytes += ".\(random.below(1000))".utf8 }
    if random.chance(20) {
      bytes += ["e", "E", "e+", "E-", "e0"][random.below(5)].utf8
      bytes += "\(random.below(20))".utf8
    }
  }

  private mutating func string(_ bytes: inout [UInt8]) {
    bytes += "\"".utf8
    characters(&bytes)
    bytes += "\"".utf8
  }

  private mutating func characters(_ bytes: inout [UInt8]) {
    for _ in 0..<random.below(random.chance(10) ? 60 : 8) {
      switch random.below(12) {
      case 0:
        bytes += ["\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t"][random.below(8)].utf8
      case 1: bytes += "\\u00\(random.below(8))\(["0", "a", "F"][random.below(3)])".utf8
      case 2: bytes += "\\ud83d\\uDE0\(random.below(10))".utf8
      case 3:
        bytes += ["\u{E9}", "\u{20AC}", "\u{1F600}", "\u{7F}", "\u{2028}"][random.below(5)].utf8
      default: bytes.append(UInt8(ascii: "a") + UInt8(random.below(26)))
      }
    }
  }
}
