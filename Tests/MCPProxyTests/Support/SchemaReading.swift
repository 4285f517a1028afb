import MCPProtocol

/// As much of JSON Schema (draft-07) as the schema of the configuration uses.
struct SchemaReading {
  private let schema: JSONDocument

  init(_ schema: String) throws { self.schema = try JSONDocument.parse(Array(schema.utf8)) }

  /// Whether a JSON text is valid.
  func accepts(_ text: String) throws -> Bool {
    let document = try JSONDocument.parse(Array(text.utf8))
    return isValid(document.root, schema.root, document.bytes)
  }

  private func isValid(_ value: JSONNode, _ schema: JSONNode, _ bytes: [UInt8]) -> Bool {
    (schema.members ?? []).allSatisfy { isValid(value, $0, beside: schema, bytes) }
  }

  private func isValid(
    _ value: JSONNode,
    _ rule: JSONMember,
    beside schema: JSONNode,
    _ bytes: [UInt8]
  ) -> Bool {
    switch rule.name {
    case "$schema", "title", "description", "default", "examples", "definitions": return true
    case "$ref":
      let target = self.schema.root.at(pointer: String(rule.value.string?.dropFirst() ?? ""))
      return target.map { isValid(value, $0, bytes) } ?? false
    case "allOf": return (rule.value.array ?? []).allSatisfy { isValid(value, $0, bytes) }
    case "anyOf": return (rule.value.array ?? []).contains { isValid(value, $0, bytes) }
    case "type":
      let names = rule.value.array ?? [rule.value]
      return names.contains { value.isOfType($0.string ?? "", bytes) }
    case "enum":
      return (rule.value.array ?? []).contains { node in
        node.text(in: self.schema.bytes).elementsEqual(value.text(in: bytes))
      }
    case "minimum", "maximum":
      guard let number = value.double(in: bytes) else { return !value.isNumber }
      let limit = rule.value.double(in: self.schema.bytes) ?? .nan
      return rule.name == "minimum" ? number >= limit : number <= limit
    case "pattern":
      guard let text = value.string else { return true }
      return (try? Regex(rule.value.string ?? "").firstMatch(in: text)) != nil
    case "items": return (value.array ?? []).allSatisfy { isValid($0, rule.value, bytes) }
    case "required":
      return (rule.value.array ?? []).allSatisfy {
        value.members == nil || value[$0.string ?? ""] != nil
      }
    case "properties":
      return (value.members ?? []).allSatisfy { member in
        rule.value[member.name].map { isValid(member.value, $0, bytes) } ?? true
      }
    case "additionalProperties":
      return (value.members ?? []).allSatisfy { member in
        if schema["properties"]?[member.name] != nil { return true }
        return rule.value.bool ?? isValid(member.value, rule.value, bytes)
      }
    default: return false
    }
  }
}

extension JSONNode {
  fileprivate func isOfType(_ name: String, _ bytes: [UInt8]) -> Bool {
    switch name {
    case "null": isNull
    case "boolean": bool != nil
    case "string": string != nil
    case "array": array != nil
    case "object": members != nil
    case "number": isNumber
    case "integer": isNumber && int(in: bytes) != nil
    default: false
    }
  }
}
