import Foundation
import MCPProtocol

/// Messages of every kind and revision, one a line with its name, revision and direction.
struct Vector: CustomStringConvertible, Sendable {
  let name: String
  /// The message as a line.
  let line: [UInt8]
  var description: String { name }

  static let all: [Vector] = {
    let file = URL(filePath: #filePath).appending(path: "../../Vectors/vectors.jsonl").standardized
    let bytes = (try? Data(contentsOf: file)).map { [UInt8]($0) } ?? []
    return bytes.split(separator: 0x0A).compactMap { entry in
      let entry = Array(entry)
      guard let root = try? JSONDocument.parse(entry).root, let name = root["name"]?.string,
        let message = root["msg"]
      else { return nil }
      return Vector(name: name, line: Array(message.text(in: entry)))
    }
  }()

  static let messages = all.filter { $0.line.first == UInt8(ascii: "{") }
}

/// The same line, its objects and arrays written anew.
struct Rewriter {
  /// How far the members of every object are rotated.
  var rotation = 0
  /// What stands between any two tokens.
  var blank = ""
  /// Whether every character of strings that are values is written as an escape.
  var escapes = false

  func rewrite(_ line: [UInt8]) throws -> [UInt8] {
    let root = try JSONDocument.parse(line).root
    var output = blank.bytes
    write(root, line, to: &output)
    return output + blank.bytes
  }

  private func write(_ node: JSONNode, _ line: [UInt8], to output: inout [UInt8]) {
    switch node.kind {
    case .array(let elements):
      output += ("[" + blank).utf8
      for (position, element) in elements.enumerated() {
        if position > 0 { output += (blank + "," + blank).utf8 }
        write(element, line, to: &output)
      }
      output += (blank + "]").utf8
    case .object(let members):
      output += ("{" + blank).utf8
      for position in members.indices {
        if position > 0 { output += (blank + "," + blank).utf8 }
        let member = members[(position + rotation) % members.count]
        output += line[member.nameRange]
        output += (blank + ":" + blank).utf8
        // The version is compared as it is written and an id is its token.
        if ["id", "jsonrpc", "requestId", "progressToken"].contains(member.name) {
          output += line[member.value.range]
        } else {
          write(member.value, line, to: &output)
        }
      }
      output += (blank + "}").utf8
    case .string(let text) where escapes: writeEscaped(text, to: &output)
    default: output += line[node.range]
    }
  }

  private func writeEscaped(_ text: String, to output: inout [UInt8]) {
    output += "\"".utf8
    for unit in text.utf16 {
      let digits = String(unit, radix: 16)
      output += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
    }
    output += "\"".utf8
  }
}
