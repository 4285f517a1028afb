import Foundation
import MCPProtocol
import Testing

/// Our reading compared with Foundation's, on generated texts.
struct JSONOracleTests {
  @Test func `generated documents are read as Foundation reads them`() throws {
    var random = SeededGenerator(seed: 1)
    for round in 0..<400 {
      let text = value(depth: 0, &random)
      let document = try JSONDocument.parse(Array(text.utf8))
      let theirs = try JSONSerialization.jsonObject(
        with: Data(text.utf8),
        options: .fragmentsAllowed
      )
      #expect(isEqual(document.root, theirs, document.bytes), "round \(round): \(text)")
    }
  }

  @Test func `a changed byte is judged as Foundation judges it`() throws {
    var random = SeededGenerator(seed: 2)
    var refused = 0
    for round in 0..<4000 {
      var bytes = Array(value(depth: 0, &random).utf8)
      mutate(&bytes, &random)
      let ours = (try? JSONDocument.parse(bytes)) != nil
      let span = bytes.span
      let start = JSONLexer.skipBlanks(span, from: 0)
      let end = try? JSONLexer.skipValue(span, from: start, depth: 0)
      let skipped = end.map { JSONLexer.skipBlanks(span, from: $0) == bytes.count } ?? false
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(ours == skipped, "round \(round): \(text)")
      // Foundation lets numbers overflow into errors, reads a BOM and guesses encodings from zero
      // bytes; lone surrogates it refuses. Those are choices, not grammar.
      guard !isMatterOfChoice(bytes) else { continue }
      let theirs =
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
      #expect(ours == theirs, "round \(round): \(text)")
      refused += ours ? 0 : 1
    }
    // The comparison means something only if both verdicts occur often.
    #expect(refused > 500 && refused < 3500)
  }

  private func isMatterOfChoice(_ bytes: [UInt8]) -> Bool {
    if bytes.contains(0) || bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return true }
    if bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) { return true }
    let text = String(decoding: bytes, as: UTF8.self)
    return text.range(of: #"\\u[dD][89a-fA-F]"#, options: .regularExpression) != nil
      || text.range(of: #"[eE][+-]?[0-9]{3}"#, options: .regularExpression) != nil
  }

  private func isEqual(_ node: JSONNode, _ other: Any, _ bytes: [UInt8]) -> Bool {
    switch node.kind {
    case .null: return other is NSNull
    case .bool(let value): return (other as? Bool) == value
    case .number: return (other as? NSNumber)?.doubleValue == node.double(in: bytes)
    case .string(let value):
      return (other as? String).map { Array($0.utf8) == Array(value.utf8) } ?? false
    case .array(let elements):
      guard let others = other as? [Any], others.count == elements.count else { return false }
      return zip(elements, others).allSatisfy { isEqual($0, $1, bytes) }
    case .object(let members):
      guard let others = other as? [String: Any], others.count == members.count else {
        return false
      }
      return members.allSatisfy { member in
        others[member.name].map { isEqual(member.value, $0, bytes) } ?? false
      }
    }
  }

  private func value(depth: Int, _ random: inout SeededGenerator) -> String {
    let blank = ["", "", " ", "\n\t", "\r"].randomElement(using: &random) ?? ""
    switch Int.random(in: 0..<(depth < 4 ? 9 : 6), using: &random) {
    case 0: return blank + "null"
    case 1: return blank + (Bool.random(using: &random) ? "true" : "false")
    case 2, 3: return blank + number(&random)
    case 4, 5: return blank + string(&random)
    case 6:
      let count = Int.random(in: 0..<5, using: &random)
      return "["
        + (0..<count).map { _ in value(depth: depth + 1, &random) }
        .joined(separator: blank + ",") + blank + "]"
    default:
      let count = Int.random(in: 0..<5, using: &random)
      let members = (0..<count).map { index in
        "\"\(index)\(string(&random).dropFirst())\(blank):\(value(depth: depth + 1, &random))"
      }
      return "{" + members.joined(separator: ",") + "}" + blank
    }
  }

  private func number(_ random: inout SeededGenerator) -> String {
    var text = Bool.random(using: &random) ? "-" : ""
    text += "\(Int.random(in: 0..<100_000, using: &random))"
    if Bool.random(using: &random) { text += ".\(Int.random(in: 0..<1000, using: &random))" }
    if Bool.random(using: &random) { text += "e\(Int.random(in: -20..<20, using: &random))" }
    return text
  }

  private func string(_ random: inout SeededGenerator) -> String {
    let parts = [
      "a", "é", "€", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\uD83D\\uDE00", " ", "{",
      "]", "\u{7F}", "\u{2028}", "0123456789abcdef",
    ]
    let count = Int.random(in: 0..<8, using: &random)
    return "\"" + (0..<count).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
      + "\""
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    let index = Int.random(in: 0..<bytes.count, using: &random)
    let candidates = Array("{}[],:\"\\0123456789eE+-. tfn".utf8) + [0x1F, 0x80, 0xC3, 0xED, 0xF4]
    let byte = candidates.randomElement(using: &random) ?? 0
    switch Int.random(in: 0..<3, using: &random) {
    case 0: bytes[index] = byte
    case 1: bytes.insert(byte, at: index)
    default: bytes.remove(at: index)
    }
  }
}
