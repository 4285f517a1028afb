import Foundation
import MCPProxy
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The real program, told to misbehave.
@Suite(.timeLimit(.minutes(10))) struct ExampleFaultTests {
  @Test func `a call may end the process, after earlier ones are answered`() throws {
    let server = try ProcessHarness.exampleServer("--die-on echo:2")
    server.initialize()
    for id in 1...3 { server.call("\(id)", "echo", #"{"text":"x"}"#) }
    #expect(server.collect().count == 1)
    #expect(server.waitForExit() == .code(1))
    #expect(server.stderrText == "example-server: exits, as told: call 2 of echo\n")
  }

  @Test(arguments: [("--die-on add", "add", 0), ("", "crash", 0), ("--die-after 2", "echo", 2)])
  func `the process ends when told`(options: String, tool: String, answers: Int) throws {
    let server = try ProcessHarness.exampleServer(options)
    server.initialize()
    for id in 1...3 { server.call("\(id)", tool, #"{"text":"x","a":1,"b":2}"#) }
    #expect(server.collect().count == answers)
    #expect(server.waitForExit() == .code(1))
    #expect(server.stderrText.hasPrefix("example-server: exits, as told: "))
  }

  @Test func `errors and refusals replace the answer of their tool only`() throws {
    let server = try ProcessHarness.exampleServer(
      "--error-on echo --error-on price:-32000 --refuse-on big --hang-on slow"
    )
    server.initialize()
    server.call("1", "slow", #"{"ms":0}"#)
    server.call("2", "echo", #"{"text":"x"}"#)
    server.call("3", "price", "{}")
    server.call("4", "big", #"{"bytes":1}"#)
    server.call("5", "add", #"{"a":1,"b":2}"#)
    let lines = server.collect { $0.contains(#""id":5"#) }
    #expect(
      lines.prefix(3) == [
        #"{"jsonrpc":"2.0","id":2,"error":{"code":-32603,"message":"echo fails, as told"}}"#,
        #"{"jsonrpc":"2.0","id":3,"error":{"code":-32000,"message":"price fails, as told"}}"#,
        #"{"jsonrpc":"2.0","id":4,"result":{"content":[{"type":"text","text":"429 Too Many "#
          + #"Requests: try again in 1 s"}],"isError":true,"_meta":{"retryAfterMs":1000}}}"#,
      ]
    )
    #expect(lines.count == 4)
  }

  @Test func `the ledger has a line for each execution and none for a refusal`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    for round in 1...2 {
      let server = try ProcessHarness.exampleServer(
        "--ledger \(path) --refuse-on big --hang-on slow --error-on price --die-on write_note:2"
      )
      server.initialize()
      server.call("1", "big", #"{"bytes":1}"#)
      server.call("2", "nope", "{}")
      server.call("3", "slow", #"{"ms":0}"#)
      server.call("4", "price", "{}")
      server.call(#""a""#, "echo", #"{"text":"\#(String(repeating: "y", count: 200))"}"#)
      server.call("5", "write_note", #"{ "text":"round \#(round)" }"#)
      server.call("6", "write_note", #"{"text":"last"}"#)
      server.call("7", "echo", #"{"text":"too late"}"#)
      #expect(server.waitForExit() == .code(1))
    }
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let echoed = #"{"text":""# + String(repeating: "y", count: 91)
    #expect(
      lines
        == (1...2).flatMap { round in
          [
            "slow\t3\t{\"ms\":0}", "price\t4\t{}", "echo\t\"a\"\t\(echoed)",
            "write_note\t5\t{ \"text\":\"round \(round)\" }", "write_note\t6\t{\"text\":\"last\"}",
          ]
        }
    )
  }

  @Test func `junk goes before each answer of a call`() throws {
    let server = try ProcessHarness.exampleServer("--junk")
    server.initialize()
    server.call("1", "echo", #"{"text":"x"}"#)
    #expect(server.nextLine() == "this line is not JSON")
    #expect(server.nextLine()?.hasPrefix(#"{"jsonrpc":"2.0","id":1,"#) == true)
  }

  @Test func `standard error is flooded before anything is read`() throws {
    let server = try ProcessHarness.exampleServer("--stderr-flood 1000050")
    #expect(server.initialize() != nil)
    #expect(server.stderrText.utf8.count == 1_000_050)
  }

  @Test func `a start may fail, hang or take its time`() throws {
    let failing = try ProcessHarness.exampleServer("--exit-start 3")
    #expect(failing.waitForExit() == .code(3))
    #expect(failing.stderrText == "example-server: exits at the start, as told\n")
    let hanging = try ProcessHarness.exampleServer("--hang-start")
    #expect(hanging.send(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#))
    #expect(hanging.nextLine() != nil)
    hanging.send(initializeLine())
    hanging.send(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#)
    #expect(hanging.nextLine() == #"{"jsonrpc":"2.0","id":2,"result":{}}"#)
    let slow = try ProcessHarness.exampleServer("--start-delay 100")
    let start = ContinuousClock.now
    #expect(slow.initialize() != nil)
    #expect(ContinuousClock.now - start >= .milliseconds(100))
  }

  @Test func `SIGTERM and the end of input may be survived`() throws {
    let deaf = try ProcessHarness.exampleServer("--ignore-term --ignore-eof")
    deaf.initialize()
    deaf.signal(SIGTERM)
    deaf.call("1", "slow", #"{"ms":1}"#)
    deaf.closeInput()
    // Answered in its time, after the end of input.
    #expect(deaf.nextLine()?.contains("answered after 1 ms") == true)
    #expect(deaf.waitForExit(timeout: .zero) == nil)
    deaf.signal(SIGKILL)
    #expect(deaf.waitForExit() == .signal(SIGKILL))
    let polite = try ProcessHarness.exampleServer()
    polite.initialize()
    polite.signal(SIGTERM)
    #expect(polite.waitForExit() == .signal(SIGTERM))
  }

  @Test func `a grandchild stays behind in the group and keeps the pipes open`() throws {
    let server = try ProcessHarness.exampleServer("--grandchild")
    server.initialize()
    server.closeInput()
    #expect(server.waitForExit() == .code(0))
    #expect(server.outputHasEnded == false)
    kill(-server.process, SIGKILL)
    #expect(server.nextLine() == nil)
    #expect(server.outputHasEnded)
  }

  @Test func `the server ends when nobody reads`() throws {
    let server = try ProcessHarness.exampleServer()
    server.initialize()
    server.closeOutput()
    server.send(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
    #expect(server.waitForExit() == .code(0))
  }

  @Test func `wrong arguments end with the usage text and its exit code`() throws {
    let wrong = try ProcessHarness.exampleServer("--nonsense")
    #expect(wrong.waitForExit() == .code(64))
    #expect(wrong.stderrText.hasPrefix("example-server: unknown option --nonsense\n\nusage: "))
    #expect(wrong.nextLine() == nil)
    let asking = try ProcessHarness.exampleServer("--help")
    #expect(asking.nextLine()?.hasPrefix("usage: mcp-proxy example-server") == true)
    #expect(asking.waitForExit() == .code(0))
    #expect(asking.stderrText == "")
    let nowhere = try ProcessHarness.exampleServer("--ledger /nowhere/at/all")
    #expect(nowhere.waitForExit() == .code(73))
  }
}
