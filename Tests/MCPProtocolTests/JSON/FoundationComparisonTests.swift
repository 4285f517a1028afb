import Foundation
import MCPProtocol
import Testing

/// Both parsers against that of Foundation.
///
/// Where Foundation is known to differ it is not asked: it takes UTF-16, UTF-32 and byte order
/// marks, and 512 brackets; it refuses lone surrogates in escapes and numbers beyond `Double`.
@Suite struct FoundationComparisonTests {
  private static func foundation(_ bytes: [UInt8]) -> Any? {
    try? JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])
  }

  /// Whether two trees hold the same values, numbers compared as `Double`.
  private static func same(_ node: JSONNode, _ other: Any, _ bytes: [UInt8]) -> Bool {
    switch node.kind {
    case .null: other is NSNull
    case .bool(let value): (other as? NSNumber)?.boolValue == value
    case .number: (other as? NSNumber)?.doubleValue == node.double(in: bytes)
    case .string(let text): (other as? String).map { $0.utf8.elementsEqual(text.utf8) } ?? false
    case .array(let elements):
      (other as? [Any]).map { values in
        values.count == elements.count
          && zip(elements, values).allSatisfy { same($0, $1, bytes) }
      } ?? false
    case .object(let members):
      (other as? [String: Any]).map { values in
        values.count == members.count
          && members.allSatisfy { member in
            values[member.name].map { same(member.value, $0, bytes) } ?? false
          }
      } ?? false
    }
  }

  /// Whether Foundation has its own idea of these bytes.
  private static func deviates(_ bytes: [UInt8]) -> Bool {
    // It guesses UTF-16 and UTF-32 by marks and zero bytes.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) || bytes.contains(0) { return true }
    if bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) { return true }
    guard let document = try? JSONDocument.parse(bytes) else { return false }
    return deviates(document.root, bytes)
  }

  private static func deviates(_ node: JSONNode, _ bytes: [UInt8]) -> Bool {
    switch node.kind {
    case .number: node.double(in: bytes) == nil
    case .string: hasLoneSurrogate(bytes[node.range])
    case .array(let elements): elements.contains { deviates($0, bytes) }
    case .object(let members):
      members.contains { hasLoneSurrogate(bytes[$0.nameRange]) || deviates($0.value, bytes) }
        || Set(members.map(\.name)).count < members.count
    default: false
    }
  }

  /// A lone surrogate reads as U+FFFD, which the generated documents do not hold otherwise.
  private static func hasLoneSurrogate(_ string: ArraySlice<UInt8>) -> Bool {
    let bytes = Array(string)
    return JSONDocument.decodeString(bytes, 0..<bytes.count).unicodeScalars.contains("\u{FFFD}")
  }

  @Test(arguments: UInt64(0)..<8)
  func `documents read as Foundation reads them`(seed: UInt64) throws {
    var generator = JSONGenerator(seed: seed)
    for _ in 0..<250 {
      let bytes = generator.document()
      #expect(lexerError(bytes) == nil, "\(bytes.text)")
      let root = try JSONDocument.parse(bytes).root
      let other = try #require(Self.foundation(bytes), "\(bytes.text)")
      #expect(Self.same(root, other, bytes), "\(bytes.text)")
    }
  }

  @Test(arguments: UInt64(100)..<108)
  func `changed documents are refused where Foundation refuses them`(seed: UInt64) {
    var generator = JSONGenerator(seed: seed)
    var random = SeededRandom(seed: seed)
    let alphabet = "{}[],:\"\\ \n0123456789-+.eEtrufalsn/abd\u{E9}\u{20AC}\u{1F600}\u{1}\u{7F}"
      .bytes
    var refused = 0
    for _ in 0..<600 {
      var bytes = generator.document()
      for _ in 0..<1 + random.below(2) {
        let place = random.below(bytes.count + 1)
        switch random.below(4) {
        case 0: bytes.insert(alphabet[random.below(alphabet.count)], at: place)
        case 1: bytes.removeSubrange(min(place, bytes.count - 1)..<bytes.count)
        case 2: if place < bytes.count { bytes.remove(at: place) }
        default: if place < bytes.count { bytes[place] = alphabet[random.below(alphabet.count)] }
        }
        if bytes.isEmpty { bytes = [0x20] }
      }
      let error = treeError(bytes)
      #expect(lexerError(bytes) == error, "\(bytes)")
      guard !Self.deviates(bytes) else { continue }
      refused += error == nil ? 0 : 1
      #expect((Self.foundation(bytes) == nil) == (error != nil), "\(bytes.text) \(bytes)")
    }
    #expect(refused > 200)
  }
}
