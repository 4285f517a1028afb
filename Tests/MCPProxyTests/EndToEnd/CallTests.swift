import Foundation
import MCPProxy
import Testing

/// Calls side by side: order, duplicates, cancelling, progress.
@Suite(.timeLimit(.minutes(10))) struct CallTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  @Test func `a slow call does not delay a fast one`() throws {
    let proxy = try ProcessHarness.openProxy(home: home)
    proxy.call("1", "slow", #"{"ms":300}"#)
    proxy.call("2", "echo", #"{"text":"x"}"#)
    let lines = proxy.finish().map { JSONText($0) }
    #expect(lines.map(\.id) == ["2", "1"])
  }

  @Test func `an id that is in flight twice is answered twice`() throws {
    let proxy = try ProcessHarness.openProxy(home: home)
    proxy.call("1", "slow", #"{"ms":30}"#)
    proxy.call("1", "echo", #"{"text":"x"}"#)
    let lines = proxy.finish().map { JSONText($0) }
    #expect(lines.map(\.id) == ["1", "1"])
    #expect(Set(lines.compactMap(\.content)) == ["x", "answered after 30 ms"])
  }

  @Test func `an unknown tool is a protocol error with its name`() throws {
    let proxy = try ProcessHarness.openProxy(home: home)
    let answer = JSONText(try #require(proxy.callAndWait("1", "nope", "{}")))
    #expect(answer.errorCode == -32602)
    #expect(answer.errorMessage == "Unknown tool: nope")
  }

  @Test(arguments: [
    #"{}"#, #"{"name":5,"arguments":{}}"#, #"{"name":"echo","arguments":[]}"#,
    #"{"name":"echo","arguments":"x"}"#, #"{"name":"echo","arguments":null}"#, #"{"name":""}"#,
  ])
  func `parameters that make no call are refused`(params: String) throws {
    let proxy = try ProcessHarness.openProxy("--ledger \(home.file("ledger"))", home: home)
    proxy.send(#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":\#(params)}"#)
    #expect(JSONText(try #require(proxy.answer("3"))).errorCode == -32602)
    _ = proxy.finish()
    #expect(home.text("ledger") == "")
    #expect(home.lines(below: "usage").count == 1)
  }

  @Test(arguments: ["[]", "5", #""x""#, "null"])
  func `parameters that are no object are refused`(params: String) throws {
    let proxy = try ProcessHarness.openProxy(home: home)
    proxy.send(#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":\#(params)}"#)
    let code = JSONText(try #require(proxy.answer("3"))).errorCode
    #expect(code == -32602 || code == -32600)
  }

  @Test func `a name written with escapes is the same name`() throws {
    let proxy = try ProcessHarness.openProxy(home: home)
    #expect(
      JSONText(try #require(proxy.callAndWait("1", #"\u0065cho"#, #"{"text":"x"}"#))).content == "x"
    )
  }

  // MARK: Cancelling

  @Test func `a call in flight that is cancelled is never answered, and its server is told`() throws
  {
    let tracer = try Tracer(home)
    let proxy = try tracer.proxy()
    proxy.call("7", "hang", "{}")
    let sent = try #require(tracer.nextCall())
    proxy.send(
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","#
        + #""params":{"requestId":7,"reason":"no \u00e9"}}"#
    )
    let told = JSONText(try #require(tracer.next("notifications/cancelled")))
    // The server knows the call by the proxy's id, not by the client's.
    #expect(told.params?["requestId"] as? Int == Int(sent.id ?? ""))
    #expect(told.params?["reason"] as? String == "no é")
    #expect(proxy.finish() == [])
    #expect(proxy.waitForExit() == .code(0))
    let usage = try #require(home.lines(below: "usage").first)
    #expect(JSONText(usage).string("status") == "cancelled")
  }

  @Test func `a call in the queue that is cancelled is never sent`() throws {
    let proxy = try ProcessHarness.guarded(
      "--ledger \(home.file("ledger"))",
      #""concurrency":{"max":1,"queue":5,"wait":"30s"}"#,
      home: home
    )
    proxy.call("1", "slow", #"{"ms":200}"#)
    proxy.call("2", "write_note", #"{"text":"never"}"#)
    proxy.call("3", "echo", #"{"text":"after"}"#)
    proxy.cancel("2")
    let lines = proxy.finish().map { JSONText($0) }
    #expect(lines.map(\.id) == ["1", "3"])
    #expect(!home.text("ledger").contains("write_note"))
    let statuses = home.lines(below: "usage").map { JSONText($0) }
    #expect(statuses.compactMap { $0.string("status") }.sorted() == ["cancelled", "ok", "ok"])
    #expect(
      statuses.first { $0.string("status") == "cancelled" }?.string("certainty") == "not_sent"
    )
  }

  @Test func `a call between two attempts that is cancelled is not repeated`() throws {
    let proxy = try ProcessHarness.guarded(
      "--error-on echo --ledger \(home.file("ledger"))",
      #""retry":{"attempts":3,"base":"20s","cap":"20s"},"breaker":{"perTool":false}"#,
      home: home
    )
    proxy.call("1", "echo", #"{"text":"x"}"#)
    #expect(eventually { home.text("ledger").contains("echo") })
    proxy.send(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#)
    _ = proxy.nextLine()
    proxy.cancel("1")
    let start = ContinuousClock.now
    #expect(proxy.finish() == [])
    #expect(ContinuousClock.now - start < .seconds(15))
    #expect(home.text("ledger").split(separator: "\n").count == 1)
    #expect(JSONText(home.lines(below: "usage").first ?? "").string("status") == "cancelled")
  }

  @Test func `cancelling after the answer, or twice, changes nothing`() throws {
    let proxy = try ProcessHarness.openProxy(home: home)
    _ = proxy.callAndWait("1", "echo", #"{"text":"x"}"#)
    proxy.cancel("1")
    proxy.call("2", "hang", "{}")
    proxy.cancel("2")
    proxy.cancel("2")
    #expect(JSONText(try #require(proxy.callAndWait("1", "echo", #"{"text":"y"}"#))).content == "y")
    #expect(proxy.finish() == [])
    #expect(home.lines(below: "usage").count == 3)
  }

  @Test func `a call that waits for its server is cancelled too`() throws {
    let proxy = try ProcessHarness.proxy(
      "--start-delay 400 --ledger \(home.file("ledger"))",
      home: home
    )
    proxy.initialize()
    proxy.call("1", "write_note", #"{"text":"never"}"#)
    proxy.cancel("1")
    proxy.call("2", "echo", #"{"text":"x"}"#)
    #expect(proxy.finish().map { JSONText($0).id } == ["2"])
    #expect(!home.text("ledger").contains("never"))
  }

  @Test func `a list that is cancelled is not answered`() throws {
    let proxy = try ProcessHarness.proxy("--start-delay 300", home: home)
    proxy.initialize()
    proxy.send(#"{"jsonrpc":"2.0","id":4,"method":"tools/list"}"#)
    proxy.cancel("4")
    #expect(proxy.finish() == [])
  }

  // MARK: Progress

  @Test(arguments: [#""token é""#, "5", "9007199254740993123", #""\u0041""#, "0"])
  func `progress comes under the client's token and never after the answer`(token: String) throws {
    let proxy = try ProcessHarness.openProxy(home: home)
    proxy.send(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","#
        + #""params":{"_meta":{"progressToken":\#(token)},"#
        + #""name":"slow","arguments":{"ms":300}}}"#
    )
    let lines = proxy.finish()
    #expect(JSONText(lines.last ?? "").id == "1")
    let reports = lines.dropLast()
    #expect(reports.count >= 2)
    #expect(reports.allSatisfy { $0.contains(#""progressToken":\#(token),"#) })
    let values = reports.compactMap { JSONText($0).params?["progress"] as? Int }
    #expect(values == Set(values).sorted())
    #expect(values.last == 9)
  }

  @Test func `no progress is reported to a client that did not ask`() throws {
    let proxy = try ProcessHarness.openProxy(home: home)
    proxy.call("1", "slow", #"{"ms":100}"#)
    #expect(proxy.finish().count == 1)
  }

  @Test func `progress gives a call more time`() throws {
    let proxy = try ProcessHarness.guarded(
      "",
      #""timeout":{"call":"400ms","max":"20s"}"#,
      home: home
    )
    proxy.send(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"progressToken":1},"#
        + #""name":"slow","arguments":{"ms":1500}}}"#
    )
    #expect(JSONText(try #require(proxy.answer("1"))).content == "answered after 1500 ms")
  }
}
