import MCPProtocol
import MCPProxy
import Testing

struct RehearsalTests {
  private static let file = #"""
    {"mcpServers": {
      "search": {"command": "npx", "args": ["x"], "fallback": "spare", "rateLimit": "60/min",
        "includeTools": ["web_*"], "tools": {"web": {"timeout": "90s", "rateLimit": "1/s"}}},
      "spare": {"command": "uvx", "hidden": true},
      "notes": {"command": "notes", "breaker": {"open": "100ms"}, "timeout": "500ms"},
      "off": {"command": "off", "disabled": true},
      "token": {"command": "${NOT_SET}"},
      "wrong": {"command": "${NOT_SET}", "wrnog": 1}
    }}
    """#

  private static func rehearsal(
    _ name: String,
    target: String = "search",
    isReal: Bool = false
  ) throws -> Rehearsal {
    let playbook = try #require(Playbook(named: name))
    return Rehearsal(playbook: playbook, target: target, seed: 7, isReal: isReal)
  }

  private static func loaded() throws -> Configuration {
    let loading = Loading(file)
    return try #require(loading.configuration)
  }

  /// Lists are stored for the endpoints of these names.
  private static func standIns(_ stored: String...) -> Rehearsal.StandIns {
    Rehearsal.StandIns(program: "/bin/mcp-proxy", ledger: "/tmp/ledger") { endpoint in
      stored.contains(endpoint.name) ? "/lists/\(endpoint.name).json" : nil
    }
  }

  private static func arguments(_ name: String, in configuration: Configuration) -> [String]? {
    guard
      case .process(let command) = configuration.endpoints.first(where: { $0.name == name })?.launch
    else { return nil }
    return command.executable == "/bin/mcp-proxy" ? command.arguments : nil
  }

  @Test func `the example server stands in for every server`() throws {
    let rehearsal = try Self.rehearsal("server-down")
    let prepared = rehearsal.prepared(try Self.loaded(), Self.standIns())
    for name in ["search", "spare", "notes"] {
      #expect(
        Self.arguments(name, in: prepared) == [
          "example-server", "--name", name, "--ledger", "/tmp/ledger", "--tools",
          "echo,add,write_note",
        ]
      )
    }
    #expect(Self.arguments("off", in: prepared) == nil)
    // The patterns were made for other names.
    #expect(prepared.endpoints.allSatisfy { $0.includeTools == nil })
  }

  @Test func `a stand-in offers what its server listed last, or whom that serves`() throws {
    let rehearsal = try Self.rehearsal("cold-start")
    let stored = rehearsal.prepared(try Self.loaded(), Self.standIns("search"))
    for name in ["search", "spare"] {
      let arguments = try #require(Self.arguments(name, in: stored))
      #expect(arguments.contains("/lists/search.json"))
      #expect(!arguments.contains("--tools"))
      #expect(arguments.contains("--start-delay") == (name == "search"))
    }
    #expect(stored.endpoints.first?.includeTools == ["web_*"])
    let both = rehearsal.prepared(try Self.loaded(), Self.standIns("search", "spare"))
    #expect(Self.arguments("spare", in: both)?.contains("/lists/spare.json") == true)
  }

  @Test func `real servers stay, and waits shrink all the same`() throws {
    let rehearsal = try Self.rehearsal("server-slow", isReal: true)
    let original = try Self.loaded()
    let prepared = rehearsal.prepared(original, Self.standIns())
    #expect(prepared.endpoints.map(\.launch) == original.endpoints.map(\.launch))
    let policy = try #require(prepared.endpoints.first?.policy)
    #expect(policy.timeout.call == .milliseconds(1200))
    #expect(policy.timeout.max == .milliseconds(1200))
    // 30 s times 1.2 s of 50 s.
    #expect(policy.breaker.open == .milliseconds(720))
    #expect(policy.concurrency.wait == .milliseconds(120))
    #expect(abs(policy.retry.perSecond - 0.1 * 50 / 1.2) < 1e-9)
    #expect(policy.rateLimit == nil)
    #expect(prepared.endpoints.first?.tools["web"]?.timeout == .milliseconds(1200))
    #expect(prepared.endpoints.first?.tools["web"]?.rateLimit == nil)
    // Counts, rates and places are the user's.
    #expect(policy.breaker.consecutive == original.endpoints.first?.policy.breaker.consecutive)
    #expect(policy.restart.max == original.endpoints.first?.policy.restart.max)
    #expect(policy.concurrency.max == original.endpoints.first?.policy.concurrency.max)
    let changes = rehearsal.changes(original, prepared)
    #expect(changes.first == "timeout.call 50 s → 1.2 s")
    #expect(changes.contains("breaker.open 30 s → 720 ms"))
    #expect(changes.last == "rateLimit off")
  }

  @Test func `what is short already stays`() throws {
    let rehearsal = try Self.rehearsal("server-slow", target: "notes")
    let original = try Self.loaded()
    let prepared = rehearsal.prepared(original, Self.standIns())
    let notes = try #require(prepared.endpoints.first { $0.name == "notes" })
    #expect(notes.policy.timeout.call == .milliseconds(500))
    #expect(notes.policy.breaker.open == .milliseconds(100))
    #expect(notes.policy.retry.perSecond == 0.1)
  }

  @Test func `a storm leaves the rate limits`() throws {
    let prepared = try Self.rehearsal("rate-limit-storm").prepared(
      try Self.loaded(),
      Self.standIns()
    )
    #expect(prepared.endpoints.first?.policy.rateLimit != nil)
    #expect(prepared.endpoints.first?.tools["web"]?.rateLimit != nil)
  }

  @Test func `rules are about the server under test`() throws {
    let chaos = try Self.rehearsal("server-down", target: "notes").chaos
    #expect(chaos.seed == 7)
    #expect(chaos.rules.map(\.description) == ["kill:notes,after=15,limit=3"])
  }

  @Test func `an entry that lacks a variable is played, a wrong one is not`() throws {
    let loading = Loading(Self.file)
    let configuration = try #require(loading.configuration)
    #expect(Rehearsal.targets(configuration) == ["search", "notes"])
    let surroundings = Surroundings(
      environment: [:],
      home: "/home/me",
      workingDirectory: "/project",
      binaryPath: "/bin/mcp-proxy"
    ) { _ in nil }
    let problems = ConfigurationLoader(
      bytes: Array(Self.file.utf8),
      path: "/folder/mcp-proxy.json",
      surroundings: surroundings
    ).load().problems
    let playable = Rehearsal.playable(configuration, problems)
    #expect(Rehearsal.targets(playable) == ["search", "notes", "token"])
  }
}
