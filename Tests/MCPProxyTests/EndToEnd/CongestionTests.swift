import Foundation
import MCPProxy
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A client that is behind with reading holds up what is for it, and nothing else.
@Suite(.timeLimit(.minutes(10))) struct CongestionTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  private func starts() -> [Int32] {
    home.text("starts").split(separator: "\n").compactMap { Int32($0) }
  }

  private func usage(_ tool: String) -> [JSONText] {
    home.lines(below: "usage").map { JSONText($0) }.filter { $0.string("tool") == tool }
  }

  /// A server that floods the client, and one that writes down its process's id and its calls.
  private func proxy() throws -> ProcessHarness {
    let command = #"echo $$ >> "$0"; exec "$@""#.replacing("\"", with: "\\\"")
    let proxy = try ProcessHarness.proxyFile(
      #"{"mcpServers":{"#
        + #""flood":{"command":"\#(ProcessHarness.program)","args":["example-server"]},"#
        + #""b":{"command":"/bin/sh","restart":{"base":"10ms"},"args":["-c","\#(command)","#
        + #""\#(home.file("starts"))","\#(ProcessHarness.program)","example-server","--ledger","#
        + #""\#(home.file("ledger"))"]}},"proxy":{"log":{"level":"info"}}}"#,
      home: home
    )
    proxy.initialize()
    _ = proxy.listTools()
    return proxy
  }

  @Test(arguments: [false, true])
  func `the end of a server is noticed while the client does not read`(isBusy: Bool) throws {
    let proxy = try proxy()
    if isBusy {
      proxy.call("100", "b__hang", "{}")
      #expect(eventually { home.text("ledger").contains("hang") })
    }
    for number in 1...10 {
      proxy.sendWithoutReading(
        #"{"jsonrpc":"2.0","id":\#(number),"method":"tools/call","params":{"name":"flood__big","#
          + #""arguments":{"bytes":1000000}}}"#
      )
    }
    // From then on more waits for the client than may.
    #expect(eventually { usage("big").count >= 5 })
    #expect(kill(try #require(starts().first), SIGKILL) == 0)
    #expect(eventually { starts().count == 2 })
    let ready = "endpoint \"b\" is ready"
    #expect(
      eventually { home.text("logs/mcp-proxy.log").split(separator: ready).count == 3 }
    )
    if isBusy { #expect(eventually { usage("hang").first?.string("status") == "unavailable" }) }
    // It was behind all the time, and has missed nothing.
    #expect(usage("big").count < 10)
    let ids = (1...10).map(String.init) + (isBusy ? ["100"] : [])
    var answered: [String] = []
    while answered.count < ids.count, let line = proxy.nextLine() {
      let answer = JSONText(line)
      if answer.id == "100" { #expect(answer.reason == "server_died") }
      answer.id.map { answered.append($0) }
    }
    #expect(answered.sorted() == ids.sorted())
    #expect(JSONText(proxy.callAndWait("7", "b__echo", #"{"text":"x"}"#) ?? "").content == "x")
    #expect(proxy.finish() == [])
    #expect(proxy.waitForExit() == .code(0))
  }
}
