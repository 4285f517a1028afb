import Foundation
import MCPProtocol
import MCPProxy
import Testing

/// What goes through the proxy comes out as it went in.
@Suite(.timeLimit(.minutes(10))) struct FidelityTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  @Test(arguments: [
    "1", #""1""#, "0", "-1", "9007199254740993", "9007199254740993123",
    "123456789012345678901234567890", #""a\u0062""#, #""a\/b""#, #""""#, #""é😀""#,
    #""\ud83d\ude00""#,
    #""\ud800""#, #""\"\\""#,
  ])
  func `an id comes back exactly as it was written`(id: String) throws {
    let proxy = try ProcessHarness.openProxy(home: home)
    #expect(
      proxy.callAndWait(id, "echo", #"{"text":"x"}"#)?.hasPrefix(#"{"jsonrpc":"2.0","id":\#(id),"#)
        == true
    )
    proxy.send(#"{"jsonrpc":"2.0","id":\#(id),"method":"ping"}"#)
    #expect(proxy.nextLine() == #"{"jsonrpc":"2.0","id":\#(id),"result":{}}"#)
    proxy.call(id, "nope", "{}")
    #expect(JSONText(try #require(proxy.nextLine())).id == id)
    #expect(proxy.listTools(id)?.contains(#""name":"echo""#) == true)
  }

  @Test func `an id may be very long`() throws {
    let proxy = try ProcessHarness.openProxy(home: home)
    let id = "\"" + String(repeating: "i", count: 65_534) + "\""
    #expect(JSONText(try #require(proxy.callAndWait(id, "echo", #"{"text":"x"}"#))).content == "x")
    _ = proxy.finish()
    #expect(home.lines(below: "usage").allSatisfy { $0.utf8.count < 4096 })
  }

  @Test func `a number and the string of it are different ids`() throws {
    let proxy = try ProcessHarness.openProxy("--hang-on hang", home: home)
    proxy.call("1", "slow", #"{"ms":50}"#)
    proxy.call(#""1""#, "hang", "{}")
    // Only the string is taken back.
    proxy.send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"1"}}"#)
    let lines = proxy.finish().map { JSONText($0) }
    #expect(lines.map(\.id) == ["1"])
  }

  @Test(arguments: [
    #"{"text":"x","n":1.0,"big":123456789012345678901234567890.10,"e":1E+400,"z":-0}"#,
    #"{ "text" :"x" ,  "deep":[[[{"a":null}]]],"dup":1,"dup":2 }"#,
    #"{"text":"\ud800","u":"\u0000\u001f\/","é":"😀"}"#,
    #"{"name":"write_note","arguments":{},"_meta":{"progressToken":5},"id":7,"text":"x"}"#,
    "{\"text\":\"x\",\"tab\":\t1}",
  ])
  func `arguments reach the tool byte for byte`(arguments: String) throws {
    let proxy = try ProcessHarness.openProxy("--ledger \(home.file("ledger"))", home: home)
    _ = proxy.callAndWait("1", "write_note", arguments)
    _ = proxy.finish()
    let line = try #require(home.text("ledger").split(separator: "\n", maxSplits: 1).first)
    let fields = line.split(separator: "\t", maxSplits: 2)
    #expect(fields.last.map { String($0) } == String(arguments.prefix(100)))
  }

  @Test func `an answer comes back byte for byte but for its id`() throws {
    let direct = try ProcessHarness.exampleServer()
    direct.initialize()
    let proxy = try ProcessHarness.openProxy(home: home)
    for (tool, arguments) in [
      ("echo", #"{"text":"\ud800 é \u0000"}"#), ("add", #"{"a":9007199254740993,"b":1}"#),
      ("fail", #"{"message":"no"}"#), ("price", "{}"), ("big", #"{"bytes":300000}"#),
      ("echo", "{}"),
    ] {
      direct.call("77", tool, arguments)
      let expected = direct.nextLine()
      #expect(proxy.callAndWait("77", tool, arguments) == expected)
    }
  }

  @Test func `big arguments and big answers go through whole`() throws {
    let proxy = try ProcessHarness.openProxy(home: home)
    let text = String(repeating: "0123456789", count: 700_000)
    let answer = JSONText(try #require(proxy.callAndWait("1", "echo", #"{"text":"\#(text)"}"#)))
    #expect(answer.content == text)
  }

  @Test func `an answer above eight megabytes becomes an error that says so`() throws {
    let proxy = try ProcessHarness.openProxy(home: home)
    try expectTooLarge(proxy, 9_000_000)
  }

  @Test func `an answer longer than a line may be becomes the same error`() throws {
    let proxy = try ProcessHarness.proxy(
      servers: [("a", "", #""prefix":"""#)],
      rest: #""proxy":{"maxLine":"1MB"}"#,
      home: home
    )
    proxy.initialize()
    try expectTooLarge(proxy, 2_000_000)
  }

  @Test func `a stand-in's answer that is too long is not said not to have run`() throws {
    let proxy = try ProcessHarness.proxy(
      servers: [
        ("a", "", #""prefix":"","breaker":{"mode":"forcedOpen"},"fallback":["b"]"#),
        ("b", "", #""hidden":true"#),
      ],
      rest: #""proxy":{"maxLine":"1MB"}"#,
      home: home
    )
    proxy.initialize()
    _ = proxy.listTools()
    let answer = JSONText(try #require(proxy.callAndWait("1", "big", #"{"bytes":2000000}"#)))
    #expect(answer.reason == "result_too_large")
    #expect(answer.failure?["executed"] as? String == "yes")
  }

  private func expectTooLarge(_ proxy: ProcessHarness, _ bytes: Int) throws {
    let answer = JSONText(try #require(proxy.callAndWait("1", "big", #"{"bytes":\#(bytes)}"#)))
    #expect(answer.isError == true)
    #expect(answer.reason == "result_too_large")
    #expect(answer.failure?["executed"] as? String == "yes")
    #expect(JSONText(try #require(proxy.callAndWait("2", "echo", #"{"text":"x"}"#))).content == "x")
  }

  @Test func `members the proxy does not know go through`() throws {
    let script = """
      import sys, json
      for line in sys.stdin:
          m = json.loads(line)
          if m.get("method") == "initialize":
              r = {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}},
                   "serverInfo": {"name": "p", "version": "1"}}
          elif m.get("method") == "tools/list":
              r = {"tools": [{"name": "raw", "inputSchema": {"type": "object"}}]}
          elif m.get("method") == "tools/call":
              r = {"content": [{"type": "text", "text": line}]}
          else:
              continue
          print(json.dumps({"jsonrpc": "2.0", "id": m["id"], "result": r}), flush=True)
      """
    let path = try home.write(script, to: "raw.py")
    let proxy = try ProcessHarness.proxy(command: ["/usr/bin/env", "python3", path], home: home)
    proxy.initialize()
    proxy.send(
      #"{"x-extra":[1.0],"params":{"_meta":{"vendor/key":{"a":1},"traceparent":"00-a"},"#
        + #""task":{},"name":"raw"},"#
        + #""id":"q","jsonrpc":"2.0","method":"tools/call"}"#
    )
    let answer = JSONText(try #require(proxy.answer(#""q""#)))
    let line = try #require(answer.content)
    #expect(
      line.replacing(/"id":\d+/, with: "\"id\":N")
        == #"{"x-extra":[1.0],"params":{"_meta":{"vendor/key":{"a":1},"traceparent":"00-a"},"#
        + #""task":{},"name":"raw"},"#
        + #""id":N,"jsonrpc":"2.0","method":"tools/call"}"# + "\n"
    )
  }
}
