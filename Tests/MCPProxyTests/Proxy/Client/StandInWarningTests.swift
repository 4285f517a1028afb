import MCPProxy
import Testing

/// What the log says of fallbacks that cannot stand in.
struct StandInWarningTests {
  private static func proxy() -> StagedProxy {
    var staged = StagedProxy()
    var standIn = EndpointConfiguration(name: "b", launch: .process(Command("/server")))
    standIn.hidden = true
    staged.standIn = standIn
    staged.endpoint.fallback = ["b"]
    return staged
  }

  private static func tool(_ name: String, _ property: String = "x") -> String {
    #"{"name":"\#(name)","inputSchema":{"type":"object","properties":{"\#(property)":{}}},"#
      + #""annotations":{"readOnlyHint":true}}"#
  }

  private static func list(_ id: Int, _ tools: [String]) -> String {
    StagedProxy.result(id, #"{"tools":[\#(tools.joined(separator: ","))]}"#)
  }

  private static let answer = StagedProxy.result(
    1,
    #"{"protocolVersion":"2025-11-25","capabilities":{"tools":{"listChanged":true}},"#
      + #""serverInfo":{"name":"s","version":"1"}}"#
  )

  private static func opening(
    _ own: [String],
    _ others: [String],
    standInFirst: Bool
  ) -> [FakeKernel.Step] {
    let lists = [
      StagedProxy.server(list(2, own)), StagedProxy.standIn(list(2, others)),
    ]
    return StagedProxy.clientOpens + [StagedProxy.server(answer), StagedProxy.standIn(answer)]
      + (standInFirst ? lists.reversed() : lists)
  }

  private static func warnings(_ run: StagedProxy.Result) -> [String] {
    run.log.filter { $0.contains("stand in") }
  }

  @Test(arguments: [false, true])
  func `a tool that takes other arguments is told, whichever list comes first`(first: Bool) {
    let run = Self.proxy()
      .run(
        Self.opening(
          [Self.tool("t"), Self.tool("u")],
          [Self.tool("t", "y"), Self.tool("u")],
          standInFirst: first
        )
      )
    let told = Self.warnings(run)
    #expect(told.count == 1)
    #expect(
      told.first?.hasSuffix(
        "tool \"t\" of \"b\" takes other arguments than that of \"a\": it cannot stand in for it"
      ) == true
    )
  }

  @Test(arguments: [false, true])
  func `a fallback that has none of the tools is told once`(first: Bool) {
    let run = Self.proxy()
      .run(
        Self.opening([Self.tool("t"), Self.tool("u")], [Self.tool("v")], standInFirst: first)
      )
    let told = Self.warnings(run)
    #expect(told.count == 1)
    #expect(
      told.first?.hasSuffix("\"b\" has none of the tools of \"a\": it cannot stand in for it")
        == true
    )
  }

  @Test func `a fallback may offer less`() {
    let run = Self.proxy()
      .run(
        Self.opening([Self.tool("t"), Self.tool("u")], [Self.tool("t")], standInFirst: false)
      )
    #expect(Self.warnings(run) == [])
  }

  @Test func `lists that change again and again are not told without end`() {
    let changed = #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#
    func names(_ round: Int) -> [Int] { (0..<5).map { round * 5 + $0 } }
    // Ids: initialize, list, then one for each list.
    let rounds = (1...10).flatMap { round in
      [
        StagedProxy.server(changed), StagedProxy.pass(.seconds(1)),
        StagedProxy.server(Self.list(2 + round, names(round).map { Self.tool("t\($0)") })),
      ]
    }
    var staged = Self.proxy()
    staged.maxLine = 64 << 10
    let run = staged.run(
      Self.opening(
        [Self.tool("t0")],
        (0..<60).map { Self.tool("t\($0)", "y") },
        standInFirst: true
      ) + rounds
    )
    #expect(Self.warnings(run).count == 20)
  }

  @Test func `every call names the stand-in that takes other arguments`() {
    var staged = Self.proxy()
    staged.endpoint.policy.retry.attempts = 1
    let run = staged.run(
      Self.opening([Self.tool("t")], [Self.tool("t", "y")], standInFirst: true) + [
        StagedProxy.client(StagedProxy.call(7)), { $0.end(StagedProxy.process, .code(1)) },
      ]
    )
    let others = run.answers("7").first?.failure?["others"] as? [[String: Any]]
    #expect(others?.map { $0["endpoint"] as? String } == ["b"])
    #expect(others?.map { $0["reason"] as? String } == ["schema_differs"])
  }
}
