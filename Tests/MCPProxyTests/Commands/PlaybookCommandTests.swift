import Foundation
import MCPProxy
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// `mcp-proxy chaos` as a user runs it.
@Suite(.timeLimit(.minutes(10))) struct PlaybookCommandTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  /// The command, with a folder of its own for what it leaves behind.
  private func start(_ arguments: [String]) throws -> ProcessHarness {
    try ProcessHarness(
      ProcessHarness.program,
      ["chaos"] + arguments,
      environment: ["TMPDIR": home.path, "MCP_PROXY_HOME": home.file("home"), "PATH": "/bin"]
    )
  }

  private func leftovers() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: home.path)
      .filter { $0.hasPrefix("mcp-proxy-") }
  }

  /// What a run with --json has reported about its servers, and its exit status.
  private func report(
    _ command: ProcessHarness
  ) throws -> (servers: [[String: Any]], status: MCPProxy.ExitStatus?) {
    let line = try #require(command.nextLine(timeout: .seconds(60)), "\(command.stderrText)")
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    let servers = object?["data"] as? [[String: Any]]
    let totals = object?["totals"] as? [String: Any]
    let failed = servers?.count { $0["passed"] as? Bool != true }
    #expect(totals?["playbooks"] as? Int == servers?.count)
    #expect(totals?["failed"] as? Int == failed)
    return (try #require(servers), command.waitForExit())
  }

  private func missed(_ server: [String: Any]?) -> [String] {
    let criteria = server?["criteria"] as? [[String: Any]] ?? []
    return criteria.filter { $0["met"] as? Bool != true }.map {
      "\($0["rule"] ?? "?"): \($0["measured"] ?? "?")"
    }
  }

  /// Played side by side: each waits most of its time.
  @Test func `the configuration of the repository passes every playbook`() throws {
    let file = SourceFile.root.appending(path: "mcp-proxy.json").path()
    let commands = try Playbook.all.map { playbook in
      try start(["--playbook", playbook.name, "--config", file, "--json"])
    }
    for (playbook, command) in zip(Playbook.all, commands) {
      let (servers, status) = try report(command)
      #expect(servers.map { $0["server"] as? String } == ["notes"])
      #expect(servers.first?["playbook"] as? String == playbook.name)
      #expect(missed(servers.first) == [], "\(playbook.name)")
      #expect(servers.first?["lost"] as? Int == 0)
      #expect(servers.first?["duplicated"] as? Int == 0)
      #expect(status == .code(0))
    }
    #expect(try leftovers() == [])
  }

  @Test func `a slow server without a fallback fails, one with a fallback passes`() throws {
    let file = try home.write(
      #"{"mcpServers":{"alone":{"command":"nothing-of-this-name"},"#
        + #""other":{"command":"x","fallback":"spare"},"#
        + #""spare":{"command":"${NOT_SET}","hidden":true}}}"#,
      to: "mcp-proxy.json"
    )
    let commands = try ["alone", "other"].map { name in
      try start(["--playbook", "server-slow", "--server", name, "-c", file, "--json"])
    }
    let (alone, failure) = try report(commands[0])
    #expect(failure == .code(1))
    #expect(missed(alone.first).first?.hasPrefix("answered: at least 99 %: ") == true)
    // Refused or failed, but told so: nothing is lost and nothing runs twice.
    #expect(alone.first?["lost"] as? Int == 0)
    #expect(alone.first?["duplicated"] as? Int == 0)
    let (other, success) = try report(commands[1])
    #expect(missed(other.first) == [])
    #expect(success == .code(0))
    #expect(try leftovers() == [])
  }

  @Test func `each listed server has its turn`() throws {
    let file = try home.write(
      #"{"mcpServers":{"a":{"command":"x"},"off":{"command":"x","disabled":true},"#
        + #""b":{"command":"y"},"c":{"command":"z","hidden":true}}}"#,
      to: "mcp-proxy.json"
    )
    let (servers, status) = try report(
      try start(["--playbook", "concurrent-calls", "-c", file, "--json"])
    )
    #expect(servers.map { $0["server"] as? String } == ["a", "b"])
    #expect(status == .code(0))
  }

  @Test func `a report for people fits a terminal`() throws {
    let file = SourceFile.root.appending(path: "mcp-proxy.json").path()
    let command = try start(["--playbook", "concurrent-calls", "-c", file])
    let lines = command.collect()
    #expect(command.waitForExit() == .code(0), "\(command.stderrText)")
    #expect(lines.first == #"concurrent-calls: server "notes""#)
    #expect(lines.last == "  verdict      passed")
    #expect(lines.filter { $0.count > 80 } == [])
  }

  @Test func `an interrupted playbook leaves nothing behind`() throws {
    let file = SourceFile.root.appending(path: "mcp-proxy.json").path()
    let command = try start(["--playbook", "server-slow", "-c", file])
    #expect(eventually { (try? leftovers().isEmpty) == false })
    command.signal(SIGINT)
    #expect(command.waitForExit() == .code(130))
    #expect(try leftovers() == [])
  }

  @Test func `without a playbook it lists what there is`() throws {
    for options in [[], ["--list"]] {
      let command = try start(options)
      let text = command.collect().joined(separator: "\n")
      #expect(command.waitForExit() == .code(0))
      for playbook in Playbook.all { #expect(text.contains("  \(playbook.name) ")) }
    }
    let command = try start(["--list", "--json"])
    let list = JSONText(try #require(command.nextLine()))
    #expect((list["data"] as? [[String: Any]])?.count == Playbook.all.count)
  }

  @Test(
    arguments: [
      (
        ["--playbook", "server-don"], 64, #"no playbook "server-don"; did you mean "server-down"?"#
      ),
      (["--playbook"], 64, #"no playbook "", there are server-down, server-slow, "#),
      (["--seed", "x"], 64, #"--seed needs a number, not "x""#),
      (["--server"], 64, "--server needs a name"),
      (["--chaos", "drop"], 64, "--chaos is no option of this command"),
      (["--playbook", "server-down", "--server", "b"], 64, #"--server: "b" is no server whose"#),
      (["--playbook", "server-down", "-c", "/nowhere.json"], 66, "/nowhere.json: "),
    ] as [([String], Int32, String)]
  )
  func `wrong arguments are refused`(
    arguments: [String],
    code: Int32,
    message: String
  ) throws {
    let file = try home.write(#"{"mcpServers":{"a":{"command":"x"}}}"#, to: "mcp-proxy.json")
    let place = arguments.contains("-c") ? [] : ["-c", file]
    let command = try start(place + arguments)
    #expect(command.waitForExit() == .code(code))
    #expect(command.stderrText.hasPrefix("mcp-proxy: \(message)"), "\(command.stderrText)")
  }

  @Test func `a configuration without a server is said to have none`() throws {
    let file = try home.write(
      #"{"mcpServers":{"a":{"command":"x","disabled":true}}}"#,
      to: "mcp-proxy.json"
    )
    let command = try start(["--playbook", "server-down", "-c", file])
    #expect(command.waitForExit() == .code(78))
    #expect(command.stderrText.contains("there is no server to play with"))
  }

  @Test(arguments: [[], ["--real"]])
  func `a configuration of hidden servers alone cannot be played`(more: [String]) throws {
    let file = try home.write(
      #"{"mcpServers":{"a":{"command":"x","hidden":true}}}"#,
      to: "mcp-proxy.json"
    )
    let command = try start(["--playbook", "server-down", "-c", file] + more)
    #expect(command.waitForExit() == .code(1))
    #expect(
      command.stderrText == "mcp-proxy: \(file): only hidden servers can be started; "
        + "a playbook breaks one whose tools the client sees\n"
    )
  }

  @Test func `real servers are asked for read-only tools alone`() throws {
    let ledger = home.file("ledger")
    let file = try home.write(
      #"{"mcpServers":{"a":{"command":"\#(ProcessHarness.program)","args":["example-server","#
        + #""--ledger","\#(ledger)","--tools","echo,write_note"]}}}"#,
      to: "mcp-proxy.json"
    )
    let command = try start(["--playbook", "concurrent-calls", "--real", "-c", file])
    _ = command.collect()
    #expect(command.waitForExit() == .code(0), "\(command.stderrText)")
    let tools = home.text("ledger").split(separator: "\n").map { $0.prefix { $0 != "\t" } }
    #expect(tools.count == 64)
    #expect(Set(tools) == ["echo"])
  }

  @Test func `a stand-in has the tools its server listed last`() throws {
    let file = try home.write(
      #"{"mcpServers":{"a":{"command":"\#(ProcessHarness.program)","#
        + #""args":["example-server","--tools","write_note"]}}}"#,
      to: "mcp-proxy.json"
    )
    let proxy = try ProcessHarness(
      ProcessHarness.program,
      ["run", "-c", file],
      environment: ["MCP_PROXY_HOME": home.file("home"), "PATH": "/bin"]
    )
    proxy.initialize()
    #expect(JSONText(try #require(proxy.listTools())).toolNames == ["a__write_note"])
    #expect(proxy.finish() == [])
    #expect(proxy.waitForExit() == .code(0))
    // Its only tool is not safe: no call of it that was caught may be repeated, be it one that the
    // fault hit or one beside it.
    let (servers, _) = try report(
      try start(["--playbook", "server-down", "-c", file, "--json"])
    )
    let hit = servers.first?["hit"] as? Int ?? 0
    #expect(hit > 0)
    #expect((servers.first?["may_have_run"] as? Int ?? 0) >= hit)
    #expect(servers.first?["repeated"] as? Int == 0)
    #expect(servers.first?["duplicated"] as? Int == 0)
  }
}
