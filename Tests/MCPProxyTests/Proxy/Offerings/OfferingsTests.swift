import MCPProtocol
import MCPProxy
import Testing

struct OfferingsTests {
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

  private func offerings(_ configurations: [EndpointConfiguration]) -> Offerings {
    let loop = EventLoop(kernel: FakeKernel())
    let endpoints = configurations.map { Endpoint($0, loop: loop, log: .silent) }
    return Offerings(endpoints, names: ToolNames(separator: "__", longest: 46))
  }

  private func list(_ offerings: Offerings) -> [UInt8] {
    offerings.list(offerings.publish().table)
  }

  private func names(_ offerings: Offerings) -> [String] {
    JSONText(String(decoding: list(offerings), as: UTF8.self).wrapped).toolNames
  }

  @Test func `no endpoints make an empty list`() {
    #expect(list(offerings([])) == Array(#"{"tools":[]}"#.utf8))
  }

  @Test func `order is that of the configuration, not of arrival`() {
    var offerings = offerings([endpoint("b"), endpoint("a")])
    _ = offerings.set([tool("two"), tool("one")], of: offerings.endpoints[1])
    #expect(names(offerings) == ["a__two", "a__one"])
    _ = offerings.set([tool("x")], of: offerings.endpoints[0])
    #expect(names(offerings) == ["b__x", "a__two", "a__one"])
  }

  @Test func `what is settled needs no waiting`() {
    var offerings = offerings([
      endpoint("a"), endpoint("off") { $0.disabled = true },
      endpoint("bad") { $0.launch = .unusable(reason: "no") }, endpoint("hid") { $0.hidden = true },
    ])
    let settled = offerings.endpoints.map { offerings.isSettled($0) }
    #expect(settled == [false, true, true, false])
    #expect(offerings.unlisted.map(\.name) == ["a"])
    offerings.setFailed(true, offerings.endpoints[0])
    #expect(offerings.isSettled(offerings.endpoints[0]))
    offerings.setFailed(false, offerings.endpoints[0])
    #expect(!offerings.isSettled(offerings.endpoints[0]))
    _ = offerings.set([], of: offerings.endpoints[0])
    #expect(offerings.isSettled(offerings.endpoints[0]))
  }

  @Test func `a stored list gives way to a real one and never the other way round`() {
    var offerings = offerings([endpoint("a")])
    offerings.setStored([tool("old")], of: offerings.endpoints[0])
    #expect(names(offerings) == ["a__old"])
    _ = offerings.set([tool("new")], of: offerings.endpoints[0])
    offerings.setStored([tool("old")], of: offerings.endpoints[0])
    #expect(names(offerings) == ["a__new"])
  }

  @Test func `a broken endpoint keeps its tools`() {
    var offerings = offerings([endpoint("a")])
    _ = offerings.set([tool("t")], of: offerings.endpoints[0])
    offerings.setFailed(true, offerings.endpoints[0])
    #expect(names(offerings) == ["a__t"])
  }

  @Test func `exclusion wins over inclusion, for lists and for calls`() {
    var offerings = offerings([
      endpoint("a") {
        $0.includeTools = ["get_*", "put"]
        $0.excludeTools = ["*_secret"]
      }
    ])
    _ = offerings.set(
      [tool("get_x"), tool("get_secret"), tool("put"), tool("drop")],
      of: offerings.endpoints[0]
    )
    #expect(names(offerings) == ["a__get_x", "a__put"])
    #expect(offerings.tool("get_secret", of: offerings.endpoints[0]) == nil)
    #expect(offerings.tool("drop", of: offerings.endpoints[0]) == nil)
    #expect(offerings.tool("put", of: offerings.endpoints[0]) != nil)
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
    var offerings = offerings([
      endpoint("a") {
        $0.fallback = ["nobody", "off", "b"]
        $0.tools["t"] = ToolPolicy()
        $0.tools["t"]?.timeout = .seconds(90)
      }, endpoint("off") { $0.disabled = true }, endpoint("b") { $0.hidden = true },
    ])
    _ = offerings.set([tool("t", hash: 7), tool("\"odd\"")], of: offerings.endpoints[0])
    let table = offerings.publish().table
    func route(_ token: String) -> Route? {
      let line = Array("xx\(token)yy".utf8)
      return table.route(line, 2..<line.count - 2)
    }
    let found = try #require(route(#""a__t""#))
    #expect(found.endpoint.name == "a")
    #expect(found.tool.name == "t")
    #expect(found.tool.token == Array(#""t""#.utf8))
    #expect(found.standIns.map(\.name) == ["b"])
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
    var offerings = offerings((0..<5).map { endpoint("server\($0)") })
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
      _ = offerings.set(tools + [tool("small")], of: offerings.endpoints[number])
    }
    let list = list(offerings)
    #expect(list.count <= 8 << 20)
    #expect(list.count > 7 << 20)
  }

  @Test func `a tool is found without a look at the others`() {
    var offerings = offerings([
      endpoint("a") { $0.excludeTools = (0..<50).map { "*no*such*\($0)" } }
    ])
    _ = offerings.set((0..<4096).map { tool("tool\($0)") }, of: offerings.endpoints[0])
    // Were all of them looked at, this would not end in a quarter of an hour.
    for number in 0..<4096 {
      #expect(offerings.tool("tool\(number)", of: offerings.endpoints[0]) != nil)
    }
  }

  @Test func `two thousand tools all have their own route`() {
    var offerings = offerings((0..<20).map { endpoint("server\($0)") })
    for number in 0..<20 {
      _ = offerings.set((0..<100).map { tool("tool\($0)") }, of: offerings.endpoints[number])
    }
    let table = offerings.publish().table
    for route in table.routes {
      let line = Array("\"\(route.name)\"".utf8)
      #expect(table.route(line, 0..<line.count)?.endpoint === route.endpoint)
      #expect(table.route(line, 0..<line.count)?.tool.name == route.tool.name)
    }
    #expect(table.routes.count == 2000)
  }

  /// The first two have one hash, and that of the third is 0.
  @Test(arguments: [
    ["8eSKrBr7aBf", "w0fyqINDHD-", "77kepQFQ8Kl", "23"], ["8eSKrBr7aBf"], ["w0fyqINDHD-"],
  ])
  func `a name leads to its own tool whatever its hash`(names: [String]) {
    var offerings = offerings([endpoint("a") { $0.prefix = "" }])
    _ = offerings.set(names.map { tool($0) }, of: offerings.endpoints[0])
    let table = offerings.publish().table
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
