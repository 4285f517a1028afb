import MCPProxy
import Testing

struct CommandFinderTests {
  /// Surroundings in which these files can be executed.
  private func surroundings(
    _ files: Set<String>,
    _ variables: [String: String] = ["PATH": "/usr/bin:/bin", "HOME": "/home/me"],
    folders: [String: [String]] = [:]
  ) -> LaunchEnvironment {
    LaunchEnvironment(
      variables: variables,
      isExecutable: { files.contains($0) },
      entries: { folders[$0] ?? [] }
    )
  }

  @Test func `the first folder of the path counts`() throws {
    let finder = CommandFinder(surroundings(["/usr/bin/node", "/bin/node"]))
    let found = try finder.find(Command("node"))
    #expect(found?.path == "/usr/bin/node")
    #expect(found?.searchPath == nil)
  }

  @Test func `a path of the server's own counts instead of ours`() throws {
    let finder = CommandFinder(surroundings(["/usr/bin/node", "/own/node"]))
    var command = Command("node")
    command.environment = [("PATH", "/elsewhere"), ("PATH", "/own")]
    #expect(try finder.find(command)?.path == "/own/node")
  }

  @Test(arguments: ["", ":", "relative:also/relative", "."])
  func `folders that depend on where we started are not searched`(path: String) throws {
    let finder = CommandFinder(surroundings(["relative/node", "./node", "/node"], ["PATH": path]))
    #expect(try finder.find(Command("node")) == nil)
  }

  @Test func `a path is taken as it is or is an error that names it`() throws {
    let finder = CommandFinder(surroundings(["/opt/x"]))
    #expect(try finder.find(Command("/opt/x"))?.path == "/opt/x")
    // What lies beside it is found, too.
    #expect(try finder.find(Command("/opt/x"))?.searchPath == "/usr/bin:/bin:/opt")
    let known = CommandFinder(surroundings(["/bin/x"]))
    #expect(try known.find(Command("/bin/x"))?.searchPath == nil)
    #expect(throws: LaunchError(text: "/opt/y does not exist or is not executable")) {
      try finder.find(Command("/opt/y"))
    }
  }

  @Test func `the login shell's path comes before well-known folders`() throws {
    let finder = CommandFinder(surroundings(["/login/npx", "/opt/homebrew/bin/npx"]))
    #expect(try finder.find(Command("npx")) == nil)
    let found = try finder.findElsewhere(Command("npx"), loginPath: "/usr/bin:/login")
    #expect(found.path == "/login/npx")
    // What the program starts itself is found there, too.
    #expect(found.searchPath == "/usr/bin:/bin:/login")
    let other = try finder.findElsewhere(Command("npx"), loginPath: nil)
    #expect(other.path == "/opt/homebrew/bin/npx")
    #expect(other.searchPath?.hasPrefix("/usr/bin:/bin:/opt/homebrew/bin:") == true)
  }

  @Test(arguments: [
    "/home/me/.local/bin", "/home/me/.cargo/bin", "/home/me/.bun/bin", "/home/me/.volta/bin",
    "/usr/local/bin", "/home/me/.nvm/versions/node/v20.2.0/bin",
  ])
  func `well-known folders are searched`(folder: String) throws {
    let versions = ["v9.1.0", "v20.2.0", "v18.30.1"]
    let finder = CommandFinder(
      surroundings(["\(folder)/x"], folders: ["/home/me/.nvm/versions/node": versions])
    )
    #expect(try finder.findElsewhere(Command("x"), loginPath: nil).path == "\(folder)/x")
  }

  @Test func `what is nowhere is an error that says where it was looked for`() throws {
    let finder = CommandFinder(surroundings([], ["PATH": "/usr/bin"]))
    #expect {
      try finder.findElsewhere(Command("npx"), loginPath: "/login")
    } throws: { error in
      let text = (error as? LaunchError)?.text ?? ""
      return text.contains("\"npx\"") && text.contains("/login") && text.contains("/usr/bin")
        && text.contains("absolute path")
    }
  }

  @Test func `the way out stands before the folders, where nothing cuts it off`() throws {
    let finder = CommandFinder(surroundings([], ["PATH": "/a:/bin:/a"]))
    let text =
      #"the command "x" was not found; give its absolute path (5 folders searched: "#
      + "/a:/bin:/opt/homebrew/bin:/usr/local/bin:/usr/bin)"
    #expect(throws: LaunchError(text: text)) {
      try finder.findElsewhere(Command("x"), loginPath: nil)
    }
  }

  @Test func `arguments within the name of a command are told where they belong`() throws {
    let finder = CommandFinder(surroundings([]))
    for (name, says) in [("npx -y server", true), ("npx", false)] {
      #expect {
        try finder.findElsewhere(Command(name), loginPath: nil)
      } throws: { error in
        ((error as? LaunchError)?.text.contains("\"args\"") ?? !says) == says
      }
    }
  }

  // MARK: The environment of a process

  @Test func `a widened path wins over the configured one it begins with`() throws {
    let environment = surroundings(["/home/me/.local/bin/npx"])
    var command = Command("npx")
    command.environment = [("PATH", "/own")]
    let found = try CommandFinder(environment).findElsewhere(command, loginPath: "/login")
    let path = environment.variables(for: command, path: found.searchPath).last
    #expect(path?.hasPrefix("PATH=/own:/login:") == true)
    #expect(path?.contains(":/home/me/.local/bin") == true)
  }

  @Test func `a process gets what it needs and none of our secrets`() {
    let environment = surroundings(
      [],
      [
        "HOME": "/home/me", "PATH": "/bin", "LANG": "C", "TOKEN": "secret", "LD_PRELOAD": "x",
        "SHELL": "() { :; }; echo", "AWS_SECRET": "x",
      ]
    )
    var command = Command("x")
    #expect(
      environment.variables(for: command, path: nil) == ["HOME=/home/me", "LANG=C", "PATH=/bin"]
    )
    command.environment = [("A", "1"), ("A", "2"), ("LANG", "de")]
    #expect(
      environment.variables(for: command, path: "/wide")
        == ["A=2", "HOME=/home/me", "LANG=de", "PATH=/wide"]
    )
  }
}
