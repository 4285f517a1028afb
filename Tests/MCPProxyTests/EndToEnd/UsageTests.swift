import Foundation
import MCPProxy
import Testing

/// What the real program leaves in its usage log.
@Suite(.timeLimit(.minutes(10))) struct UsageTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  @Test func `every call leaves one line, however it ended`() throws {
    let proxy = try ProcessHarness.guarded(
      "--error-on price",
      #""retry":{"attempts":1},"concurrency":{"max":2,"queue":1},"#
        + #""tools":{"hang":{"timeout":"400ms"}}"#,
      home: home
    )
    _ = proxy.callAndWait("1", "echo", #"{"text":"x"}"#)
    _ = proxy.callAndWait(#""two""#, "fail", #"{"message":"m"}"#)
    _ = proxy.callAndWait("3", "price", "{}")
    _ = proxy.callAndWait("4", "nope", "{}")
    // In one piece: a slow machine must not let one run out of time before the next comes.
    let hanging = (5...8).map { number in
      #"{"jsonrpc":"2.0","id":\#(number),"method":"tools/call","params":{"name":"hang"}}"#
    }
    let cancel = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}}"#
    proxy.send((hanging + [cancel]).joined(separator: "\n"))
    proxy.send(#"{"jsonrpc":"2.0","id":9,"method":"ping"}"#)
    proxy.send(#"{"jsonrpc":"2.0","id":10,"method":"tools/list"}"#)
    _ = proxy.finish()
    let lines = home.lines(below: "usage").map { JSONText($0) }
    #expect(lines.count == 8)
    let byID = Dictionary(grouping: lines) { $0.string("id") ?? "?" }.mapValues { $0[0] }
    #expect(byID.keys.sorted() == ["1", "3", "4", "5", "6", "7", "8", "two"])
    let statuses = byID.mapValues { $0.string("status") ?? "?" }
    #expect(statuses["1"] == "ok")
    #expect(statuses["two"] == "tool_error")
    #expect(statuses["3"] == "rpc_error")
    #expect(statuses["4"] == "rpc_error")
    #expect(statuses["5"] == "cancelled")
    #expect(statuses["6"] == "timeout")
    #expect(statuses["8"] == "rejected_rate")
    let first = try #require(byID["1"])
    #expect(first.string("method") == "tools/call")
    #expect(first.string("server") == "a")
    #expect(first.string("tool") == "echo")
    #expect(first.string("via") == "a")
    #expect(first["ok"] as? Bool == true)
    #expect(first.string("client") == "tests")
    #expect(first.string("proto") == "2025-11-25")
    #expect(first.string("effect") == "safe")
    #expect(first.string("certainty") == "answered")
    #expect((first["attempts"] as? [Any])?.count == 1)
    #expect(byID["3"]?["rpc_code"] as? Int == -32603)
    #expect(lines.compactMap { $0["seq"] as? Int } == Array(1...8))
    #expect(Set(lines.compactMap { $0.string("run") }).count == 1)
  }

  @Test func `every key is one that the documentation explains`() throws {
    let proxy = try ProcessHarness.guarded("", #""cost":{"perCall":0.5}"#, home: home)
    _ = proxy.callAndWait("1", "price", "{}")
    _ = proxy.finish()
    let line = try #require(home.lines(below: "usage").first)
    let parsed = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    let document = try SourceFile("docs/usage-log.md").lines.joined(separator: "\n")
    for key in (parsed ?? [:]).keys {
      #expect(document.contains("`\(key)`"), "\(key)")
    }
    #expect(parsed?["cost_usd"] as? Double == 0.5)
    #expect(parsed?["cost_source"] as? String == "local")
  }

  @Test func `a price the server names is taken from where the configuration says`() throws {
    let proxy = try ProcessHarness.guarded(
      "",
      #""cost":{"perCall":0.5,"from":"/_meta/usageTotalUsd"}"#,
      home: home
    )
    _ = proxy.callAndWait("1", "price", "{}")
    _ = proxy.callAndWait("2", "echo", #"{"text":"x"}"#)
    _ = proxy.finish()
    let lines = home.lines(below: "usage").map { JSONText($0) }
    #expect(lines.map { $0["cost_usd"] as? Double } == [0.0025, 0.5])
    #expect(lines.map { $0.string("cost_source") } == ["provider", "local"])
  }

  @Test func `strange ids and names still make a line that parses`() throws {
    let proxy = try ProcessHarness.guarded("", "", home: home)
    for (id, name) in [
      (#""\ud83d\ude00\n\"""#, "echo"), ("12345678901234567890123", "echo"),
      (#""a""#, #"n\"\\\u0001é"#),
    ] {
      proxy.call(id, name, #"{"text":"x"}"#)
    }
    _ = proxy.finish()
    let lines = home.lines(below: "usage")
    #expect(lines.count == 3)
    for line in lines { #expect(JSONText(line).string("type") == "call") }
    #expect(JSONText(lines[0]).string("id") != nil)
  }

  @Test func `arguments and results are not written down`() throws {
    let proxy = try ProcessHarness.guarded("", "", home: home)
    _ = proxy.callAndWait("1", "echo", #"{"text":"a secret"}"#)
    _ = proxy.finish()
    #expect(home.lines(below: "usage").count == 1)
    #expect(!home.lines(below: "usage")[0].contains("secret"))
    for file in FileManager.default.enumerator(atPath: home.path)?.allObjects ?? [] {
      #expect(!home.text("\(file)").contains("secret"))
    }
  }

  @Test func `two proxies share one file`() throws {
    let file = home.file("shared.jsonl")
    let proxies = try (0..<2).map { _ in
      let proxy = try ProcessHarness.proxy(
        servers: [("a", "", #""prefix":"""#)],
        rest: #""proxy":{"usage":"\#(file)"}"#,
        home: home
      )
      proxy.initialize()
      return proxy
    }
    for number in 0..<200 {
      for proxy in proxies { proxy.call("\(number)", "echo", #"{"text":"x"}"#) }
    }
    for proxy in proxies { #expect(proxy.finish().count == 200) }
    let lines = home.text("shared.jsonl").split(separator: "\n").map { JSONText(String($0)) }
    #expect(lines.count == 400)
    #expect(lines.allSatisfy { $0.string("type") == "call" })
    #expect(Set(lines.compactMap { $0.string("run") }).count == 2)
  }

  #if !canImport(Darwin)
  @Test func `a full disk fails no call and is told once`() throws {
    let proxy = try ProcessHarness.proxy(
      servers: [("a", "", #""prefix":"""#)],
      rest: #""proxy":{"usage":"/dev/full"}"#,
      home: home
    )
    proxy.initialize()
    for number in 1...5 {
      let answer = JSONText(try #require(proxy.callAndWait("\(number)", "echo", #"{"text":"x"}"#)))
      #expect(answer.content == "x")
    }
    #expect(proxy.finish() == [])
    #expect(proxy.waitForExit() == .code(0))
    #expect(proxy.stderrText.split(separator: "\n").count == 1)
    #expect(proxy.stderrText.contains("No space left on device"))
  }
  #endif

  @Test func `a home that cannot be written to fails no call`() throws {
    let blocked = try home.write("a file, no folder", to: "blocked")
    var environment = ProcessHarness.environment(home: home)
    environment["MCP_PROXY_HOME"] = blocked
    let proxy = try ProcessHarness(
      ProcessHarness.program,
      ["run", "--", ProcessHarness.program, "example-server"],
      environment: environment
    )
    proxy.initialize()
    #expect(JSONText(try #require(proxy.callAndWait("1", "echo", #"{"text":"x"}"#))).content == "x")
    #expect(proxy.finish() == [])
    #expect(proxy.waitForExit() == .code(0))
  }
}
