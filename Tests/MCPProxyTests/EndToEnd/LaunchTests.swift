import Foundation
import MCPProxy
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What the real proxy starts, and where it writes.
@Suite(.timeLimit(.minutes(10))) struct LaunchTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  private func script(_ text: String, _ name: String) throws -> String {
    let written = try home.write(text, to: "\(name).text")
    unsafe chmod(written, 0o755)
    return try copy(written, name)
  }

  /// Written by another process: while a test beside this one starts a program, that would inherit
  /// our descriptor for a moment, and what somebody can write to cannot be executed.
  private func copy(_ file: String, _ name: String) throws -> String {
    let copy = try ProcessHarness("/bin/cp", ["-p", file, home.file(name)])
    try #require(copy.waitForExit() == .code(0))
    return home.file(name)
  }

  private func start(
    _ text: String,
    _ program: String = ProcessHarness.program,
    more: [String: String] = [:],
    hasHome: Bool = true
  ) throws -> ProcessHarness {
    var variables = ProcessHarness.environment(home: home).merging(more) { $1 }
    if !hasHome {
      for name in ["MCP_PROXY_HOME", "HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"] {
        variables[name] = nil
      }
    }
    let file = try home.write(text, to: "mcp-proxy.json")
    return try ProcessHarness(program, ["run", "--config", file], environment: variables)
  }

  // MARK: The login shell

  private static let missing = #"{"mcpServers":{"a":{"command":"no-such-cmd-xyz"}}}"#

  @Test func `a login shell does not outlive a proxy that is killed`() throws {
    let shell = try script(
      """
      #!/bin/sh
      sleep 997 &
      echo $$ $! > \(home.file("pids.new")); mv \(home.file("pids.new")) \(home.file("pids"))
      wait
      """,
      "shell"
    )
    let proxy = try start(Self.missing, more: ["SHELL": shell])
    proxy.initialize()
    #expect(eventually { !home.text("pids").isEmpty })
    let processes = home.text("pids").split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
    #expect(processes.count == 2 && processes.allSatisfy(isAlive))
    proxy.signal(SIGKILL)
    #expect(eventually { !processes.contains(where: isAlive) })
  }

  @Test func `what a login shell says on the wrong stream costs nothing`() throws {
    // More than a pipe holds, so that it would wait for ever for a reader.
    let shell = try script(
      """
      #!/bin/sh
      head -c 1000000 /dev/zero >&2
      PATH=\(home.file("bin")):$PATH
      eval "$2"
      """,
      "shell"
    )
    try FileManager.default.createDirectory(
      atPath: home.file("bin"),
      withIntermediateDirectories: true
    )
    _ = try script(
      "#!/bin/sh\nexec \(ProcessHarness.program) example-server\n",
      "bin/no-such-cmd-xyz"
    )
    // The shell has two seconds, which a busy machine may need for less than this.
    let hasWorked = try (1...5).contains { _ in
      let proxy = try start(Self.missing, more: ["SHELL": shell])
      proxy.initialize()
      let tools = proxy.listTools().map { JSONText($0).toolNames } ?? []
      _ = proxy.finish()
      return tools.contains("a__echo") && proxy.stderrText == ""
    }
    #expect(hasWorked)
  }

  // MARK: What did not start

  @Test(arguments: [
    ("#!/no/such/interp\n", "", "its interpreter /no/such/interp, which its first line names, "),
    ("#! /no/such/interp -x\n", "/tmp", "its interpreter /no/such/interp, which its first line "),
    ("#!/bin/sh\r\necho\r\n", "/tmp", "its first line ends with a carriage return (CRLF), "),
    ("#!/bin/sh\n", "/no/such/folder", "the folder /no/such/folder does not exist"),
  ])
  func `what is missing is named`(text: String, folder: String, says: String) throws {
    let server = try script(text, "server")
    let members = folder.isEmpty ? "" : #","cwd":"\#(folder)""#
    let proxy = try start(
      #"{"mcpServers":{"a":{"command":"\#(server)"\#(members)}}}"#
    )
    proxy.initialize()
    _ = proxy.listTools()
    proxy.closeInput()
    #expect(proxy.waitForExit() == .code(0))
    #expect(proxy.stderrText.contains(says), "\(proxy.stderrText)")
    #expect(!proxy.stderrText.contains(" or the folder"))
  }

  // MARK: The reaper

  #if !canImport(Darwin)
  @Test func `a proxy whose program was deleted has its reaper`() throws {
    let copy = try copy(ProcessHarness.program, "mcp-proxy")
    let proxy = try start(
      #"{"mcpServers":{"a":{"command":"/bin/sh","args":["-c","exec sleep 997"]}}}"#,
      copy
    )
    proxy.send(#"{"jsonrpc":"2.0","id":0,"method":"ping"}"#)
    #expect(proxy.nextLine() != nil)
    try FileManager.default.removeItem(atPath: copy)
    proxy.initialize()
    // A child that has not become its program yet bears our own words.
    func child(_ words: String) -> Int32? {
      children(of: proxy.process).first { commandLine($0).contains(words) }
    }
    #expect(eventually { child("--reaper") != nil && child("sleep") != nil })
    let server = try #require(child("sleep"))
    proxy.signal(SIGKILL)
    #expect(eventually { !isAlive(server) })
  }

  private func commandLine(_ process: Int32) -> String {
    (try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8)) ?? ""
  }
  #endif

  // MARK: Folders

  @Test func `without a home everything is kept in a folder that nobody could prepare`() throws {
    let example = "{\"command\":\"\(ProcessHarness.program)\",\"args\":[\"example-server\"]}"
    let place = home.file("tmp")
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let proxy = try start(
      "{\"mcpServers\":{\"a\":\(example)}}",
      more: ["TMPDIR": place],
      hasHome: false
    )
    // The folder that used to be taken, as somebody else would have made it.
    let guessed = "tmp/mcp-proxy-\(proxy.process)"
    try? FileManager.default.createDirectory(
      atPath: home.file(guessed),
      withIntermediateDirectories: false
    )
    proxy.initialize()
    _ = proxy.callAndWait("1", "a__echo", #"{"text":"x"}"#)
    _ = proxy.finish()
    let names = try FileManager.default.contentsOfDirectory(atPath: place)
    let own = try #require(names.first { !guessed.hasSuffix($0) })
    #expect(home.lines(below: guessed) == [])
    let attributes = try FileManager.default.attributesOfItem(atPath: "\(place)/\(own)")
    #expect(attributes[.posixPermissions] as? Int == 0o700)
    #expect(home.lines(below: "tmp/\(own)/.local/state/mcp-proxy/usage").count == 1)
    #expect(proxy.stderrText == "")
  }

  @Test func `where no folder can be made the proxy says so and serves`() throws {
    let example = "{\"command\":\"\(ProcessHarness.program)\",\"args\":[\"example-server\"]}"
    let proxy = try start(
      "{\"mcpServers\":{\"a\":\(example)}}",
      more: ["TMPDIR": home.file("none")],
      hasHome: false
    )
    proxy.initialize()
    let answer = JSONText(try #require(proxy.callAndWait("1", "a__echo", #"{"text":"x"}"#)))
    #expect(answer.content == "x")
    _ = proxy.finish()
    #expect(proxy.stderrText.contains("HOME is not set"))
  }
}
