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

  @Test func `entries that are no tools count, too, and not each has its warning`() throws {
    var listing = ToolListing()
    let junk = [String](repeating: "0", count: 100_000).joined(separator: ",")
    try listing.add(page: junk + "," + Self.tool("late"), cursor: #""2""#)
    #expect(!listing.hasMore)
    #expect(listing.tools == [])
    #expect(listing.warnings.count == 22)
    #expect(listing.warnings.first == "a tool without a name is left out")
    #expect(listing.warnings[20] == "and 4076 more")
    #expect(listing.warnings.last == "it lists more than 4096 tools; the rest is left out")
  }

  @Test func `a tool that is too large is left out, and the others stay`() throws {
    var listing = ToolListing()
    let text = String(repeating: "x", count: 2 << 20)
    let large = #"{"name":"b","description":"\#(text)","inputSchema":{"type":"object"}}"#
    try listing.add(page: [Self.tool("a"), large, Self.tool("c")].joined(separator: ","))
    #expect(listing.tools.map(\.name) == ["a", "c"])
    #expect(listing.warnings == [#"tool "b" is left out: larger than 1024 KB"#])
  }

  @Test func `a name that is too long is left out and not repeated in full`() throws {
    let long = String(repeating: "n", count: 2000)
    let listing = try ToolListing.page(Self.tool(long) + "," + Self.tool("a"))
    #expect(listing.tools.map(\.name) == ["a"])
    #expect(listing.warnings.count == 1)
    #expect(listing.warnings.allSatisfy { $0.utf8.count < 300 })
  }

  @Test func `a server's tools have a limit together, over all pages`() throws {
    var listing = ToolListing()
    let text = String(repeating: "x", count: 900_000)
    var pages = 0
    repeat {
      pages += 1
      let tool = #"{"name":"t\#(pages)","description":"\#(text)","inputSchema":{"type":"object"}}"#
      try listing.add(page: tool, cursor: "\"\(pages)\"")
    } while listing.hasMore && pages < 100
    #expect(pages == 5)
    #expect(listing.tools.count == 4)
    #expect(listing.warnings == ["its tools have more than 4 MB together; the rest is left out"])
  }

  @Test func `a cursor that is too long ends the list`() throws {
    var listing = ToolListing()
    let cursor = String(repeating: "c", count: 1 << 20)
    try listing.add(page: Self.tool("a"), cursor: "\"\(cursor)\"")
    #expect(!listing.hasMore)
    #expect(listing.tools.map(\.name) == ["a"])
    #expect(listing.warnings == ["its list of tools does not end; what came so far counts"])
  }

  private static let noLists = [
    (#""error":{"code":-32601,"message":"gone"}"#, "refused to list its tools: gone"),
    (#""error":{"code":-32603,"message":"not\nnow"}"#, "refused to list its tools: not now"),
    (#""error":{"code":0}"#, "refused to list its tools: no reason given"),
    (#""error":{"code":1,"message":5}"#, "refused to list its tools: no reason given"),
    (#""result":{}"#, "answered tools/list without a list of tools"),
    (#""result":{"tools":null,"nextCursor":"2"}"#, "answered tools/list without a list of tools"),
    (#""result":{"tools":{}}"#, "answered tools/list without a list of tools"),
  ]

  @Test(arguments: noLists)
  func `a list that is not told to its end has failed`(answer: String, problem: String) throws {
    // At the beginning −32601 means that there are no tools.
    for isFirst in [true, false] where !(isFirst && answer.contains("-32601")) {
      var listing = ToolListing()
      if !isFirst { try listing.add(page: Self.tool("a"), cursor: #""2""#) }
      try listing.add(line: #"{"jsonrpc":"2.0","id":2,\#(answer)}"#)
      #expect(!listing.hasMore)
      #expect(listing.hasFailed)
      #expect(listing.warnings == ["it \(problem); those it listed before stay listed"])
    }
  }

  @Test(arguments: [
    #""error":{"code":-32601,"message":"Method not found"}"#, #""result":{"tools":[]}"#,
  ])
  func `a server may say that it has no tools`(answer: String) throws {
    var listing = ToolListing()
    try listing.add(line: #"{"jsonrpc":"2.0","id":2,\#(answer)}"#)
    #expect(!listing.hasFailed)
    #expect(listing.tools == [])
    #expect(listing.warnings == [])
  }

  @Test(arguments: Vector.messages.filter { $0.name.contains("tools-list-ok") })
  func `the vectors list their tool`(vector: Vector) throws {
    var listing = ToolListing()
    try listing.add(line: vector.line.text)
    #expect(listing.tools.map(\.name) == ["files__read"])
  }
}
