import Foundation
import MCPProxy
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The guards around a real endpoint: time, breakers, limits, queue.
@Suite(.timeLimit(.minutes(10))) struct GuardTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  private var ledger: String { "--ledger \(home.file("ledger"))" }
  private func executions(of tool: String) -> Int {
    home.text("ledger").split(separator: "\n").count { $0.hasPrefix("\(tool)\t") }
  }

  // MARK: Time

  @Test func `an unsafe call without an answer times out and may have run`() throws {
    let proxy = try ProcessHarness.guarded(ledger, #""timeout":"200ms""#, home: home)
    let answer = JSONText(try #require(proxy.callAndWait("1", "hang", "{}")))
    #expect(answer.isError == true)
    #expect(answer.reason == "timeout")
    #expect(answer.failure?["code"] as? Int == 1005)
    #expect(answer.failure?["executed"] as? String == "unknown")
    #expect(answer.content?.contains("It may have run.") == true)
    #expect(proxy.finish() == [])
    #expect(executions(of: "hang") == 1)
    let usage = JSONText(try #require(home.lines(below: "usage").first))
    #expect(usage.string("status") == "timeout")
    #expect(usage.string("certainty") == "unknown")
  }

  @Test func `a server is told when its call has timed out`() throws {
    let tracer = try Tracer(home)
    let script = "tee -a \"$0\" | exec \"$@\""
    let proxy = try ProcessHarness.proxyFile(
      #"{"mcpServers":{"a":{"prefix":"","timeout":"200ms","command":"/bin/sh","#
        + #""args":["-c",\#(quoted(script)),"#
        + #""\#(home.file("trace"))","\#(ProcessHarness.program)","example-server"]}}}"#,
      home: home
    )
    proxy.initialize()
    proxy.call("1", "hang", "{}")
    let sent = try #require(tracer.nextCall())
    let told = JSONText(try #require(tracer.next("notifications/cancelled")))
    #expect(told.params?["requestId"] as? Int == Int(sent.id ?? ""))
    #expect(JSONText(try #require(proxy.answer("1"))).reason == "timeout")
  }

  private func quoted(_ text: String) -> String {
    "\"" + text.replacingOccurrences(of: "\"", with: "\\\"") + "\""
  }

  @Test func `a late answer is ignored`() throws {
    let proxy = try ProcessHarness.guarded(
      "--delay 600",
      #""timeout":"200ms","retry":{"attempts":1}"#,
      home: home
    )
    let first = JSONText(try #require(proxy.callAndWait("1", "write_note", #"{"text":"x"}"#)))
    #expect(first.reason == "timeout")
    proxy.call("2", "slow", #"{"ms":0}"#)
    #expect(proxy.finish().map { JSONText($0).id } == ["2"])
  }

  @Test func `a tool's own time limit holds for it alone`() throws {
    let proxy = try ProcessHarness.guarded(
      "",
      #""tools":{"hang":{"timeout":"100ms"}}"#,
      home: home
    )
    proxy.call("1", "slow", #"{"ms":400}"#)
    proxy.call("2", "hang", "{}")
    let lines = proxy.finish().map { JSONText($0) }
    #expect(lines.map(\.id) == ["2", "1"])
    #expect(lines.map(\.reason) == ["timeout", nil])
  }

  // MARK: Breakers

  @Test func `a tool that fails within shuts itself and no other`() throws {
    let proxy = try ProcessHarness.guarded(
      "--error-on write_note \(ledger)",
      #""breaker":{"consecutive":3,"open":"30s"}"#,
      home: home
    )
    for number in 1...3 {
      let answer = JSONText(
        try #require(proxy.callAndWait("\(number)", "write_note", #"{"text":"x"}"#))
      )
      #expect(answer.errorCode == -32603)
    }
    let refused = JSONText(try #require(proxy.callAndWait("4", "write_note", #"{"text":"x"}"#)))
    #expect(refused.reason == "tool_open")
    #expect(refused.failure?["executed"] as? String == "no")
    #expect((refused.failure?["retryAfterMs"] as? Int ?? 0) > 0)
    #expect(JSONText(try #require(proxy.callAndWait("5", "echo", #"{"text":"x"}"#))).content == "x")
    #expect(executions(of: "write_note") == 3)
  }

  @Test func `a tool's own word for its failure opens nothing`() throws {
    let proxy = try ProcessHarness.guarded("", #""breaker":{"consecutive":2}"#, home: home)
    for number in 1...10 {
      let answer = JSONText(
        try #require(proxy.callAndWait("\(number)", "fail", #"{"message":"m"}"#))
      )
      #expect(answer.isError == true)
      #expect(answer.failure == nil)
    }
  }

  @Test func `silence opens the breaker, and the end of silence closes it`() throws {
    let proxy = try ProcessHarness.guarded(
      ledger,
      #""timeout":"300ms","retry":{"attempts":1},"#
        + #""breaker":{"consecutive":2,"open":"500ms","maxOpen":"500ms"}"#,
      home: home
    )
    let server = try #require(children(of: proxy.process).first { isExampleServer($0) })
    kill(server, SIGSTOP)
    var reasons: [String] = []
    for number in 1...20 where reasons.last != "breaker_open" {
      let answer = JSONText(try #require(proxy.callAndWait("\(number)", "echo", #"{"text":"x"}"#)))
      reasons.append(answer.reason ?? "none")
      if reasons.count >= 2 { _ = poll(nil, 0, 50) }
    }
    #expect(reasons.first == "timeout")
    #expect(reasons.last == "breaker_open")
    kill(server, SIGCONT)
    var content: String?
    let closes = eventually {
      content = proxy.callAndWait("99", "echo", #"{"text":"x"}"#).flatMap { JSONText($0).content }
      return content == "x"
    }
    #expect(closes)
    // It was the same process all the time.
    #expect(isAlive(server))
  }

  private func isExampleServer(_ process: Int32) -> Bool {
    let words = (try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8)) ?? ""
    return words.contains("example-server")
  }

  @Test func `a process that stays silent is replaced`() throws {
    let proxy = try ProcessHarness.guarded(
      "",
      #""timeout":"200ms","retry":{"attempts":1},"restart":{"base":"10ms"},"#
        + #""breaker":{"consecutive":1,"open":"100ms","maxOpen":"100ms"}"#,
      home: home
    )
    let server = try #require(children(of: proxy.process).first { isExampleServer($0) })
    kill(server, SIGSTOP)
    proxy.call("1", "echo", #"{"text":"x"}"#)
    #expect(eventually { !isAlive(server) })
    let works = eventually {
      proxy.callAndWait("2", "echo", #"{"text":"x"}"#).map { JSONText($0).content == "x" } ?? false
    }
    #expect(works)
  }

  @Test func `a server switched off by its mode is not called`() throws {
    let proxy = try ProcessHarness.guarded(ledger, #""breaker":{"mode":"forcedOpen"}"#, home: home)
    let answer = JSONText(try #require(proxy.callAndWait("1", "echo", #"{"text":"x"}"#)))
    #expect(answer.reason == "breaker_open")
    #expect(answer.failure?["retryAfterMs"] == nil)
    #expect(executions(of: "echo") == 0)
  }

  // MARK: Limits

  @Test func `a full bucket rejects when told to`() throws {
    let proxy = try ProcessHarness.guarded(
      ledger,
      #""rateLimit":{"calls":2,"per":"1m","burst":2,"onLimit":"reject"}"#,
      home: home
    )
    let answers = try (1...4).map { number in
      JSONText(try #require(proxy.callAndWait("\(number)", "echo", #"{"text":"x"}"#)))
    }
    #expect(answers.map(\.reason) == [nil, nil, "rate_limited", "rate_limited"])
    let wait = try #require(answers.last?.failure?["retryAfterMs"] as? Int)
    #expect(wait > 25_000 && wait <= 30_000)
    #expect(executions(of: "echo") == 2)
    _ = proxy.finish()
    let statuses = home.lines(below: "usage").compactMap { JSONText($0).string("status") }
    #expect(statuses == ["ok", "ok", "rejected_rate", "rejected_rate"])
  }

  @Test func `an empty bucket is waited for, in order`() throws {
    let proxy = try ProcessHarness.guarded(
      ledger,
      #""rateLimit":{"calls":20,"per":"1s","burst":1}"#,
      home: home
    )
    let start = ContinuousClock.now
    for number in 1...5 { proxy.call("\(number)", "echo", #"{"text":"x"}"#) }
    let lines = proxy.finish().map { JSONText($0) }
    #expect(lines.map(\.id) == ["1", "2", "3", "4", "5"])
    #expect(lines.allSatisfy { $0.content == "x" })
    #expect(ContinuousClock.now - start >= .milliseconds(200))
  }

  @Test func `a token that comes too late is a matter of the limit, not of places`() throws {
    let proxy = try ProcessHarness.guarded(
      "",
      #""rateLimit":{"calls":1,"per":"400ms","burst":1},"concurrency":{"wait":"600ms"}"#,
      home: home
    )
    let calls = (1...3).map { number in
      #"{"jsonrpc":"2.0","id":\#(number),"method":"tools/call","#
        + #""params":{"name":"echo","arguments":{"text":"x"}}}"#
    }
    // Together: the third waits behind the second, and no longer than that may wait.
    proxy.send(calls.joined(separator: "\n"))
    let last = JSONText(try #require(proxy.answer("3")))
    #expect(last.reason == "rate_limited")
    #expect(last.content?.hasPrefix(#"Limit for "a" reached (1 call per 0.4 s, burst 1)."#) == true)
  }

  @Test func `a full queue refuses at once and a place that comes too late, too`() throws {
    let proxy = try ProcessHarness.guarded(
      ledger,
      #""concurrency":{"max":1,"queue":1,"wait":"300ms"}"#,
      home: home
    )
    for number in 1...3 { proxy.call("\(number)", "hang", "{}") }
    let full = JSONText(try #require(proxy.nextLine()))
    #expect(full.id == "3")
    #expect(full.reason == "queue_full")
    #expect(full.content == #""a" is busy: 1 calls running, 1 waiting. This call was not sent."#)
    let late = JSONText(try #require(proxy.nextLine()))
    #expect(late.id == "2")
    #expect(late.reason == "queue_full")
    #expect(late.failure?["executed"] as? String == "no")
    #expect(executions(of: "hang") == 1)
  }

  // MARK: Repeats

  @Test func `a safe call is tried again after an inner error, an unsafe one is not`() throws {
    let proxy = try ProcessHarness.guarded(
      "--error-on echo --error-on write_note \(ledger)",
      #""retry":{"attempts":3,"base":"1ms"},"breaker":{"perTool":false}"#,
      home: home
    )
    #expect(
      JSONText(try #require(proxy.callAndWait("1", "echo", #"{"text":"x"}"#))).errorCode == -32603
    )
    #expect(
      JSONText(try #require(proxy.callAndWait("2", "write_note", #"{"text":"x"}"#))).errorCode
        == -32603
    )
    #expect(executions(of: "echo") == 3)
    #expect(executions(of: "write_note") == 1)
  }

  @Test func `the configuration's word counts more than the server's`() throws {
    let proxy = try ProcessHarness.guarded(
      "--error-on echo --error-on write_note \(ledger)",
      #""retry":{"attempts":3,"base":"1ms"},"breaker":{"perTool":false},"#
        + #""tools":{"echo":{"safe":false},"write_note":{"safe":true}}"#,
      home: home
    )
    _ = proxy.callAndWait("1", "echo", #"{"text":"x"}"#)
    _ = proxy.callAndWait("2", "write_note", #"{"text":"x"}"#)
    #expect(executions(of: "echo") == 1)
    #expect(executions(of: "write_note") == 3)
  }
}
