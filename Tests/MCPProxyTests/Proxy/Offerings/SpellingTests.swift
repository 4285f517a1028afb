import MCPProtocol
import MCPProxy
import Testing

/// Names that look alike and are written in different bytes are names of different tools.
struct SpellingTests {
  private static let composed = "caf\u{E9}"
  private static let decomposed = "cafe\u{301}"

  private static func entry(_ name: String, hash: UInt64 = 1) -> ToolEntry {
    ToolEntry(name: name, members: [], schemaHash: hash, isReadOnly: false, isIdempotent: false)
  }

  private static func offerings(
    _ change: (inout EndpointConfiguration) -> Void
  ) -> Offerings {
    var endpoint = EndpointConfiguration(name: "a", launch: .process(Command("x")))
    change(&endpoint)
    let loop = EventLoop(kernel: FakeKernel())
    let only = Endpoint(endpoint, loop: loop, log: .silent)
    return Offerings([only], names: ToolNames(separator: "__", longest: 46))
  }

  @Test func `both are listed and each call finds its own`() throws {
    let list = [Self.composed, Self.decomposed].map {
      #"{"name":"\#($0)","inputSchema":{"type":"object"}}"#
    }
    let bytes = Array("[\(list.joined(separator: ","))]".utf8)
    let listing = try #require(ToolListing.read(bytes, 0..<bytes.count))
    #expect(listing.warnings == [])
    #expect(listing.tools.count == 2)
    var offerings = Self.offerings { _ in }
    _ = offerings.set(listing.tools, of: offerings.endpoints[0])
    let routes = offerings.publish().table.routes
    #expect(Set(routes.map(\.name)).count == 2)
    let names = [Self.composed, Self.decomposed].map { Array($0.utf8) }
    #expect(routes.map { Array($0.tool.name.utf8) } == names)
    #expect(
      offerings.tool(Self.decomposed, of: offerings.endpoints[0]).map { Array($0.name.utf8) }
        == names[1]
    )
    var numbers = ToolNumbers()
    #expect(numbers.number(of: Self.composed) != numbers.number(of: Self.decomposed))
  }

  @Test func `the operator's word about one is none about the other`() {
    var tool = ToolPolicy()
    tool.safe = true
    tool.timeout = .seconds(9)
    var offerings = Self.offerings { $0.tools[Self.composed] = tool }
    _ = offerings.set(
      [Self.entry(Self.decomposed), Self.entry(Self.composed)],
      of: offerings.endpoints[0]
    )
    let routes = offerings.publish().table.routes
    #expect(routes.map(\.effect) == [.unsafe, .safe])
    #expect(routes.map { $0.timeout == .seconds(9) } == [false, true])
  }

  @Test func `a tool that is renamed to the other is a change`() {
    #expect(Self.entry(Self.composed) != Self.entry(Self.decomposed))
    #expect(Self.entry(Self.composed) == Self.entry(Self.composed))
    #expect(Self.entry(Self.composed) != Self.entry(Self.composed, hash: 2))
  }

  @Test func `a pattern for one does not take the other`() {
    #expect(Glob.matches("caf\u{E9}*", Self.composed))
    #expect(!Glob.matches("caf\u{E9}*", Self.decomposed))
    #expect(Glob.matches("caf?", Self.decomposed))
  }

  @Test func `a configuration may speak of both`() {
    let loading = Loading.entry(
      #""tools":{"\#(Self.composed)":{"safe":true},"\#(Self.decomposed)":{"safe":false}},"#
        + #""cost":{"tools":{"\#(Self.composed)":1,"\#(Self.decomposed)":2}}"#
    )
    #expect(loading.problems == [])
    let endpoint = loading.first
    #expect(endpoint?.tools[Self.composed]?.safe == true)
    #expect(endpoint?.tools[Self.decomposed]?.safe == false)
    #expect(endpoint?.cost.tools[Self.composed] == 1)
    #expect(endpoint?.cost.tools[Self.decomposed] == 2)
  }
}
