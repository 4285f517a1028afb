import MCPProtocol
import MCPProxy
import Testing

struct CatalogTests {
  private func endpoint(
    _ name: String,
    _ change: (inout EndpointConfiguration) -> Void = { _ in }
  ) -> EndpointConfiguration {
    var endpoint = EndpointConfiguration(name: name, launch: .process(Command("x")))
    change(&endpoint)
    return endpoint
  }

  private func tool(
    _ name: String,
    hash: UInt64 = 1,
    readOnly: Bool = false,
    idempotent: Bool = false
  ) -> ToolEntry {
    ToolEntry(
      name: name,
      members: Array(#""inputSchema":{"type":"object"}"#.utf8),
      schemaHash: hash,
      isReadOnly: readOnly,
      isIdempotent: idempotent
    )
  }

  private func catalog(_ endpoints: [EndpointConfiguration]) -> Catalog {
    Catalog(endpoints, names: ToolNames(separator: "__", longest: 46))
  }

  private func names(_ catalog: Catalog) -> [String] {
    JSONText(String(decoding: catalog.publish().list, as: UTF8.self).wrapped).toolNames
  }

  @Test func `an empty catalogue is an empty list`() {
    #expect(catalog([]).publish().list == Array(#"{"tools":[]}"#.utf8))
  }

  @Test func `order is that of the configuration, not of arrival`() {
    var catalog = catalog([endpoint("b"), endpoint("a")])
    catalog.set([tool("two"), tool("one")], of: 1)
    #expect(names(catalog) == ["a__two", "a__one"])
    catalog.set([tool("x")], of: 0)
    #expect(names(catalog) == ["b__x", "a__two", "a__one"])
  }

  @Test func `what is settled needs no waiting`() {
    var catalog = catalog([
      endpoint("a"), endpoint("off") { $0.disabled = true },
      endpoint("bad") { $0.launch = .unusable(reason: "no") }, endpoint("hid") { $0.hidden = true },
    ])
    #expect((0..<4).map(catalog.isSettled) == [false, true, true, false])
    #expect((0..<4).map(catalog.isListed) == [true, false, false, false])
    catalog.setFailed(0)
    #expect(catalog.isSettled(0))
    catalog.clearFailed(0)
    #expect(!catalog.isSettled(0))
    catalog.set([], of: 0)
    #expect(catalog.isSettled(0))
  }

  @Test func `a stored list gives way to a real one and never the other way round`() {
    var catalog = catalog([endpoint("a")])
    catalog.setStored([tool("old")], of: 0)
    #expect(names(catalog) == ["a__old"])
    catalog.set([tool("new")], of: 0)
    catalog.setStored([tool("old")], of: 0)
    #expect(names(catalog) == ["a__new"])
  }

  @Test func `a broken endpoint keeps its tools`() {
    var catalog = catalog([endpoint("a")])
    catalog.set([tool("t")], of: 0)
    catalog.setFailed(0)
    #expect(names(catalog) == ["a__t"])
  }

  @Test func `exclusion wins over inclusion, for lists and for calls`() {
    var catalog = catalog([
      endpoint("a") {
        $0.includeTools = ["get_*", "put"]
        $0.excludeTools = ["*_secret"]
      }
    ])
    catalog.set([tool("get_x"), tool("get_secret"), tool("put"), tool("drop")], of: 0)
    #expect(names(catalog) == ["a__get_x", "a__put"])
    #expect(catalog.tool("get_secret", of: 0) == nil)
    #expect(catalog.tool("drop", of: 0) == nil)
    #expect(catalog.tool("put", of: 0) != nil)
  }

  @Test(
    arguments: [
      (nil, true, false, false, Effect.unsafe), (nil, true, true, false, .safe),
      (nil, true, false, true, .safe), (nil, false, true, true, .unsafe),
      (true, false, false, false, .safe), (false, true, true, true, .unsafe),
    ] as [(Bool?, Bool, Bool, Bool, Effect)]
  )
  func `what makes a tool safe`(
    configured: Bool?,
    trusted: Bool,
    readOnly: Bool,
    idempotent: Bool,
    effect: Effect
  ) {
    let endpoint = endpoint("a") {
      $0.policy.trustsAnnotations = trusted
      $0.tools["t"] = ToolPolicy()
      $0.tools["t"]?.safe = configured
    }
    let tool = tool("t", readOnly: readOnly, idempotent: idempotent)
    #expect(endpoint.effect(of: tool) == effect)
  }

  @Test func `routes lead to endpoint, tool, limits and usable stand-ins`() throws {
    var catalog = catalog([
      endpoint("a") {
        $0.fallback = ["nobody", "off", "b"]
        $0.tools["t"] = ToolPolicy()
        $0.tools["t"]?.timeout = .seconds(90)
      }, endpoint("off") { $0.disabled = true }, endpoint("b") { $0.hidden = true },
    ])
    catalog.set([tool("t", hash: 7), tool("\"odd\"")], of: 0)
    let table = catalog.publish().table
    func route(_ token: String) -> Route? {
      let line = Array("xx\(token)yy".utf8)
      return table.route(line, 2..<line.count - 2)
    }
    let found = try #require(route(#""a__t""#))
    #expect(found.endpoint == 0)
    #expect(found.tool.name == "t")
    #expect(found.tool.token == Array(#""t""#.utf8))
    #expect(found.fallback == [2])
    #expect(found.schemaHash == 7)
    #expect(found.timeout == .seconds(90))
    #expect(found.longest == .minutes(10))
    #expect(route(#""a__odd_""#) == nil)
    let odd = try #require(route(#""a___odd_""#))
    #expect(odd.tool.token == Array(#""\"odd\"""#.utf8))
    #expect(odd.timeout == .seconds(50))
    // Written with an escape it is the same name; half a name, or no string, is none.
    #expect(route(#""\u0061__t""#) != nil)
    for token in [#""a__""#, #""a__t ""#, #""A__t""#, "5", "\"", #""""#, "null", "[]"] {
      #expect(route(token) == nil, "\(token)")
    }
  }

  @Test func `the merged list stays within one message`() {
    var catalog = catalog((0..<5).map { endpoint("server\($0)") })
    let text = String(repeating: "x", count: 1 << 20)
    for number in 0..<5 {
      let tools = (0..<3).map { index in
        ToolEntry(
          name: "tool\(index)",
          members: Array(#""description":"\#(text)""#.utf8),
          schemaHash: 1,
          isReadOnly: false,
          isIdempotent: false
        )
      }
      catalog.set(tools + [tool("small")], of: number)
    }
    let list = catalog.publish().list
    #expect(list.count <= 8 << 20)
    #expect(list.count > 7 << 20)
  }

  @Test func `a tool is found without a look at the others`() {
    var catalog = catalog([
      endpoint("a") { $0.excludeTools = (0..<50).map { "*no*such*\($0)" } }
    ])
    catalog.set((0..<4096).map { tool("tool\($0)") }, of: 0)
    // Were all of them looked at, this would not end in a quarter of an hour.
    for number in 0..<4096 { #expect(catalog.tool("tool\(number)", of: 0) != nil) }
  }

  @Test func `two thousand tools all have their own route`() {
    var catalog = catalog((0..<20).map { endpoint("server\($0)") })
    for number in 0..<20 { catalog.set((0..<100).map { tool("tool\($0)") }, of: number) }
    let table = catalog.publish().table
    for route in table.routes {
      let line = Array("\"\(route.name)\"".utf8)
      #expect(table.route(line, 0..<line.count)?.endpoint == route.endpoint)
      #expect(table.route(line, 0..<line.count)?.tool.name == route.tool.name)
    }
    #expect(table.routes.count == 2000)
  }

  /// The first two have one hash, and that of the third is 0.
  @Test(arguments: [
    ["8eSKrBr7aBf", "w0fyqINDHD-", "77kepQFQ8Kl", "23"], ["8eSKrBr7aBf"], ["w0fyqINDHD-"],
  ])
  func `a name leads to its own tool whatever its hash`(names: [String]) {
    var catalog = catalog([endpoint("a") { $0.prefix = "" }])
    catalog.set(names.map { tool($0) }, of: 0)
    let table = catalog.publish().table
    func route(_ token: String) -> Route? { table.route(Array(token.utf8), 0..<token.utf8.count) }
    for name in ["8eSKrBr7aBf", "w0fyqINDHD-", "77kepQFQ8Kl"] {
      #expect(route("\"\(name)\"")?.tool.name == (names.contains(name) ? name : nil))
    }
    // A number holds no name, whatever its digits.
    #expect(route("1231") == nil)
  }
}

extension String {
  /// As the result of an answer.
  fileprivate var wrapped: String { #"{"jsonrpc":"2.0","id":1,"result":\#(self)}"# }
}
