import MCPProxy
import Testing

struct ConfigurationFileTests {
  private static let everything: Set<String> = [
    "/claude/mcp-proxy.json", "/repository/a/mcp-proxy.json", "/repository/mcp-proxy.json",
    "/mcp-proxy.json", "/xdg/mcp-proxy/mcp-proxy.json", "/home/me/.config/mcp-proxy/mcp-proxy.json",
    "/repository/.git",
  ]

  private static func find(
    option: String? = nil,
    _ environment: [String: String] = [:],
    in directory: String = "/repository/a/b",
    without missing: Set<String> = []
  ) -> String? {
    let surroundings = Surroundings(
      environment: environment,
      home: "/home/me",
      workingDirectory: directory,
      binaryPath: "/bin/mcp-proxy"
    ) { _ in nil }
    return ConfigurationFile.find(option: option, surroundings: surroundings) { path in
      everything.subtracting(missing).contains(path)
    }
  }

  @Test func `each place wins over those after it`() {
    let environment = [
      "MCP_PROXY_CONFIG": "named.json", "CLAUDE_PROJECT_DIR": "/claude", "XDG_CONFIG_HOME": "/xdg",
    ]
    #expect(Self.find(option: "o.json", environment) == "/repository/a/b/o.json")
    #expect(Self.find(environment) == "/repository/a/b/named.json")
    var rest = environment
    rest["MCP_PROXY_CONFIG"] = nil
    var missing: Set<String> = []
    for expected in [
      "/claude/mcp-proxy.json", "/repository/a/mcp-proxy.json", "/repository/mcp-proxy.json",
      "/xdg/mcp-proxy/mcp-proxy.json",
    ] {
      #expect(Self.find(rest, without: missing) == expected)
      missing.insert(expected)
    }
    #expect(Self.find(rest, without: missing) == nil)
  }

  @Test func `the search ends at the root of the repository`() {
    let missing: Set<String> = ["/repository/a/mcp-proxy.json", "/repository/mcp-proxy.json"]
    #expect(Self.find(without: missing) == "/home/me/.config/mcp-proxy/mcp-proxy.json")
  }

  @Test func `outside of a repository only the folder itself is searched`() {
    #expect(Self.find(in: "/other/place") == "/home/me/.config/mcp-proxy/mcp-proxy.json")
    #expect(Self.find(in: "/") == "/mcp-proxy.json")
    #expect(
      Self.find(in: "/repository/a", without: ["/repository/.git"])?.hasPrefix("/rep") == true
    )
  }

  @Test func `a relative folder of the user's settings is ignored`() {
    #expect(
      Self.find(["XDG_CONFIG_HOME": "xdg"], in: "/other")
        == "/home/me/.config/mcp-proxy/mcp-proxy.json"
    )
  }
}
