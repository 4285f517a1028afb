import MCPProtocol

/// A tool a playbook can call.
struct PlayedTool: Equatable {
  /// As the client knows it.
  let name: String
  /// What its annotations say.
  let isReadOnly: Bool
  let isSafe: Bool
  /// The members of `arguments` that must be there, with values that fit, as JSON.
  private let required: [(name: String, value: [UInt8])]

  static func == (left: PlayedTool, right: PlayedTool) -> Bool { left.name == right.name }

  /// The tools of an answer to `tools/list`.
  static func list(_ answer: ProxyAnswer) -> [PlayedTool] {
    guard let document = try? JSONDocument.parse(answer.line) else { return [] }
    return (document.root["result"]?["tools"]?.array ?? []).compactMap { PlayedTool($0, document) }
  }

  private init?(_ node: JSONNode, _ document: JSONDocument) {
    guard let name = node["name"]?.string else { return nil }
    self.name = name
    isReadOnly = node["annotations"]?["readOnlyHint"]?.bool == true
    isSafe = isReadOnly || node["annotations"]?["idempotentHint"]?.bool == true
    let schema = node["inputSchema"]
    required = (schema?["required"]?.array ?? []).compactMap(\.string).map { member in
      (member, Self.value(schema?["properties"]?[member], document))
    }
  }

  /// A value of the kind that a schema asks for: the simplest there is.
  private static func value(_ schema: JSONNode?, _ document: JSONDocument) -> [UInt8] {
    for key in ["const", "default"] {
      if let node = schema?[key] { return Array(node.text(in: document.bytes)) }
    }
    for key in ["enum", "examples"] {
      if let node = schema?[key]?.array?.first { return Array(node.text(in: document.bytes)) }
    }
    let type = schema?["type"]?.string ?? schema?["type"]?.array?.first?.string
    switch type {
    case "integer", "number":
      return (schema?["minimum"]).map { Array($0.text(in: document.bytes)) } ?? Array("1".utf8)
    case "boolean": return Array("false".utf8)
    case "array": return Array("[]".utf8)
    case "object": return Array("{}".utf8)
    case "null": return Array("null".utf8)
    default: return Array(#""playbook""#.utf8)
    }
  }

  /// The line of a call; stand-ins are also told its number, which they write into their ledger.
  func call(_ number: Int, isNumbered: Bool) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("jsonrpc")
    writer.string("2.0")
    writer.key("id")
    writer.int(number)
    writer.key("method")
    writer.string("tools/call")
    writer.key("params")
    writer.beginObject()
    writer.key("name")
    writer.string(name)
    writer.key("arguments")
    writer.beginObject()
    if isNumbered {
      writer.key("call")
      writer.int(number)
    }
    for member in required where !isNumbered || member.name != "call" {
      writer.key(member.name)
      writer.raw(member.value[...])
    }
    writer.endObject()
    writer.endObject()
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
