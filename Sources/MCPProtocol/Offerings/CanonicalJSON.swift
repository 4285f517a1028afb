/// A hash that is equal for equal JSON, however it is written: blanks, escapes, member order.
package enum CanonicalJSON {
  package static func hash(_ node: JSONNode, _ bytes: [UInt8]) -> UInt64 {
    var hash = StableHash()
    add(node, bytes, to: &hash)
    return hash.value
  }

  private static func add(_ node: JSONNode, _ bytes: [UInt8], to hash: inout StableHash) {
    switch node.kind {
    case .null: hash.add("n")
    case .bool(let value): hash.add(value ? "t" : "f")
    case .number:
      hash.add("d")
      hash.add(bytes: bytes[node.range])
    case .string(let text):
      hash.add("s")
      hash.add(text)
    case .array(let elements):
      hash.add("[\(elements.count)")
      for element in elements { add(element, bytes, to: &hash) }
    case .object(let members):
      hash.add("{\(members.count)")
      // By bytes: `String` orders canonically equivalent names as equal.
      for member in members.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
        hash.add(member.name)
        add(member.value, bytes, to: &hash)
      }
    }
  }
}

/// FNV-1a, 64 bits: the same on every machine and in every run, unlike `Hasher`.
package struct StableHash: Sendable {
  package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  package init() {}

  /// Adds a text and its end, so that "ab", "c" differs from "a", "bc".
  package mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
    add(0xFF)
  }

  package mutating func add(bytes: ArraySlice<UInt8>) {
    for byte in bytes { add(byte) }
    add(0xFF)
  }

  @inline(__always)
  package mutating func add(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
  }

  /// The last digits in hexadecimal.
  package func hexadecimal(_ digits: Int) -> String {
    let text = String(value, radix: 16)
    return String((String(repeating: "0", count: 16) + text).suffix(digits))
  }
}
