/// One tool as its server lists it, made fit for any client.
package struct ToolEntry: Sendable, Equatable {
  package let name: String
  /// The entry's members but the name, as JSON: `"description":…,"inputSchema":…`.
  package let members: [UInt8]
  /// Equal for tools that take the same arguments.
  package let schemaHash: UInt64
  package let isReadOnly: Bool
  package let isIdempotent: Bool
  /// The endpoint's number for it.
  package var number = 0

  package init(
    name: String,
    members: [UInt8],
    schemaHash: UInt64,
    isReadOnly: Bool,
    isIdempotent: Bool
  ) {
    self.name = name
    self.members = members
    self.schemaHash = schemaHash
    self.isReadOnly = isReadOnly
    self.isIdempotent = isIdempotent
  }

  package static func == (left: ToolEntry, right: ToolEntry) -> Bool {
    left.name.isSameName(as: right.name) && left.members == right.members
      && left.schemaHash == right.schemaHash && left.isReadOnly == right.isReadOnly
      && left.isIdempotent == right.isIdempotent && left.number == right.number
  }

  /// Bytes of the whole entry under a name.
  package func size(as exposedName: String) -> Int {
    var writer = JSONWriter()
    writer.string(exposedName)
    return #"{"name":,}"#.utf8.count + writer.bytes.count + members.count
  }

  /// The whole entry under the name that the client sees.
  package func write(as exposedName: String, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("name")
    writer.string(exposedName)
    writer.raw(members[...])
    writer.endObject()
  }
}
