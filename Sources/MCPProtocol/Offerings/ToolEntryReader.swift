/// Makes a `ToolEntry` of what a server lists.
///
/// Clients refuse a whole list for one bad entry, so what they refuse is mended or dropped here:
/// a missing object type, null or mistyped optional members (MCP 2025-11-25, Tool).
struct ToolEntryReader {
  let bytes: [UInt8]
  /// What was mended or dropped, for the log.
  private(set) var warnings: Warnings

  /// Bytes of a name; it is in every message about the tool.
  private static let longestName = 1024

  init(_ bytes: [UInt8], _ warnings: Warnings) {
    self.bytes = bytes
    self.warnings = warnings
  }

  /// Reads the entry at `range`; `nil` if it is left out.
  mutating func read(_ range: Range<Int>) -> ToolEntry? {
    // Before it takes the memory of a tree.
    guard range.count <= Bounds.entry else { return leaveOutLarge(range) }
    guard let node = try? JSONDocument(bytes, range: range).root, let members = node.members,
      let name = node["name"]?.string, !name.isEmpty
    else {
      warnings.add("a tool without a name is left out")
      return nil
    }
    guard name.utf8.count <= Self.longestName else {
      warn("is left out: its name is longer than \(Self.longestName) bytes", name)
      return nil
    }
    guard let schema = node["inputSchema"], isObjectSchema(schema) else {
      warn("is left out: its inputSchema is not of type object", name)
      return nil
    }
    var writer = JSONWriter()
    for member in lastOfEachName(members) { write(member, ofTool: name, to: &writer) }
    let annotations = node["annotations"]
    let tool = ToolEntry(
      name: name,
      members: writer.bytes,
      schemaHash: hash(ofSchema: schema),
      isReadOnly: annotations?["readOnlyHint"]?.bool == true,
      isIdempotent: annotations?["idempotentHint"]?.bool == true
    )
    // What is added must not make an entry that could not be read back.
    return tool.size(as: name) <= Bounds.entry ? tool : leaveOutLarge(range)
  }

  private mutating func leaveOutLarge(_ range: Range<Int>) -> ToolEntry? {
    let name = JSONOutline.string("name", of: bytes, range) ?? ""
    warn("is left out: larger than \(Bounds.entry >> 10) KB", name)
    return nil
  }

  /// Notes what became of a tool.
  mutating func warn(_ what: String, _ tool: String) {
    warnings.add("tool \"\(tool.excerpt(100))\" \(what)")
  }

  /// Of members with the same name the last counts, as common parsers have it.
  private func lastOfEachName(_ members: [JSONMember]) -> [JSONMember] {
    var last: [[UInt8]: Int] = [:]
    for (position, member) in members.enumerated() { last[Array(member.name.utf8)] = position }
    return members.enumerated().filter { last[Array($1.name.utf8)] == $0 }.map(\.element)
  }

  /// A schema with an object at its root; one that names no type is taken for one.
  private func isObjectSchema(_ schema: JSONNode) -> Bool {
    schema.members != nil && (schema["type"] == nil || schema["type"]?.string == "object")
  }

  private mutating func write(
    _ member: JSONMember,
    ofTool tool: String,
    to writer: inout JSONWriter
  ) {
    let value = member.value
    switch member.name {
    case "name", "execution": return
    case "inputSchema":
      writer.key("inputSchema")
      writeSchema(value, to: &writer)
    case "annotations": writeAnnotations(value, ofTool: tool, to: &writer)
    default:
      guard isWellTyped(member) else {
        if !value.isNull { warn(member.name, ofTool: tool) }
        return
      }
      writer.key(member.name)
      writer.raw(value.text(in: bytes))
    }
  }

  private func isWellTyped(_ member: JSONMember) -> Bool {
    switch member.name {
    case "title", "description": member.value.string != nil
    case "icons": member.value.array?.allSatisfy { $0["src"]?.string != nil } == true
    case "_meta": member.value.members != nil
    case "outputSchema": member.value["type"]?.string == "object"
    default: true
    }
  }

  private mutating func warn(_ member: String, ofTool tool: String) {
    warnings.add(
      "\"\(member.excerpt(100))\" of tool \"\(tool.excerpt(100))\" is left out: wrong type"
    )
  }

  /// Of the schema as it is written: a list that was stored has the same when it is read back, and
  /// so has another server's that does name the type.
  private func hash(ofSchema schema: JSONNode) -> UInt64 {
    var writer = JSONWriter()
    if schema["type"] == nil { writeSchema(schema, to: &writer) }
    guard let mended = try? JSONDocument(writer.bytes) else {
      return CanonicalJSON.hash(schema, bytes)
    }
    return CanonicalJSON.hash(mended.root, mended.bytes)
  }

  private func writeSchema(_ schema: JSONNode, to writer: inout JSONWriter) {
    guard schema["type"] == nil else { return writer.raw(schema.text(in: bytes)) }
    writer.beginObject()
    writer.key("type")
    writer.string("object")
    for member in schema.members ?? [] {
      writer.key(member.name)
      writer.raw(member.value.text(in: bytes))
    }
    writer.endObject()
  }

  private mutating func writeAnnotations(
    _ annotations: JSONNode,
    ofTool tool: String,
    to writer: inout JSONWriter
  ) {
    guard let members = annotations.members else {
      if !annotations.isNull { warn("annotations", ofTool: tool) }
      return
    }
    writer.key("annotations")
    writer.beginObject()
    for member in lastOfEachName(members) where !member.value.isNull {
      guard isWellTypedAnnotation(member) else {
        warn("annotations.\(member.name)", ofTool: tool)
        continue
      }
      writer.key(member.name)
      writer.raw(member.value.text(in: bytes))
    }
    writer.endObject()
  }

  private func isWellTypedAnnotation(_ member: JSONMember) -> Bool {
    if member.name == "title" { return member.value.string != nil }
    return !member.name.hasSuffix("Hint") || member.value.bool != nil
  }
}
