import MCPProxy
import Testing

/// The real proxy and its client: the opening, and requests that are not calls.
@Suite(.timeLimit(.minutes(10))) struct HandshakeTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  @Test(arguments: ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
  func `each known version is agreed to and works`(version: String) throws {
    let proxy = try ProcessHarness.proxy(home: home)
    let answer = JSONText(try #require(proxy.initialize(version)))
    #expect(answer.id == "0")
    #expect(answer.result?["protocolVersion"] as? String == version)
    #expect((answer.result?["serverInfo"] as? [String: Any])?["name"] as? String == "mcp-proxy")
    let capabilities = answer.result?["capabilities"] as? [String: Any]
    #expect(capabilities?.keys.sorted() == ["logging", "tools"])
    let list = JSONText(try #require(proxy.listTools()))
    #expect(list.toolNames == ExampleTool.offered.map(\.rawValue))
    #expect(list.result?["nextCursor"] == nil)
    let called = JSONText(try #require(proxy.callAndWait("1", "echo", #"{"text":"hi"}"#)))
    #expect(called.content == "hi")
    #expect(proxy.finish() == [])
    #expect(proxy.waitForExit() == .code(0))
    #expect(proxy.stderrText == "")
  }

  @Test(arguments: ["2026-07-28", "2024-10-07", "1.0", "", "2025-11-26", "DRAFT"])
  func `an unknown version is answered with the newest we know`(version: String) throws {
    let proxy = try ProcessHarness.proxy(home: home)
    let answer = JSONText(try #require(proxy.initialize(version)))
    #expect(answer.result?["protocolVersion"] as? String == "2025-11-25")
  }

  @Test(arguments: [
    #"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#,
    #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#,
    #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":5}}"#,
  ])
  func `an opening without a version is refused and may be repeated`(line: String) throws {
    let proxy = try ProcessHarness.proxy(home: home)
    proxy.send(line)
    #expect(JSONText(try #require(proxy.nextLine())).errorCode == -32602)
    #expect(JSONText(try #require(proxy.initialize())).errorCode == nil)
    #expect(JSONText(try #require(proxy.callAndWait("1", "echo", #"{"text":"x"}"#))).content == "x")
  }

  @Test(
    arguments: [
      ("ping", nil), ("tools/list", -32602), ("tools/call", -32602), ("logging/setLevel", -32602),
      ("server/discover", -32601), ("prompts/list", -32601), ("resources/list", -32601),
      ("no/such", -32601),
    ] as [(String, Int?)]
  )
  func `requests before initialize`(method: String, code: Int?) throws {
    let proxy = try ProcessHarness.proxy(home: home)
    proxy.send(#"{"jsonrpc":"2.0","id":"a","method":"\#(method)","params":{"name":"echo"}}"#)
    let answer = JSONText(try #require(proxy.nextLine()))
    #expect(answer.id == #""a""#)
    #expect(answer.errorCode == code)
    #expect((answer.result != nil) == (code == nil))
    // The connection lives.
    #expect(JSONText(try #require(proxy.initialize())).result != nil)
  }

  @Test(arguments: [
    "server/discover", "prompts/list", "prompts/get", "resources/list", "resources/read",
    "completion/complete", "tasks/list", "tools/LIST", "", "initialized",
  ])
  func `methods that are not offered are not found`(method: String) throws {
    let proxy = try ProcessHarness.openProxy(home: home)
    proxy.send(#"{"jsonrpc":"2.0","id":5,"method":"\#(method)"}"#)
    let answer = JSONText(try #require(proxy.answer("5")))
    #expect(answer.errorCode == -32601)
  }

  @Test func `ping is answered before and after the opening, and between`() throws {
    let proxy = try ProcessHarness.proxy(home: home)
    let ping = #"{"jsonrpc":"2.0","id":9,"method":"ping"}"#
    proxy.send(ping)
    #expect(proxy.nextLine() == #"{"jsonrpc":"2.0","id":9,"result":{}}"#)
    proxy.send(initializeLine())
    _ = proxy.nextLine()
    proxy.send(ping)
    #expect(proxy.nextLine() == #"{"jsonrpc":"2.0","id":9,"result":{}}"#)
  }

  @Test func `a client may send everything at once and close its side`() throws {
    let proxy = try ProcessHarness.proxy(home: home)
    proxy.send(initializeLine())
    proxy.call("1", "echo", #"{"text":"early"}"#)
    proxy.send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
    proxy.send(#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#)
    // The last line lacks its end.
    proxy.send(bytes: Array(#"{"jsonrpc":"2.0","id":3,"method":"ping"}"#.utf8))
    let lines = proxy.finish().map { JSONText($0) }
    #expect(lines.compactMap(\.id).sorted() == ["0", "1", "2", "3"])
    #expect(lines.first?.id == "0")
    #expect(lines.first { $0.id == "1" }?.content == "early")
    #expect(proxy.waitForExit() == .code(0))
    #expect(proxy.stderrText == "")
  }

  @Test func `a client that only looks in starts no process`() throws {
    let proxy = try ProcessHarness.proxy("--ledger \(home.file("ledger"))", home: home)
    proxy.send(#"{"jsonrpc":"2.0","id":1,"method":"server/discover"}"#)
    _ = proxy.nextLine()
    #expect(children(of: proxy.process).isEmpty)
    #expect(proxy.finish() == [])
    #expect(proxy.waitForExit() == .code(0))
  }

  @Test func `nothing at all is a good session`() throws {
    let proxy = try ProcessHarness.proxy(home: home)
    #expect(proxy.finish() == [])
    #expect(proxy.waitForExit() == .code(0))
    #expect(proxy.stderrText == "")
  }
}
