import MCPProtocol
import Testing

@Suite struct ToolListingTests {
  private static func tool(_ name: String) -> String {
    #"{"name":"\#(name)","inputSchema":{"type":"object"}}"#
  }

  @Test func `pages are gathered in order until no cursor comes`() throws {
    var listing = ToolListing()
    #expect(listing.nextParameters == nil)
    try listing.add(page: Self.tool("a") + "," + Self.tool("b"), cursor: #""two""#)
    #expect(listing.hasMore)
    #expect(listing.nextParameters?.text == #"{"cursor":"two"}"#)
    try listing.add(page: Self.tool("c"), cursor: #""\"three\"""#)
    #expect(listing.nextParameters?.text == #"{"cursor":"\"three\""}"#)
    try listing.add(page: Self.tool("d"))
    #expect(!listing.hasMore)
    #expect(listing.tools.map(\.name) == ["a", "b", "c", "d"])
    #expect(listing.warnings == [])
  }

  @Test(arguments: [
    (#""""#, true), (#"" ""#, true), (#""\u0000""#, true), ("null", false), ("1", false),
    ("{}", false), ("false", false),
  ])
  func `an empty cursor is a cursor and what is no string is none`(cursor: String, isCursor: Bool)
    throws
  {
    var listing = ToolListing()
    try listing.add(page: "", cursor: cursor)
    #expect(listing.hasMore == isCursor)
    if isCursor { #expect(listing.nextParameters?.text == #"{"cursor":\#(cursor)}"#) }
  }

  @Test(arguments: [#""\ud800""#, #""a\/b""#, #""\u00e9""#, "\"e\u{301}\""])
  func `a cursor is given back as it came`(cursor: String) throws {
    var listing = ToolListing()
    try listing.add(page: "", cursor: cursor)
    #expect(listing.nextParameters?.text == #"{"cursor":\#(cursor)}"#)
  }

  @Test func `a cursor that comes again ends the list`() throws {
    for cursors in [["a", "a"], ["a", "b", "a"], ["", ""]] {
      var listing = ToolListing()
      for (page, cursor) in cursors.enumerated() {
        try listing.add(page: Self.tool("t\(page)"), cursor: "\"\(cursor)\"")
      }
      #expect(!listing.hasMore)
      #expect(listing.tools.count == cursors.count)
      #expect(listing.warnings == ["its list of tools does not end; what came so far counts"])
    }
  }

  @Test func `a list of ever new cursors ends`() throws {
    var listing = ToolListing()
    var pages = 0
    repeat {
      try listing.add(page: Self.tool("t\(pages)"), cursor: "\"\(pages)\"")
      pages += 1
    } while listing.hasMore && pages < 1000
    #expect(pages == 200)
    #expect(listing.tools.count == 200)
    #expect(listing.warnings == ["its list of tools does not end; what came so far counts"])
  }

  @Test func `a tool listed twice counts once`() throws {
    var listing = ToolListing()
    try listing.add(page: Self.tool("a") + "," + Self.tool("a"), cursor: #""2""#)
    try listing.add(page: Self.tool("b") + "," + Self.tool("a"))
    #expect(listing.tools.map(\.name) == ["a", "b"])
    #expect(listing.warnings.count == 2)
    #expect(listing.warnings.first == #"tool "a" is listed twice; the first one counts"#)
  }

  @Test func `4096 tools are taken and no more`() throws {
    var listing = ToolListing()
    let most = (0..<4096).map { Self.tool("t\($0)") }.joined(separator: ",")
    try listing.add(page: most)
    #expect(listing.tools.count == 4096)
    #expect(listing.warnings == [])
    #expect(!listing.hasMore)
  }

  @Test func `tools beyond 4096 are left out with a word and not asked for`() throws {
    var listing = ToolListing()
    let most = (0..<4096).map { Self.tool("t\($0)") }.joined(separator: ",")
    try listing.add(page: most, cursor: #""more""#)
    #expect(listing.hasMore)
    try listing.add(page: Self.tool("x") + "," + Self.tool("y"), cursor: #""still more""#)
    #expect(!listing.hasMore)
    #expect(listing.tools.count == 4096)
    #expect(listing.tools.last?.name == "t4095")
    #expect(listing.warnings == ["it lists more than 4096 tools; the rest is left out"])
  }

  @Test(arguments: [
    (#""error":{"code":-32601,"message":"no"}"#, false),
    (#""error":{"code":-32603,"message":"no"}"#, true),
    (#""error":{"code":0,"message":"no"}"#, true), (#""result":{}"#, false),
    (#""result":{"tools":null,"nextCursor":null}"#, false),
  ])
  func `an error ends the list where it is`(answer: String, isWorthAWord: Bool) throws {
    var listing = ToolListing()
    try listing.add(page: Self.tool("a"), cursor: #""2""#)
    try listing.add(line: #"{"jsonrpc":"2.0","id":2,\#(answer)}"#)
    #expect(!listing.hasMore)
    #expect(listing.tools.map(\.name) == ["a"])
    #expect(listing.warnings == (isWorthAWord ? ["it refused to list its tools"] : []))
  }

  @Test(arguments: Vector.messages.filter { $0.name.contains("tools-list-ok") })
  func `the vectors list their tool`(vector: Vector) throws {
    var listing = ToolListing()
    try listing.add(line: vector.line.text)
    #expect(listing.tools.map(\.name) == ["files__read"])
  }
}
