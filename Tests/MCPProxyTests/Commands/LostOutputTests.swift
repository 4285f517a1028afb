import MCPProxy
import Testing

/// What becomes of a command whose standard output takes nothing.
@Suite(.timeLimit(.minutes(10))) struct LostOutputTests {
  private let home: TemporaryFolder
  private let file: String

  init() throws {
    home = try TemporaryFolder()
    file = try home.write(#"{"mcpServers":{"a":{"command":"x"}}}"#, to: "mcp-proxy.json")
  }

  /// Behind each other in one shell word: `$0` is the program, `$1` a configuration.
  static let commands = [
    "help", "help exit-codes", "version", "version --json", "schema", "check -c \"$1\"",
    "check --json -c \"$1\"", "chaos --list", "chaos --list --json", "example-server --help",
    "chaos --playbook concurrent-calls -c \"$1\"",
    "chaos --playbook concurrent-calls --json -c \"$1\"", "demo",
  ]

  @Test(arguments: commands)
  func `a full disk is told and fails the command`(command: String) throws {
    let shell = try start("exec \"$0\" \(command) >/dev/full")
    #expect(shell.waitForExit() == .code(74))
    #expect(shell.stderrText == "mcp-proxy: standard output: No space left on device\n")
  }

  @Test(arguments: commands)
  func `a closed standard output is told and fails the command`(command: String) throws {
    let shell = try start("exec \"$0\" \(command) >&-")
    #expect(shell.waitForExit() == .code(74))
    #expect(shell.stderrText == "mcp-proxy: standard output: Bad file descriptor\n")
  }

  @Test(arguments: commands)
  func `a reader that is gone ends the output and nothing else`(command: String) throws {
    let shell = try start("read go; exec \"$0\" \(command)")
    shell.closeOutput()
    shell.send("go")
    #expect(shell.waitForExit() == .code(0))
    #expect(shell.stderrText == "")
  }

  private func start(_ script: String) throws -> ProcessHarness {
    try ProcessHarness(
      "/bin/sh",
      ["-c", script, ProcessHarness.program, file],
      environment: ["MCP_PROXY_HOME": home.file("home"), "TMPDIR": home.path, "PATH": "/bin"]
    )
  }
}
