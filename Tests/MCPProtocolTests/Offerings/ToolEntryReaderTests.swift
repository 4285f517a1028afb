import MCPProtocol
import Testing

/// What becomes of a tool as its server lists it.
@Suite struct ToolEntryReaderTests {
  private static let schema = #""inputSchema":{"type":"object"}"#

  @Test(arguments: [
    #"{"name":"a","inputSchema":{"type":"object"}}"#,
    #"{"name":"a","title":"T","description":"D","inputSchema":{"type":"object","#
      + #""properties":{"n":{"type":"number","default":1.0}}}}"#,
    #"{"name":"a","inputSchema":{"type":"object"},"outputSchema":{"type":"object"},"#
      + #""icons":[{"src":"data:,"}],"_meta":{"x":[1e400]}}"#,
    #"{"name":"a","inputSchema":{"type":"object"},"annotations":{"title":"T","#
      + #""readOnlyHint":true,"other":1},"unknown":{"a":[null]},"odd":null}"#,
    #"{"name":"a\n\"b\"","inputSchema":{"type":"object"},"description":"é\ud800\u00e9"}"#,
  ])
  func `a sound tool goes through as it came`(tool: String) throws {
    let listing = try ToolListing.page(tool)
    #expect(listing.tools.map(\.text) == [tool])
    #expect(listing.warnings == [])
  }

  @Test(arguments: [
    // Members that are null are left out without a word, as if they were absent.
    (
      #"{"name":"a","title":null,"description":null,\#(schema),"annotations":null,"#
        + #""icons":null,"_meta":null,"outputSchema":null}"#,
      #"{"name":"a",\#(schema)}"#
    ),
    (
      #"{"name":"a",\#(schema),"annotations":{"readOnlyHint":null,"title":null,"x":null}}"#,
      #"{"name":"a",\#(schema),"annotations":{}}"#
    ),
    // A missing type is added.
    (#"{"name":"a","inputSchema":{}}"#, #"{"name":"a",\#(schema)}"#),
    (
      #"{"name":"a","inputSchema":{ "properties" : { "p" : {} } }}"#,
      #"{"name":"a","inputSchema":{"type":"object","properties":{ "p" : {} }}}"#
    ),
    // A claim about tasks, which are not passed on.
    (
      #"{"name":"a","execution":{"taskSupport":"required"},\#(schema)}"#,
      #"{"name":"a",\#(schema)}"#
    ),
    // Of members that stand twice the last counts.
    (
      #"{"name":"b","description":"x","name":"a","description":"y",\#(schema)}"#,
      #"{"name":"a","description":"y",\#(schema)}"#
    ),
    (
      #"{"name":"a",\#(schema),"annotations":{"readOnlyHint":true,"readOnlyHint":false}}"#,
      #"{"name":"a",\#(schema),"annotations":{"readOnlyHint":false}}"#
    ),
    // Blanks around members are not kept.
    (#" { "name" : "a" , "inputSchema" : {"type":"object"} } "#, #"{"name":"a",\#(schema)}"#),
  ])
  func `a tool is mended in silence`(tool: String, mended: String) throws {
    let listing = try ToolListing.page(tool)
    #expect(listing.tools.map(\.text) == [mended])
    #expect(listing.warnings == [])
  }

  @Test(arguments: [
    (#""title":1"#, "title"), (#""description":["x"]"#, "description"), (#""icons":{}"#, "icons"),
    (#""icons":[1]"#, "icons"), (#""icons":[{"src":1}]"#, "icons"),
    (#""_meta":[]"#, "_meta"), (#""outputSchema":{"type":"array"}"#, "outputSchema"),
    (#""outputSchema":{}"#, "outputSchema"), (#""annotations":true"#, "annotations"),
  ])
  func `an optional member of the wrong type is left out`(member: String, name: String) throws {
    let listing = try ToolListing.page(#"{"name":"a",\#(member),\#(Self.schema)}"#)
    #expect(listing.tools.map(\.text) == [#"{"name":"a",\#(Self.schema)}"#])
    #expect(listing.warnings == [#""\#(name)" of tool "a" is left out: wrong type"#])
  }

  @Test(arguments: [
    (#""readOnlyHint":"yes""#, "readOnlyHint"), (#""destructiveHint":1"#, "destructiveHint"),
    (#""idempotentHint":{}"#, "idempotentHint"), (#""openWorldHint":[]"#, "openWorldHint"),
    (#""title":7"#, "title"),
  ])
  func `an annotation of the wrong type is left out`(member: String, name: String) throws {
    let listing = try ToolListing.page(
      #"{"name":"a",\#(Self.schema),"annotations":{\#(member),"x":1}}"#
    )
    #expect(listing.tools.map(\.text) == [#"{"name":"a",\#(Self.schema),"annotations":{"x":1}}"#])
    #expect(listing.warnings == [#""annotations.\#(name)" of tool "a" is left out: wrong type"#])
  }

  @Test(arguments: [
    "1", "null", "[]", #""a""#, "{}", #"{\#(schema)}"#, #"{"name":"",\#(schema)}"#,
    #"{"name":1,\#(schema)}"#,
    #"{"name":null,\#(schema)}"#, #"{"name":"a","name":2,\#(schema)}"#,
  ])
  func `a tool without a name is dropped and the others stay`(tool: String) throws {
    let listing = try ToolListing.page(#"\#(tool),{"name":"z",\#(Self.schema)}"#)
    #expect(listing.tools.map(\.name) == ["z"])
    #expect(listing.warnings == ["a tool without a name is left out"])
  }

  @Test(arguments: [
    #"{"name":"a"}"#, #"{"name":"a","inputSchema":null}"#, #"{"name":"a","inputSchema":[]}"#,
    #"{"name":"a","inputSchema":true}"#, #"{"name":"a","inputSchema":{"type":"string"}}"#,
    #"{"name":"a","inputSchema":{"type":["object","null"]}}"#,
    #"{"name":"a","inputSchema":{"type":null}}"#, #"{"name":"a",\#(schema),"inputSchema":1}"#,
  ])
  func `a tool without an object schema is dropped and the others stay`(tool: String) throws {
    let listing = try ToolListing.page(#"\#(tool),{"name":"z",\#(Self.schema)}"#)
    #expect(listing.tools.map(\.name) == ["z"])
    #expect(listing.warnings == [#"tool "a" is left out: its inputSchema is not of type object"#])
  }

  @Test(
    arguments: [
      ("", false, false), (#"{"readOnlyHint":true}"#, true, false),
      (#"{"idempotentHint":true,"readOnlyHint":false}"#, false, true),
      (#"{"readOnlyHint":"true","idempotentHint":1}"#, false, false),
      (#"{"readOnlyHint":true,"readOnlyHint":false}"#, false, false),
      (#"{"readOnlyHint":null}"#, false, false), ("null", false, false), ("[true]", false, false),
    ])
  func `a hint is a promise only if it is true`(
    annotations: String,
    isReadOnly: Bool,
    isIdempotent: Bool
  ) throws {
    let member = annotations.isEmpty ? "" : #","annotations":\#(annotations)"#
    let tool = try #require(
      ToolListing.page(#"{"name":"a",\#(Self.schema)\#(member)}"#).tools.first
    )
    #expect(tool.isReadOnly == isReadOnly)
    #expect(tool.isIdempotent == isIdempotent)
  }

  @Test func `the hash is that of the schema and of nothing else`() throws {
    func hash(_ tool: String) throws -> UInt64? {
      try ToolListing.page(tool).tools.first?.schemaHash
    }
    let one = try hash(#"{"name":"a","inputSchema":{"type":"object","required":["x"]}}"#)
    #expect(one != nil)
    #expect(
      try hash(#"{"name":"b","description":"d","inputSchema":{"required":["x"], "type":"object"}}"#)
        == one
    )
    #expect(try hash(#"{"name":"a","inputSchema":{"type":"object","required":["y"]}}"#) != one)
  }

  @Test func `a schema without a type has the hash of the one it is mended to`() throws {
    let tools = try ToolListing.page(
      #"{"name":"a","inputSchema":{"required":["x"]}},"#
        + #"{"name":"b","inputSchema":{"type":"object","required":["x"]}}"#
    ).tools
    #expect(tools.count == 2)
    #expect(tools.first?.schemaHash == tools.last?.schemaHash)
    // Else a stored list would differ from the one it was made of.
    let stored = "[\(tools.map(\.text).joined(separator: ","))]".bytes
    #expect(ToolListing.read(stored, 0..<stored.count)?.tools == tools)
  }

  @Test func `a tool is written under another name and reads back`() throws {
    let tool =
      #"{"name":"a","description":"d",\#(Self.schema),"annotations":{"readOnlyHint":true}}"#
    let entry = try #require(ToolListing.page(tool).tools.first)
    var writer = JSONWriter()
    writer.beginArray()
    entry.write(as: "s__\"a\"", to: &writer)
    entry.write(as: "a", to: &writer)
    writer.endArray()
    let back = try #require(ToolListing.read(writer.bytes, 0..<writer.bytes.count)).tools
    #expect(back.map(\.name) == ["s__\"a\"", "a"])
    #expect(back.last == entry)
    #expect(ToolListing.read("{}".bytes, 0..<2) == nil)
  }

  @Test func `a tool with very many members is read in one go`() throws {
    // Were each member compared with all others, this would not end in a day.
    let count = 90_000
    let members = (0..<count).map { #""m\#($0)":0"# }.joined(separator: ",")
    let listing = try ToolListing.page(#"{"name":"a",\#(Self.schema),\#(members),"m0":1}"#)
    let text = try #require(listing.tools.first?.text)
    #expect(text.hasPrefix(#"{"name":"a",\#(Self.schema),"m1":0,"m2":0,"#))
    #expect(text.hasSuffix(#""m\#(count - 1)":0,"m0":1}"#))
  }
}
