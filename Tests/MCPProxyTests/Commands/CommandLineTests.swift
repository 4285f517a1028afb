import Foundation
import MCPProxy
import Testing

/// What the command line refuses, and what `run` says before it serves.
@Suite(.timeLimit(.minutes(10)))
struct CommandLineTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  @Test(
    arguments: [
      (["chek"], #"unknown command "chek"; did you mean "check"?"#),
      (["https://x.example/mcp"], "this is the Swift mcp-proxy, which does not bridge URLs; "),
      (["run", "npx", "server"], #"unexpected "npx"; a file is given with --config FILE, "#),
      (["check", "a.json", "b.json"], #"unexpected "b.json""#),
      (["run", "--confg", "a"], #"unknown option "--confg"; did you mean "--config"?"#),
      (["run", "--config"], "--config needs a file"),
      (["run", "-c", ""], "--config needs a file"),
      (["check", "--config="], "--config needs a file"),
      (["demo", "--config", "a.json"], "--config is no option of this command"),
      (["run", "--config", "a.json", "--", "cat"], "--config and a command behind"),
      (["run", "--"], #"a command is missing behind "--""#),
      (["help", "bogus"], #"there is no help about "bogus""#),
      (["help", "chek"], #"there is no help about "chek"; did you mean "check"?"#),
      (["help", "exit-code"], #"there is no help about "exit-code"; did you mean "exit-codes"?"#),
      (["help", "run", "check"], #"unexpected "check""#),
      (["check", "-v"], "-v is no option of this command"),
      (["demo", "--quiet"], "--quiet is no option of this command"),
      (["chaos", "-q"], "-q is no option of this command"),
      (["schema", "--verbose"], "--verbose is no option of this command"),
      (["version", "-c", "a"], "-c is no option of this command"),
      (["run", "--json"], "--json is no option of this command"),
      (["demo", "--json"], "--json is no option of this command"),
    ] as [([String], String)]
  )
  func `wrong arguments are refused with the way out`(arguments: [String], message: String) throws {
    let command = try start(arguments)
    #expect(command.waitForExit() == .code(64))
    #expect(command.stderrText.hasPrefix("mcp-proxy: \(message)"), "\(command.stderrText)")
    #expect(command.stderrText.hasSuffix("\nSee: mcp-proxy help\n"))
  }

  @Test(arguments: [["help"], ["chaos", "--list"]] + HelpCommand.topics.map { ["help", $0] })
  func `help fits a terminal of 80 columns`(arguments: [String]) throws {
    let help = try start(arguments)
    let lines = help.collect()
    #expect(help.waitForExit() == .code(0))
    #expect(lines.count > 3)
    #expect(lines.filter { $0.count > 80 } == [])
    #expect(lines.first?.isEmpty == false && lines.last?.isEmpty == false)
  }

  @Test(
    arguments: [
      ("run", ["--config", "--", "--verbose", "--quiet", "--chaos", "--chaos-seed"]),
      ("check", ["--config", "--strict", "--json"]), ("demo", []), ("schema", []),
      ("chaos", ["--list", "--playbook", "--config", "--server", "--seed", "--real", "--json"]),
      ("version", ["--json"]), ("example-server", ["--name"]),
    ] as [(String, [String])]
  )
  func `each command has a help of its own with its options`(
    command: String,
    options: [String]
  ) throws {
    let help = try start(["help", command])
    let lines = help.collect()
    #expect(lines.first?.hasPrefix("usage: mcp-proxy \(command)") == true)
    for option in options {
      #expect(lines.contains { $0.contains("  \(option) ") || $0.contains(", \(option) ") })
    }
    for arguments in [[command, "--help"], [command, "-h"]] {
      let other = try start(arguments)
      #expect(other.collect().filter { !$0.isEmpty } == lines.filter { !$0.isEmpty })
      #expect(other.waitForExit() == .code(0))
    }
  }

  @Test func `a synonym of a command has the command's help`() throws {
    for (synonym, command) in [("serve", "run"), ("validate", "check")] {
      for arguments in [["help", synonym], [synonym, "--help"]] {
        #expect(try start(arguments).collect() == start(["help", command]).collect())
      }
    }
    #expect(
      try start(["run", "--help", "--", "cat"]).collect() == start(["help", "run"]).collect()
    )
  }

  @Test func `where no configuration was found is said`() throws {
    let below = home.file("project/below")
    try FileManager.default.createDirectory(atPath: below, withIntermediateDirectories: true)
    let user = home.file(".config/mcp-proxy")
    for (isRepository, folders) in [
      (false, "\(below) or \(user)"), (true, "\(below), \(home.file("project")) or \(user)"),
    ] {
      if isRepository { _ = try home.write("", to: "project/.git") }
      for name in ["run", "check"] {
        let script = "cd \"$1\" && exec \"$0\" \(name)"
        let shell = try start(["-c", script, ProcessHarness.program, below], "/bin/sh")
        #expect(shell.waitForExit() == .code(66))
        #expect(
          shell.stderrText == "mcp-proxy: no mcp-proxy.json in \(folders); name one with "
            + "--config, or guard one server with: mcp-proxy run -- COMMAND\n"
        )
      }
    }
  }

  @Test func `check --json of a missing file is a report`() throws {
    let check = try start(["check", "--json", "/nowhere.json"])
    #expect(
      check.nextLine() == #"{"schema":1,"data":[{"file":"/nowhere.json","line":1,"column":1,"#
        + #""severity":"error","code":"CONFIG_NO_FILE","#
        + #""message":"cannot be read (No such file or directory)"}],"#
        + #""totals":{"errors":1,"warnings":0,"endpoints":0,"disabled":0,"unusable":0,"#
        + #""chaos_rules":0}}"#
    )
    #expect(check.waitForExit() == .code(66))
    #expect(check.stderrText == "")
  }

  @Test func `a configuration that cannot be read is named`() throws {
    for (path, cause) in [
      ("/nowhere.json", "No such file or directory"), (home.path, "Is a directory"),
      ("/dev/null", "Operation not supported"),
    ] {
      for name in ["run", "check"] {
        let command = try start([name, "--config", path])
        #expect(command.waitForExit() == .code(66))
        #expect(command.stderrText == "mcp-proxy: \(path): cannot be read (\(cause))\n")
      }
    }
  }

  @Test(arguments: ["run <&-", "run >&-", "run -- cat <&-", "run <&- >&- 2>&-"])
  func `without a standard stream nothing is served`(words: String) throws {
    let shell = try start(["-c", "exec \"$0\" \(words)", ProcessHarness.program], "/bin/sh")
    #expect(shell.waitForExit() == .code(74))
    if !words.contains("2>") { #expect(shell.stderrText.contains(" is closed; a client ")) }
  }

  @Test func `without standard error it serves`() throws {
    let shell = try start(
      ["-c", "exec \"$0\" run -- \"$0\" example-server 2>&-", ProcessHarness.program],
      "/bin/sh"
    )
    shell.initialize()
    #expect(shell.callAndWait("1", "echo", #"{"text":"hello"}"#)?.contains("hello") == true)
    #expect(shell.finish() == [])
    #expect(shell.waitForExit() == .code(0))
  }

  @Test func `why a server is not served is said and logged at the start`() throws {
    let file = try home.write(
      #"""
      {"mcpServers":{"a":{"command":"x","env":{"A":"${GONE_FOR_GOOD}"}},
      "b":{"comand":"x"},"off":{"command":"${GONE_FOR_GOOD}","disabled":true},
      "c":{"command":"\#(ProcessHarness.program)","args":["example-server"]}}}
      """#,
      to: "mcp-proxy.json"
    )
    let proxy = try start(["run", "--config", file])
    proxy.initialize()
    #expect(proxy.finish() == [])
    #expect(proxy.waitForExit() == .code(0))
    let log = home.text("home/logs/mcp-proxy.log")
    for text in [
      #"endpoint "a" cannot be used: GONE_FOR_GOOD is not set"#,
      #"\#(file):2:6: unknown key "comand" in mcpServers.b; did you mean "command"?"#,
    ] {
      #expect(proxy.stderrText.contains("mcp-proxy: warn: \(text)\n"), "\(proxy.stderrText)")
      #expect(log.contains("warn: \(text)\n"), "\(log)")
    }
    #expect(!proxy.stderrText.contains("off"))
  }

  @Test(arguments: [
    ("", ""), (#""a":{"command":"x","disabled":true}"#, ""),
    (#""a":{"command":"${GONE_FOR_GOOD}"}"#, #"endpoint "a" cannot be used: GONE_FOR_GOOD"#),
    (#""a":{"url":"https://x.example"}"#, "mcp-remote"),
  ])
  func `a file without a usable server is not served`(entries: String, reason: String) throws {
    let file = try home.write(#"{"mcpServers":{\#(entries)}}"#, to: "mcp-proxy.json")
    let proxy = try start(["run", "--config", file])
    #expect(proxy.waitForExit() == .code(78))
    #expect(proxy.stderrText.contains("\(file): there is no server that can be served\n"))
    if !reason.isEmpty { #expect(proxy.stderrText.contains(reason), "\(proxy.stderrText)") }
  }

  @Test func `a server behind -- gets the environment of the proxy`() throws {
    let proxy = try start(
      ["run", "--", "/bin/sh", "-c", "echo the token is $TOKEN >&2; exit 1"],
      more: ["TOKEN": "hush"]
    )
    proxy.initialize()
    _ = proxy.listTools()
    proxy.closeInput()
    #expect(proxy.waitForExit() == .code(0))
    #expect(proxy.stderrText.contains(#"endpoint "sh" exited (code 1): the token is hush"#))
  }

  @Test func `what a server says on the wrong stream instead of starting is quoted`() throws {
    let proxy = try start(["run", "--", "/bin/sh", "-c", "echo usage: server DIR; exit 2"])
    proxy.initialize()
    _ = proxy.listTools()
    proxy.closeInput()
    #expect(proxy.waitForExit() == .code(0))
    #expect(proxy.stderrText.contains(#"endpoint "sh" exited (code 2): usage: server DIR"#))
  }

  @Test func `a command that is nowhere is said to be nowhere`() throws {
    let proxy = try start(["run", "--", "no-such-command"])
    proxy.initialize()
    _ = proxy.listTools()
    proxy.closeInput()
    #expect(proxy.waitForExit() == .code(0))
    let text = #"warn: endpoint "no-such-command" cannot be started: the command "no-such-command""#
    #expect(proxy.stderrText.contains(text + " was not found; give its absolute path ("))
  }

  private func start(
    _ arguments: [String],
    _ program: String = ProcessHarness.program,
    more: [String: String] = [:]
  ) throws -> ProcessHarness {
    let own = ["MCP_PROXY_HOME": home.file("home"), "HOME": home.path, "PATH": "/usr/bin:/bin"]
    return try ProcessHarness(program, arguments, environment: own.merging(more) { $1 })
  }
}
