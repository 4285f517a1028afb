import MCPProxy
import Testing

/// Which command a command line asks for, and what the commands declare about themselves.
struct SubcommandTableTests {
  @Test(
    arguments: [
      ([], RunCommand(isBare: true)), (["run"], RunCommand()), (["serve"], RunCommand()),
      (["run", "-c", "a"], made { $0.file = "a" }), (["-c", "a"], made { $0.file = "a" }),
      (["serve", "--config", "a"], made { $0.file = "a" }),
      (["--config=a"], made { $0.file = "a" }), (["run", "--config=a"], made { $0.file = "a" }),
      (["-v"], made { $0.isVerbose = true }), (["run", "--verbose"], made { $0.isVerbose = true }),
      (["-q"], made { $0.isQuiet = true }), (["run", "--quiet"], made { $0.isQuiet = true }),
      (["run", "--", "cat", "-v"], made { $0.server = ["cat", "-v"] }),
      (["--", "cat"], made { $0.server = ["cat"] }),
      (["run", "-q", "--", "cat"], made { ($0.isQuiet, $0.server) = (true, ["cat"]) }),
      (["run", "--chaos"], made { $0.chaos = chaos(usesConfiguration: true) }),
      (
        ["--chaos", "-q"], made { ($0.chaos, $0.isQuiet) = (chaos(usesConfiguration: true), true) }
      ),
      (["run", "--chaos", "drop:a"], made { $0.chaos = chaos(["drop:a"]) }),
      (["--chaos=drop:a"], made { $0.chaos = chaos(["drop:a"]) }),
      (
        ["run", "--chaos", "drop", "--chaos", "--chaos=kill"],
        made { $0.chaos = chaos(["drop", "kill"], usesConfiguration: true) }
      ),
      (["run", "--chaos-seed", "7"], made { $0.chaos = chaos(seed: 7) }),
      (["--chaos-seed=7", "--chaos"], made { $0.chaos = chaos(seed: 7, usesConfiguration: true) }),
    ] as [([String], RunCommand)]
  )
  func `run in all its forms`(words: [String], command: RunCommand) throws {
    #expect(try SubcommandTable.command(words) as? RunCommand == command)
    #expect(command.servesClient)
  }

  @Test(
    arguments: [
      (["check"], CheckCommand()), (["validate"], CheckCommand()),
      (["check", "a"], made { $0.file = "a" }), (["check", "-c", "a"], made { $0.file = "a" }),
      (["validate", "--config=a"], made { $0.file = "a" }),
      (["check", "a", "-c", "b"], made { $0.file = "b" }),
      (["check", "--strict", "a"], made { ($0.isStrict, $0.file) = (true, "a") }),
      (["check", "--json", "--strict"], made { ($0.isJSON, $0.isStrict) = (true, true) }),
    ] as [([String], CheckCommand)]
  )
  func `check in all its forms`(words: [String], command: CheckCommand) throws {
    #expect(try SubcommandTable.command(words) as? CheckCommand == command)
  }

  @Test(
    arguments: [
      (["chaos"], ChaosCommand()), (["chaos", "--list"], ChaosCommand()),
      (["chaos", "--json"], made { $0.isJSON = true }),
      (["chaos", "--playbook", "server-down"], made { $0.playbook = playbook("server-down") }),
      (["chaos", "--playbook=server-slow"], made { $0.playbook = playbook("server-slow") }),
      (["chaos", "--playbook", "server-down", "--list"], ChaosCommand()),
      (["chaos", "--server", "a", "-c", "b"], made { ($0.server, $0.file) = ("a", "b") }),
      (["chaos", "--seed", "3", "--real"], made { ($0.seed, $0.isReal) = (3, true) }),
    ] as [([String], ChaosCommand)]
  )
  func `chaos in all its forms`(words: [String], command: ChaosCommand) throws {
    #expect(try SubcommandTable.command(words) as? ChaosCommand == command)
    #expect(!command.servesClient)
  }

  @Test(
    arguments: [
      (["help"], "help"), (["--help"], "help"), (["-h", "--bogus"], "help"),
      (["help", "-h"], "help"),
      (["help", "help"], "help"), (["help", "--help"], "help"), (["help", "run"], "run"),
      (["help", "serve"], "run"), (["help", "validate"], "check"),
      (["help", "exit-codes"], "exit-codes"), (["run", "--help"], "run"), (["-v", "-h"], "run"),
      (["serve", "-h", "--", "cat"], "run"), (["check", "a", "--help"], "check"),
      (["demo", "-h"], "demo"), (["schema", "--help", "x"], "schema"),
      (["version", "-h"], "version"),
      (["chaos", "--real", "--help"], "chaos"),
    ] as [([String], String)]
  )
  func `help is about a topic`(words: [String], topic: String) throws {
    #expect(try SubcommandTable.command(words) as? HelpCommand == HelpCommand(topic: topic))
  }

  @Test(
    arguments: [
      (["version"], false), (["version", "--json"], true), (["--version"], false), (["-V"], false),
      (["--version", "--json"], false), (["-V", "bogus"], false),
    ] as [([String], Bool)]
  )
  func `the version is asked for in three ways`(words: [String], isJSON: Bool) throws {
    #expect(try SubcommandTable.command(words) as? VersionCommand == made { $0.isJSON = isJSON })
  }

  @Test func `the other commands are found by their names`() throws {
    #expect(try SubcommandTable.command(["demo"]) is DemoCommand)
    #expect(try SubcommandTable.command(["schema"]) is SchemaCommand)
    #expect(try SubcommandTable.command(["--reaper", "x"]) is ReaperCommand)
    let server = try SubcommandTable.command(["example-server", "--help", "--"])
    #expect((server as? ExampleServerCommand)?.words == ["--help", "--"])
    let words = ["server-down", "a", "7", "real", "mcp-proxy.json", "ledger", "catalog"]
    let rehearsal = try #require(
      SubcommandTable.command(["--rehearse"] + words) as? RehearseCommand
    )
    #expect(rehearsal.options.arguments == ["--rehearse"] + words)
    #expect(!rehearsal.servesClient)
  }

  @Test(
    arguments: [
      (["--rehearse"], "--rehearse is for mcp-proxy chaos alone"),
      (["--vresion"], #"unknown option "--vresion""#),
      (["Check"], #"unknown command "Check"; did"#),
      ([""], #"unknown command """#), (["run", "--list"], "--list is no option of this command"),
      (["help", "run", "--json"], "--json is no option of this command"),
      (["help", "--version"], #"there is no help about "--version""#),
      (["help", "--reaper"], #"there is no help about "--reaper""#),
      (["demo", "word"], #"unexpected "word""#),
      (["-c", "a", "--", "cat"], "--config and a command"),
      (["run", "--chaos", "bogus"], "chaos rule"),
    ] as [([String], String)]
  )
  func `what is wrong is said`(words: [String], text: String) {
    let error = #expect(throws: UsageError.self) { try SubcommandTable.command(words) }
    #expect(error?.text.contains(text) == true, "\(error?.text ?? "")")
  }
}

/// The command with some of its fields changed.
private func made<Command: OptionedCommand>(_ change: (inout Command) -> Void) -> Command {
  var command = Command()
  change(&command)
  return command
}

private func playbook(_ name: String) -> Playbook? { Playbook(named: name) }

private func chaos(
  _ rules: [String] = [],
  seed: UInt64? = nil,
  usesConfiguration: Bool = false
) -> ChaosOptions {
  var options = ChaosOptions()
  options.rules = rules.compactMap { try? ChaosRule(parsing: $0) }
  options.seed = seed
  options.usesConfiguration = usesConfiguration
  return options
}
