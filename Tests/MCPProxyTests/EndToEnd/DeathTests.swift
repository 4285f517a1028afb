import Foundation
import MCPProxy
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Servers that die, never start, talk nonsense or do not read.
@Suite(.timeLimit(.minutes(10))) struct DeathTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  private var ledger: String { "--ledger \(home.file("ledger"))" }
  private func executions(of tool: String) -> Int {
    home.text("ledger").split(separator: "\n").count { $0.hasPrefix("\(tool)\t") }
  }

  @Test func `an unsafe call that kills its server may have run and is not repeated`() throws {
    let proxy = try ProcessHarness.guarded(
      "--die-on write_note \(ledger)",
      #""restart":{"base":"10ms"}"#,
      home: home
    )
    let answer = JSONText(try #require(proxy.callAndWait("1", "write_note", #"{"text":"x"}"#)))
    #expect(answer.reason == "server_died")
    #expect(answer.failure?["executed"] as? String == "unknown")
    #expect(answer.content?.contains("The call may have run.") == true)
    #expect(
      answer.content?.contains("exited (code 1)") == true
        || answer.content?.contains("code 1") == true
    )
    #expect(JSONText(try #require(proxy.callAndWait("2", "echo", #"{"text":"x"}"#))).content == "x")
    _ = proxy.finish()
    #expect(executions(of: "write_note") == 1)
  }

  @Test func `what a server did is told, not how that was noticed`() throws {
    // Some writes of the first request fail before the exit is seen, others do not.
    let entries = (0..<20).map { number in
      #""s\#(number)":{"command":"/bin/sh","args":["-c","exit 3"],"restart":{"max":0}}"#
    }
    let proxy = try ProcessHarness.proxyFile(
      "{\"mcpServers\":{\(entries.joined(separator: ","))}}",
      home: home
    )
    proxy.initialize()
    #expect(eventually { proxy.stderrText.split(separator: "\n").count == 20 })
    let lines = proxy.stderrText.split(separator: "\n")
    #expect(lines.filter { !$0.hasSuffix("exited (code 3)") } == [])
  }

  @Test func `all calls in flight of a server that dies are answered`() throws {
    let proxy = try ProcessHarness.guarded("--die-on crash", "", home: home)
    for number in 1...5 { proxy.call("\(number)", "hang", "{}") }
    proxy.call("6", "crash", "{}")
    let lines = (0..<6).compactMap { _ in proxy.nextLine() }.map { JSONText($0) }
    #expect(lines.compactMap(\.id).sorted() == ["1", "2", "3", "4", "5", "6"])
    #expect(lines.allSatisfy { $0.reason == "server_died" })
  }

  @Test func `a safe call of a server that dies is answered by its fallback`() throws {
    let proxy = try ProcessHarness.proxy(
      servers: [
        ("a", "--die-on echo --die-on write_note \(ledger)", #""fallback":["b"],"prefix":"""#),
        ("b", "\(ledger)", #""hidden":true"#),
      ],
      home: home
    )
    proxy.initialize()
    _ = proxy.listTools()
    let safe = JSONText(try #require(proxy.callAndWait("1", "echo", #"{"text":"x"}"#)))
    #expect(safe.content == "x")
    #expect(safe.meta?["mcp-proxy/servedBy"] as? String == "b")
    #expect(executions(of: "echo") == 2)
    // The server is down, so that the call is not sent to it, and the other may take it.
    let unsafe = JSONText(try #require(proxy.callAndWait("2", "write_note", #"{"text":"x"}"#)))
    #expect(unsafe.meta?["mcp-proxy/servedBy"] as? String == "b" || unsafe.reason == "server_died")
    #expect(executions(of: "write_note") == 1)
    _ = proxy.finish()
    let first = try #require(home.lines(below: "usage").map { JSONText($0) }.first)
    #expect(first.string("via") == "b")
    let attempts = try #require(first["attempts"] as? [[String: Any]])
    #expect(attempts.map { $0["endpoint"] as? String } == ["a", "b"])
    #expect(attempts.map { $0["certainty"] as? String } == ["unknown", "answered"])
    #expect(attempts.map { $0["reason"] as? String } == ["server_died", nil])
  }

  @Test func `an unsafe call in flight does not go to the fallback`() throws {
    let proxy = try ProcessHarness.proxy(
      servers: [
        ("a", "--die-on write_note \(ledger)", #""fallback":["b"],"prefix":"""#),
        ("b", "\(ledger)", #""hidden":true"#),
      ],
      home: home
    )
    proxy.initialize()
    _ = proxy.listTools()
    let answer = JSONText(try #require(proxy.callAndWait("1", "write_note", #"{"text":"x"}"#)))
    #expect(answer.reason == "server_died")
    _ = proxy.finish()
    #expect(executions(of: "write_note") == 1)
  }

  @Test(arguments: ["/nowhere/at/all", "no-such-command-anywhere"])
  func `a command that is not there is named`(command: String) throws {
    let proxy = try ProcessHarness.proxyFile(
      #"{"mcpServers":{"gone":{"command":"\#(command)"}},"proxy":{"catalog":"live"}}"#,
      home: home
    )
    proxy.initialize()
    #expect(JSONText(try #require(proxy.listTools())).toolNames == [])
    #expect(JSONText(try #require(proxy.callAndWait("1", "gone__x", "{}"))).errorCode == -32602)
    #expect(eventually { proxy.stderrText.contains(command) })
  }

  /// A server whose tools are stored and that no longer starts.
  private func brokenProxy(_ members: String) throws -> ProcessHarness {
    let script =
      "[ -e \(home.file("broken")) ] && { echo 'no license found' >&2; exit 7; }; "
      + "exec \(ProcessHarness.program) example-server"
    let text =
      #"{"mcpServers":{"a":{"prefix":"","command":"/bin/sh","args":["-c","\#(script)"],"#
      + members + "}}}"
    let first = try ProcessHarness.proxyFile(text, home: home)
    first.initialize()
    _ = first.listTools()
    _ = first.finish()
    _ = try home.write("", to: "broken")
    let proxy = try ProcessHarness.proxyFile(text, home: home)
    proxy.initialize()
    return proxy
  }

  @Test func `a server that cannot start any more crashes, and the reason is its last words`()
    throws
  {
    let proxy = try brokenProxy(#""restart":{"base":"1ms","cap":"1ms","max":3,"within":"60s"}"#)
    #expect(JSONText(try #require(proxy.listTools())).toolNames.contains("echo"))
    var answer: JSONText?
    let crashes = eventually {
      answer = proxy.callAndWait("1", "echo", #"{"text":"x"}"#).map { JSONText($0) }
      return answer?.reason == "crashed"
    }
    #expect(crashes)
    #expect(answer?.content?.contains("no license found") == true)
    #expect(answer?.failure?["executed"] as? String == "no")
    #expect((answer?.failure?["retryAfterMs"] as? Int ?? 0) > 200_000)
  }

  @Test func `a call that waits for a start that fails for good is answered`() throws {
    let proxy = try brokenProxy(
      #""restart":{"base":"50ms","max":2,"within":"60s"},"timeout":"10s""#
    )
    let answer = JSONText(try #require(proxy.callAndWait("1", "echo", #"{"text":"x"}"#)))
    #expect(answer.isError == true)
    #expect(answer.failure?["executed"] as? String == "no")
  }

  @Test func `a start that hangs ends in time`() throws {
    let proxy = try ProcessHarness.guarded(
      "--hang-start",
      #""timeout":{"call":"2s","start":"300ms"},"restart":{"max":0}"#,
      home: home
    )
    #expect(JSONText(try #require(proxy.listTools())).toolNames == [])
    #expect(eventually { proxy.stderrText.contains("did not") })
  }

  // MARK: Noise

  @Test func `junk on standard output is survived`() throws {
    let proxy = try ProcessHarness.guarded("--junk", "", home: home)
    for number in 1...50 {
      let answer = JSONText(try #require(proxy.callAndWait("\(number)", "echo", #"{"text":"x"}"#)))
      #expect(answer.content == "x")
    }
  }

  @Test func `a flood on standard error is survived and its end is quoted`() throws {
    let proxy = try ProcessHarness.guarded("--stderr-flood 3000000", "", home: home)
    #expect(JSONText(try #require(proxy.callAndWait("1", "echo", #"{"text":"x"}"#))).content == "x")
    // What a healthy server logs is not shown to the user.
    #expect(proxy.stderrText == "")
  }

  @Test func `a server that reads nothing fills up and its calls are refused`() throws {
    let script = """
      read line
      printf '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25",'
      echo '"capabilities":{"tools":{}},"serverInfo":{"name":"d","version":"1"}}}'
      read line; read line
      printf '{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"eat",'
      echo '"inputSchema":{"type":"object"}}]}}'
      exec sleep 997
      """
    let path = try home.write(script, to: "deaf.sh")
    let proxy = try ProcessHarness.proxyFile(
      #"{"mcpServers":{"deaf":{"command":"/bin/sh","args":["\#(path)"],"#
        + #""prefix":"","timeout":"1s"},"#
        + #""ok":{"command":"\#(ProcessHarness.program)","args":["example-server"]}}}"#,
      home: home
    )
    proxy.initialize()
    _ = proxy.listTools()
    let text = String(repeating: "x", count: 400_000)
    for number in 1...12 { proxy.call("\(number)", "eat", #"{"text":"\#(text)"}"#) }
    // Another server is not held up.
    proxy.call("20", "ok__echo", #"{"text":"x"}"#)
    let lines = (0..<13).compactMap { _ in proxy.nextLine() }.map { JSONText($0) }
    #expect(lines.first { $0.id == "20" }?.content == "x")
    #expect(lines.compactMap(\.id).count == 13)
    #expect(
      Set(lines.compactMap(\.reason)).isSubset(of: [
        "timeout", "queue_full", "breaker_open", "tool_open", "server_died",
      ])
    )
    #expect(lines.contains { $0.reason == "queue_full" })
  }
}
