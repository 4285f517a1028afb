import Foundation
import MCPProxy
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Corners where two rules meet: no queue and a start, two effects, a full pipe and an end.
@Suite(.timeLimit(.minutes(10))) struct ReviewTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  private func ledger(_ name: String) -> String { "--ledger \(home.file(name))" }

  private func executions(_ ledger: String) -> Int {
    home.text(ledger).split(separator: "\n").count
  }

  // MARK: No queue

  /// Several calls in one write, so that none can end before the next is seen.
  private func callTogether(_ proxy: ProcessHarness, _ numbers: ClosedRange<Int>, ms: Int) {
    let lines = numbers.map { number in
      #"{"jsonrpc":"2.0","id":\#(number),"method":"tools/call","params":"#
        + #"{"name":"slow","arguments":{"ms":\#(ms)}}}"# + "\n"
    }
    proxy.send(bytes: Array(lines.joined().utf8))
  }

  private func answers(_ proxy: ProcessHarness, _ count: Int) -> [String: JSONText] {
    let lines = (0..<count).compactMap { _ in proxy.nextLine() }.map { JSONText($0) }
    return Dictionary(lines.map { ($0.id ?? "", $0) }) { first, _ in first }
  }

  @Test func `without a queue a second call in flight is refused and the next one served`() throws {
    let proxy = try ProcessHarness.guarded(
      ledger("all"),
      #""concurrency":{"max":1,"queue":0}"#,
      home: home
    )
    callTogether(proxy, 1...2, ms: 500)
    let both = answers(proxy, 2)
    #expect(both["1"]?.content == "answered after 500 ms")
    #expect(both["2"]?.reason == "queue_full")
    #expect(both["2"]?.failure?["executed"] as? String == "no")
    let third = try #require(proxy.callAndWait("3", "slow", #"{"ms":0}"#))
    #expect(JSONText(third).content == "answered after 0 ms")
    #expect(proxy.finish() == [])
    #expect(executions("all") == 2)
  }

  @Test(arguments: [1, 3])
  func `without a queue as many calls outlast a start as have a place`(places: Int) throws {
    let limit = #""concurrency":{"max":\#(places),"queue":0}"#
    // A stored list, so that calls are on their way before the server is up.
    _ = try ProcessHarness.guarded("--start-delay 700", limit, home: home).finish()
    let start = ContinuousClock.now
    let proxy = try ProcessHarness.guarded("--start-delay 700", limit, home: home)
    callTogether(proxy, 1...places + 1, ms: 100)
    let all = answers(proxy, places + 1)
    #expect(ContinuousClock.now - start > .milliseconds(700))
    for number in 1...places {
      #expect(all["\(number)"]?.content == "answered after 100 ms", "\(number)")
    }
    #expect(all["\(places + 1)"]?.reason == "queue_full")
    let next = try #require(proxy.callAndWait("99", "slow", #"{"ms":0}"#))
    #expect(JSONText(next).content == "answered after 0 ms")
  }

  // MARK: Effects that differ

  /// A call of `echo`, safe at "a" and not at "b", both of which misbehave over it.
  private func callWithUnsafeStandIn(_ misbehaviour: String, _ members: String) throws -> JSONText {
    let retry = #""retry":{"attempts":3,"base":"1ms"},"restart":{"base":"1ms"}"#
    let proxy = try ProcessHarness.proxy(
      servers: [
        ("a", "\(misbehaviour) \(ledger("first"))", #""fallback":["b"],"prefix":"",\#(retry)"#),
        ("b", "--die-on echo \(ledger("second"))", #""hidden":true,\#(members),\#(retry)"#),
      ],
      home: home
    )
    proxy.initialize()
    _ = proxy.listTools()
    let answer = JSONText(try #require(proxy.callAndWait("1", "echo", #"{"text":"x"}"#)))
    #expect(proxy.finish() == [])
    return answer
  }

  private static let unsafe = [#""tools":{"echo":{"safe":false}}"#, #""annotations":"ignore""#]

  @Test(arguments: unsafe)
  func `a stand-in whose tool is not safe runs it once, and the client is told`(
    members: String
  ) throws {
    let answer = try callWithUnsafeStandIn("--die-on echo", members)
    #expect(executions("first") == 1)
    #expect(executions("second") == 1)
    #expect(answer.isError == true)
    #expect(answer.reason == "server_died")
    #expect(answer.failure?["executed"] as? String == "unknown")
    #expect(answer.content?.contains("may have run") == true)
  }

  @Test(arguments: unsafe)
  func `an earlier error does not hide that an unsafe stand-in may have run`(
    members: String
  ) throws {
    let answer = try callWithUnsafeStandIn("--error-on echo", members)
    #expect(executions("second") == 1)
    #expect(answer.failure?["executed"] as? String == "unknown")
  }

  // MARK: Ends

  #if !canImport(Darwin)
  /// Resident memory in kilobytes.
  private func memory(of process: Int32) -> Int {
    let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  }

  @Test(arguments: [(SIGTERM, 0), (SIGINT, 130)] as [(Int32, Int32)])
  func `a client that no longer reads does not keep a signal from ending the proxy`(
    signal: Int32,
    code: Int32
  ) throws {
    let proxy = try ProcessHarness.guarded(
      "--ignore-term --ignore-eof --grandchild",
      "",
      home: home
    )
    let processes = children(of: proxy.process)
    #expect(processes.count == 2)
    let before = memory(of: proxy.process)
    for number in 1...12 { proxy.call("\(number)", "big", #"{"bytes":1000000}"#) }
    #expect(eventually { memory(of: proxy.process) - before > 4096 })
    proxy.closeInput()
    let start = ContinuousClock.now
    proxy.signal(signal)
    // Waiting for it through the harness would read its output.
    #expect(eventually { !isAlive(proxy.process) })
    #expect(ContinuousClock.now - start < .seconds(8))
    for process in processes { #expect(eventually { kill(-process, 0) != 0 }) }
    #expect(proxy.collect().count < 12)
    #expect(proxy.waitForExit() == .code(code))
  }
  #endif

  // MARK: Floods

  private static let floods = [
    #"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"debug","data":1}}"#,
    #"{"jsonrpc":"2.0","method":"notifications/no/such"}"#,
    #"{"jsonrpc":"2.0","id":999999,"result":{}}"#,
    "junk", "[", "",
  ]

  @Test(.serialized, arguments: floods)
  func `a server that does nothing but write keeps nobody waiting`(line: String) throws {
    let script = "while :; do echo \"$0\"; done"
    let proxy = try ProcessHarness.proxy(command: ["/bin/sh", "-c", script, line], home: home)
    try expectService(proxy)
  }

  @Test(.serialized, arguments: floods.dropLast())
  func `a server that floods once it is ready keeps nobody waiting`(line: String) throws {
    let path = try home.write(Self.tinyServer, to: "tiny.sh")
    let flood = line.replacingOccurrences(of: "\"", with: "\\\"")
    let proxy = try ProcessHarness.proxyFile(
      #"{"mcpServers":{"a":{"command":"/bin/sh","args":["\#(path)","flood","\#(flood)"]},"#
        + #""ok":{"command":"\#(ProcessHarness.program)","args":["example-server"]}}}"#,
      home: home
    )
    try expectService(proxy) {
      #expect(JSONText(try #require(proxy.listTools())).toolNames.contains("ok__echo"))
      let answer = JSONText(try #require(proxy.callAndWait("1", "ok__echo", #"{"text":"x"}"#)))
      #expect(answer.content == "x")
    }
  }

  /// Handshake, pings and the end of input are attended to, and nothing is left.
  private func expectService(_ proxy: ProcessHarness, _ more: () throws -> Void = {}) throws {
    #expect(JSONText(try #require(proxy.initialize())).result != nil)
    try more()
    for number in 1...3 {
      proxy.send(#"{"jsonrpc":"2.0","id":"p\#(number)","method":"ping"}"#)
      let answer = JSONText(try #require(proxy.answer(#""p\#(number)""#)))
      #expect(answer.result?.isEmpty == true)
    }
    let processes = children(of: proxy.process)
    proxy.closeInput()
    #expect(proxy.waitForExit() == .code(0))
    for process in processes { #expect(eventually { kill(-process, 0) != 0 }) }
  }

  // MARK: Additions to a result

  /// One safe tool "t": $1 says whether a call is answered with $2, ends the server, or whether
  /// $2 is written without end once the tools were listed.
  private static let tinyServer = """
    say() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\\n' "$id" "$1"; }
    while IFS= read -r line; do
      id=${line#*'"id":'}; id=${id%%[,\\}]*}
      case $line in
      *'"initialize"'*)
        say '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},\
    "serverInfo":{"name":"t","version":"1"}}' ;;
      *'"tools/list"'*)
        say '{"tools":[{"name":"t","inputSchema":{"type":"object"},\
    "annotations":{"readOnlyHint":true}}]}'
        [ "$1" != flood ] || exec yes "$2" ;;
      *'"tools/call"'*) [ "$1" = answer ] || exit 1; say "$2" ;;
      esac
    done
    """

  @Test(arguments: [
    #"{"content":[],"_meta":null}"#, #"{"_meta":null,"content":[]}"#, #"{"_meta":null}"#,
    #"{ "_meta" : null }"#, #"{"_meta":"x","content":[]}"#, #"{"_meta":[1],"content":[]}"#,
    #"{"content":[],"_meta":{}}"#, #"{"_meta":{ },"content":[]}"#, #"{"_meta":{"k":1}}"#,
    "{}", "{ }", #"{"content":[]}"#, #"{"_meta":{"mcp-proxy/servedBy":"x","k":1}}"#,
    #"{"content":[],"_meta":{"k":1,"mcp-proxy\/servedBy":null}}"#,
  ])
  func `whatever a stand-in's result looks like, who gave it is added`(result: String) throws {
    let path = try home.write(Self.tinyServer, to: "tiny.sh")
    let text = result.replacingOccurrences(of: "\"", with: "\\\"")
    let proxy = try ProcessHarness.proxyFile(
      #"{"mcpServers":{"a":{"command":"/bin/sh","args":["\#(path)","die"],"prefix":"","#
        + #""fallback":["b"]},"b":{"command":"/bin/sh","#
        + #""args":["\#(path)","answer","\#(text)"],"hidden":true}}}"#,
      home: home
    )
    proxy.initialize()
    #expect(JSONText(try #require(proxy.listTools())).toolNames == ["t"])
    let line = try #require(proxy.callAndWait("1", "t", "{}"))
    let answer = JSONText(line)
    #expect(answer.meta?["mcp-proxy/servedBy"] as? String == "b", "\(line)")
    #expect(answer.meta?["k"] as? Int == (result.contains("\"k\"") ? 1 : nil))
    #expect(answer.result?["content"] as? [String] == [])
    #expect(line.components(separatedBy: "\"_meta\"").count == 2, "\(line)")
    #expect(line.components(separatedBy: "servedBy").count == 2, "\(line)")
  }
}
