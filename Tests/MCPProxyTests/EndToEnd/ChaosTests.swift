import Foundation
import MCPProxy
import Testing

/// Faults injected into the real program, with an example server that is well behind it.
@Suite(.timeLimit(.minutes(10))) struct ChaosTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  private var ledger: String { home.file("ledger") }
  private var executions: Int { home.text("ledger").split(separator: "\n").count }

  /// One server "a" without a prefix, with faults; handshake done.
  private func proxy(
    _ chaos: [String],
    _ members: String = "",
    rest: String = ""
  ) throws -> ProcessHarness {
    let extra = members.isEmpty ? "" : ",\(members)"
    let text =
      #"{"mcpServers":{"a":{"prefix":"","command":"\#(ProcessHarness.program)","#
      + #""args":["example-server","--ledger","\#(ledger)"]\#(extra)}}\#(rest)}"#
    let proxy = try ProcessHarness(
      ProcessHarness.program,
      ["run", "--config", try home.write(text, to: "mcp-proxy.json")] + chaos,
      environment: ProcessHarness.environment(home: home)
    )
    proxy.initialize()
    _ = proxy.listTools()
    return proxy
  }

  private func usage() -> [JSONText] { home.lines(below: "usage").map { JSONText($0) } }

  /// What one call of an unsafe tool comes to, whether it ran, and what the log says of the fault.
  @Test(
    arguments: [
      ("delay=50ms", nil, "ok", 1), ("slow=50ms", nil, "ok", 1), ("duplicate", nil, "ok", 1),
      ("stderr-flood", nil, "ok", 1), ("error", "injected", "unavailable", 0),
      ("drop", "timeout", "timeout", 0), ("garbage", "timeout", "timeout", 1),
      ("truncate", "invalid_answer", "unavailable", 1), ("wrong-id", "timeout", "timeout", 1),
      ("429=2s", nil, "tool_error", 0),
    ] as [(String, String?, String, Int)]
  )
  func `a fault has its effect and its mark`(
    rule: String,
    reason: String?,
    status: String,
    runs: Int
  ) throws {
    // Only what is to run out of time has little of it, however busy the machine is.
    let timeout = reason == "timeout" ? "500ms" : "1m"
    let proxy = try proxy(
      ["--chaos", "\(rule),limit=1"],
      #""retry":{"attempts":1},"tools":{"write_note":{"timeout":"\#(timeout)"}}"#
    )
    let hit = JSONText(try #require(proxy.callAndWait("1", "write_note", #"{"text":"x"}"#)))
    #expect(hit.reason == reason)
    let spared = JSONText(try #require(proxy.callAndWait("2", "echo", #"{"text":"y"}"#)))
    #expect(spared.content == "y")
    #expect(proxy.finish() == [])
    #expect(executions == runs + 1)
    let lines = usage()
    #expect(lines.map { $0.string("status") } == [status, "ok"])
    let mode = String(rule.prefix { $0 != "=" })
    #expect(lines.map { $0["injected"] as? [String] } == [[mode], []])
    if mode == "429" {
      #expect(hit.isError == true)
      #expect(hit.meta?["retryAfterMs"] as? Int == 2000)
    }
    if mode == "error" {
      #expect(hit.failure?["code"] as? Int == 1099)
      #expect(hit.failure?["executed"] as? String == "no")
    }
  }

  @Test func `a killed server is replaced and an unsafe call is not repeated`() throws {
    let proxy = try proxy(["--chaos", "kill,limit=1"], #""restart":{"base":"10ms"}"#)
    let hit = JSONText(try #require(proxy.callAndWait("1", "write_note", #"{"text":"x"}"#)))
    #expect(hit.reason == "server_died")
    #expect(hit.failure?["executed"] as? String == "unknown")
    let next = JSONText(try #require(proxy.callAndWait("2", "write_note", #"{"text":"y"}"#)))
    #expect(next.content == "note 1 written")
    #expect(proxy.finish() == [])
    #expect(usage().map { $0["injected"] as? [String] } == [["kill"], []])
  }

  @Test func `a failed call that may be repeated is, and each fault leaves its mark`() throws {
    let proxy = try proxy(["--chaos", "error,limit=2"], #""retry":{"base":"1ms"}"#)
    let answer = JSONText(try #require(proxy.callAndWait("1", "write_note", #"{"text":"x"}"#)))
    // It was certainly not sent twice, so even this tool is tried a third time.
    #expect(answer.content == "note 1 written")
    #expect(proxy.finish() == [])
    #expect(usage().map { $0["injected"] as? [String] } == [["error", "error"]])
  }

  @Test func `dropped calls and pings open the breaker like silence does`() throws {
    let proxy = try proxy(
      ["--chaos", "drop:a"],
      #""timeout":"300ms","retry":{"attempts":1},"#
        + #""breaker":{"consecutive":2,"open":"1h","perTool":false}"#
    )
    var reasons: [String] = []
    for number in 1...20 where reasons.last != "breaker_open" {
      let answer = JSONText(try #require(proxy.callAndWait("\(number)", "echo", #"{"text":"x"}"#)))
      reasons.append(answer.reason ?? "none")
    }
    #expect(reasons.prefix(2) == ["timeout", "timeout"])
    #expect(reasons.last == "breaker_open")
  }

  @Test func `whatever a server says behind a slow answer waits for it`() throws {
    let proxy = try proxy(["--chaos", "slow:a/echo=300ms"])
    proxy.call("1", "echo", #"{"text":"x"}"#)
    proxy.call("2", "price", "{}")
    #expect(proxy.finish().map { JSONText($0).id } == ["1", "2"])
    let delayed = try proxyOfDelay()
    delayed.call("1", "echo", #"{"text":"x"}"#)
    delayed.call("2", "price", "{}")
    #expect(delayed.finish().map { JSONText($0).id } == ["2", "1"])
  }

  private func proxyOfDelay() throws -> ProcessHarness { try proxy(["--chaos=delay:a/echo=2s"]) }

  @Test func `the same seed hits the same calls`() throws {
    func hits(_ seed: String) throws -> [Bool] {
      let home = try TemporaryFolder()
      let proxy = try ProcessHarness(
        ProcessHarness.program,
        ["run", "--chaos", "stderr-flood,p=0.5", "--chaos-seed", seed, "--"]
          + [ProcessHarness.program, "example-server"],
        environment: ProcessHarness.environment(home: home)
      )
      proxy.initialize()
      for number in 1...24 { _ = proxy.callAndWait("\(number)", "echo", #"{"text":"x"}"#) }
      #expect(proxy.finish() == [])
      return home.lines(below: "usage").map { JSONText($0)["injected"] as? [String] != [] }
    }
    let first = try hits("7")
    #expect(first.count == 24)
    #expect(try hits("7") == first)
    #expect(try hits("8") != first)
  }

  // MARK: Switching it on

  private static let rules = #","chaos":["error:a,limit=1"]"#

  @Test func `rules of the configuration sleep without the option`() throws {
    let proxy = try proxy([], rest: Self.rules)
    let answer = JSONText(try #require(proxy.callAndWait("1", "echo", #"{"text":"x"}"#)))
    #expect(answer.content == "x")
    #expect(proxy.finish() == [])
    #expect(usage().map { $0["injected"] == nil } == [true])
    #expect(proxy.stderrText == "")
  }

  @Test func `the option wakes the rules of the configuration and says so`() throws {
    let proxy = try proxy(["--chaos"], #""retry":{"attempts":1}"#, rest: Self.rules)
    let answer = JSONText(try #require(proxy.callAndWait("1", "echo", #"{"text":"x"}"#)))
    #expect(answer.reason == "injected")
    #expect(proxy.finish() == [])
    #expect(
      proxy.stderrText
        == "mcp-proxy: chaos is active (seed 1), faults are injected on purpose: error:a,limit=1\n"
    )
  }

  @Test(arguments: [
    (["--chaos"], "--chaos: the configuration has no chaos rules; give one, as in"),
    (["--chaos", "dely"], #"chaos rule "dely": no mode "dely"; did you mean "delay"?"#),
    (["--chaos", "drop:b"], #"chaos rule "drop:b": "b" is not a server"#),
    (["--chaos-seed", "7"], "--chaos-seed needs --chaos"),
    (["--chaos-seed", "x", "--chaos", "drop"], #"--chaos-seed needs a number, not "x""#),
  ])
  func `what cannot be injected is refused`(options: [String], message: String) throws {
    let file = try home.write(
      #"{"mcpServers":{"a":{"command":"\#(ProcessHarness.program)"}}}"#,
      to: "mcp-proxy.json"
    )
    let proxy = try ProcessHarness(
      ProcessHarness.program,
      ["run", "--config", file] + options,
      environment: ProcessHarness.environment(home: home)
    )
    #expect(proxy.waitForExit() == .code(64))
    #expect(proxy.stderrText.hasPrefix("mcp-proxy: \(message)"), "\(proxy.stderrText)")
  }
}
