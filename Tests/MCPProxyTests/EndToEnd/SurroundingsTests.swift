import Foundation
import MCPProxy
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Whoever starts the proxy may leave it strange signals and streams.
@Suite(.timeLimit(.minutes(10))) struct SurroundingsTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  // MARK: Signals

  @Test(arguments: [(SIGTERM, 0), (SIGHUP, 0), (SIGINT, 130)] as [(Int32, Int32)])
  func `a signal that was blocked at the start ends the proxy`(signal: Int32, code: Int32) throws {
    let proxy = try start(["run", "--", ProcessHarness.program, "example-server"], blocked: signal)
    proxy.initialize()
    #expect(proxy.callAndWait("1", "echo", #"{"text":"x"}"#) != nil)
    proxy.signal(signal)
    #expect(proxy.waitForExit() == .code(code))
  }

  @Test func `how a server ended is known although SIGCHLD was blocked at the start`() throws {
    let script = "echo no token >&2; exit 3"
    let proxy = try start(["run", "--", "/bin/sh", "-c", script], blocked: SIGCHLD)
    proxy.initialize()
    _ = proxy.listTools()
    proxy.closeInput()
    #expect(proxy.waitForExit() == .code(0))
    #expect(proxy.stderrText.contains(#""sh" exited (code 3): no token"#), "\(proxy.stderrText)")
  }

  @Test func `a hang-up that is to be ignored is ignored`() throws {
    let proxy = try shell(#"trap "" HUP; exec "$0" run -- "$0" example-server"#)
    proxy.initialize()
    proxy.signal(SIGHUP)
    #expect(proxy.callAndWait("1", "echo", #"{"text":"x"}"#) != nil)
    proxy.signal(SIGTERM)
    #expect(proxy.waitForExit() == .code(0))
  }

  // MARK: Streams

  @Test(arguments: [
    ("</", "messages cannot be read: read: Is a directory"),
    ("<\"$1\" >/dev/full", "client cannot be answered: write: No space left on device"),
  ])
  func `a stream that cannot be used is no success`(words: String, text: String) throws {
    #if canImport(Darwin)
    if words.contains("full") { return }
    #endif
    let requests = try home.write(initializeLine() + "\n", to: "requests")
    let proxy = try shell(#"exec "$0" run -- "$0" example-server \#(words)"#, requests)
    #expect(proxy.waitForExit() == .code(74))
    #expect(proxy.stderrText.contains("mcp-proxy: error: the client"), "\(proxy.stderrText)")
    #expect(proxy.stderrText.contains(text), "\(proxy.stderrText)")
  }

  @Test func `a log named /dev/stdout stays out of the protocol`() throws {
    let proxy = try ProcessHarness.proxyFile(
      #"{"mcpServers":{"a":{"command":"\#(ProcessHarness.program)","args":["example-server"]},"#
        + #""bad":{"url":"https://x.example"}},"#
        + #""proxy":{"log":{"file":"/dev/stdout","level":"debug"}}}"#,
      home: home
    )
    proxy.send(initializeLine())
    let lines = proxy.finish()
    #expect(proxy.waitForExit() == .code(0))
    #expect(lines.map { JSONText($0).id } == ["0"], "\(lines)")
    #expect(proxy.stderrText.contains(#"warn: endpoint "bad" "#), "\(proxy.stderrText)")
  }

  #if !canImport(Darwin)
  @Test func `complaints that nobody reads hold nothing up`() throws {
    let entries = (0..<800).map { #""server\#($0)":{"command":"x","comand":1}"# }
    let proxy = try ProcessHarness.proxyFile(
      #"{"mcpServers":{\#(entries.joined(separator: ","))}}"#,
      home: home
    )
    // Waiting for its end by other means would read what it says.
    #expect(eventually { !isAlive(proxy.process) })
    #expect(proxy.waitForExit() == .code(78))
    #expect(proxy.stderrText.contains(#"unknown key "comand""#))
  }
  #endif

  private func shell(_ script: String, _ words: String...) throws -> ProcessHarness {
    try ProcessHarness(
      "/bin/sh",
      ["-c", script, ProcessHarness.program] + words,
      environment: ProcessHarness.environment(home: home)
    )
  }

  private func start(_ arguments: [String], blocked: Int32) throws -> ProcessHarness {
    try ProcessHarness(
      ProcessHarness.program,
      arguments,
      environment: ProcessHarness.environment(home: home),
      blocked: [blocked]
    )
  }
}
