import MCPProtocol
import MCPProxy
import Testing

struct RoutingTableTests {
  private static func route(_ name: String, at endpoint: String = "a") -> Route {
    let configuration = EndpointConfiguration(name: endpoint, launch: .process(Command("x")))
    return route(name, at: Endpoint(configuration, loop: loop, log: .silent))
  }

  private static let loop = EventLoop(kernel: FakeKernel())

  private static func route(_ name: String, at endpoint: Endpoint) -> Route {
    Route(
      name: name,
      endpoint: endpoint,
      tool: ToolReference(index: 0, name: name, token: []),
      effect: .safe,
      schemaHash: 0,
      standIns: [],
      timeout: .seconds(1),
      longest: .seconds(1)
    )
  }

  /// The name of the route that a JSON text in the middle of a line leads to.
  private static func found(_ table: RoutingTable, _ text: String) -> String? {
    let line = Array("{\"name\":\(text)}".utf8)
    return table.route(line, 8..<line.count - 1)?.name
  }

  @Test(
    arguments: [
      (#""a__read""#, "a__read"), (#""b__read""#, "b__read"), (#""\u0061__read""#, "a__read"),
      (#""a__rea""#, nil), (#""a__read ""#, nil), (#""A__read""#, nil), (#""""#, nil),
      (#""\u0061__rea""#, nil), ("7", nil), ("null", nil), (#""caf\u00e9""#, "caf\u{E9}"),
      // A letter that an accent follows is another name.
      ("\"cafe\u{301}\"", nil),
    ] as [(String, String?)]
  )
  func `a name leads to its route by its bytes`(text: String, name: String?) {
    let table = RoutingTable(["a__read", "b__read", "caf\u{E9}"].map { Self.route($0) })
    #expect(Self.found(table, text) == name)
  }

  @Test func `every one of many names is found`() {
    let names = (0..<2000).map { "e\($0 % 7)__tool_\($0)" }
    let table = RoutingTable(names.map { Self.route($0) })
    #expect(table.routes.map(\.name) == names)
    #expect(names.allSatisfy { Self.found(table, "\"\($0)\"") == $0 })
    #expect(Self.found(table, "\"e0__tool_2000\"") == nil)
  }

  @Test func `an empty table leads nowhere`() {
    #expect(Self.found(RoutingTable([]), #""a""#) == nil)
  }

  /// Names that lie close together in a table of 4096 places, by a hash.
  private static func meeting(_ hash: @escaping (ArraySlice<UInt8>) -> UInt64) -> [String] {
    let names = (0...).lazy.map { "t\($0)" }
      .filter { name in
        hash(Array(name.utf8)[...]) & 4095 < 256
      }
    return Array(names.prefix(2000))
  }

  /// Places that are looked at to find one of the names, on average.
  private static func walk(_ table: RoutingTable, _ names: [String]) -> Double {
    Double(names.reduce(0) { $0 + table.walk(to: $1) }) / Double(names.count)
  }

  @Test func `names made to meet under a known hash do not`() {
    let names = Self.meeting { bytes in
      var hash = StableHash()
      for byte in bytes { hash.add(byte) }
      return hash.value
    }
    // That they would, in a table of that size.
    var taken: Set<UInt64> = []
    var walk = 0
    for name in names {
      var hash = StableHash()
      for byte in name.utf8 { hash.add(byte) }
      var place = hash.value & 4095
      while !taken.insert(place).inserted {
        place = (place + 1) & 4095
        walk += 1
      }
    }
    #expect(walk > 500 * names.count)
    let routes = names.map { Self.route($0) }
    #expect(Self.walk(RoutingTable(routes), names) <= 3)
  }

  @Test func `names made to meet under one seed do not under another`() {
    let names = Self.meeting { SeededHash(seed: 1).value($0) }
    let routes = names.map { Self.route($0) }
    #expect(Self.walk(RoutingTable(routes, seed: 1), names) > 500)
    #expect((2..<8).allSatisfy { Self.walk(RoutingTable(routes, seed: $0), names) <= 3 })
  }

  @Test func `routes are the same under every seed`() {
    let names = (0..<100).map { "tool_\($0)" }
    for seed in 0..<8 as Range<UInt64> {
      let table = RoutingTable(names.map { Self.route($0) }, seed: seed)
      #expect(names.allSatisfy { Self.found(table, "\"\($0)\"") == $0 })
    }
  }

  @Test func `of two routes of one name the later is found`() {
    let table = RoutingTable([Self.route("a", at: "b"), Self.route("a", at: "c")])
    let line = Array(#""a""#.utf8)
    #expect(table.route(line, line.indices)?.endpoint.name == "c")
  }
}
