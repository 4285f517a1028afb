import MCPProtocol
import MCPProxy
import Testing

struct StandInReviewTests {
  /// "a" has a fallback "b"; "c" is nobody's.
  private static let names = ["a", "b", "c"]

  /// What is known of the tools of each endpoint, by the hashes of their schemas; `nil`: unknown.
  private static func offerings(_ tools: [[String: UInt64]?]) -> Offerings {
    let loop = EventLoop(kernel: FakeKernel())
    let endpoints = names.map { name in
      var endpoint = EndpointConfiguration(name: name, launch: .process(Command("x")))
      endpoint.hidden = name != "a"
      endpoint.prefix = ""
      if name == "a" { endpoint.fallback = ["b"] }
      return Endpoint(endpoint, loop: loop, log: .silent)
    }
    var offerings = Offerings(endpoints, names: ToolNames(separator: "__", longest: 46))
    for (endpoint, tools) in tools.enumerated() {
      guard let tools else { continue }
      let entries = tools.sorted { $0.key < $1.key }
        .map { name, hash in
          ToolEntry(
            name: name,
            members: Array(#""inputSchema":{"type":"object"}"#.utf8),
            schemaHash: hash,
            isReadOnly: true,
            isIdempotent: true
          )
        }
      _ = offerings.set(entries, of: endpoints[endpoint])
    }
    return offerings
  }

  private static func warnings(
    _ review: inout StandInReview,
    about endpoint: Int,
    _ tools: [[String: UInt64]?]
  ) -> [String] {
    let offerings = offerings(tools)
    let routes = offerings.publish().table.routes
    return review.warnings(about: offerings.endpoints[endpoint], routes, offerings)
  }

  private static func differs(_ tool: String) -> String {
    "tool \"\(tool)\" of \"b\" takes other arguments than that of \"a\": it cannot stand in for it"
  }

  private static let useless = #""b" has none of the tools of "a": it cannot stand in for it"#

  @Test(
    arguments: [
      // The same, more, and less on purpose.
      ([["t": 1], ["t": 1], nil], []), ([["t": 1], ["t": 1, "u": 2], nil], []),
      ([["t": 1, "u": 2], ["t": 1], nil], []), ([["t": 1], ["t": 2], nil], [differs("t")]),
      ([["t": 1, "u": 2], ["t": 3, "u": 4], nil], [differs("t"), differs("u")]),
      ([["t": 1], ["u": 1], nil], [useless]), ([["t": 1], [:], nil], [useless]),
      // Nothing can be said before both are known, nor of what has no tools.
      ([["t": 1], nil, nil], []), ([nil, ["t": 2], nil], []), ([[:], ["t": 2], nil], []),
    ] as [([[String: UInt64]?], [String])]
  )
  func `what cannot stand in is told, from both sides`(
    tools: [[String: UInt64]?],
    told: [String]
  ) {
    for endpoint in 0...1 {
      var review = StandInReview()
      #expect(Self.warnings(&review, about: endpoint, tools) == told)
      // Once in a run, whoever lists again.
      #expect(Self.warnings(&review, about: 0, tools) == [])
      #expect(Self.warnings(&review, about: 1, tools) == [])
    }
  }

  @Test func `nothing is told about an endpoint that has to do with none`() {
    var review = StandInReview()
    #expect(Self.warnings(&review, about: 2, [["t": 1], ["t": 2], ["t": 3]]) == [])
  }

  @Test func `what becomes wrong later is told then`() {
    var review = StandInReview()
    #expect(
      Self.warnings(&review, about: 1, [["t": 1, "u": 1], ["t": 2, "u": 1], nil]).count == 1
    )
    let later = Self.warnings(&review, about: 1, [["t": 1, "u": 1], ["t": 2, "u": 2], nil])
    #expect(later == [Self.differs("u")])
  }

  @Test func `a server that makes up names is told of twenty times`() {
    var review = StandInReview()
    let own = Dictionary(uniqueKeysWithValues: (0..<50).map { ("t\($0)", UInt64(1)) })
    let told = Self.warnings(&review, about: 0, [own, own.mapValues { _ in 2 }, nil])
    #expect(told.count == 21)
    #expect(told.last == #"more such tools of "b" are not told of"#)
  }
}
