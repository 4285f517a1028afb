import MCPProxy
import Testing

struct FoldersTests {
  private func folders(_ environment: [String: String]) -> [String] {
    let folders = Folders(environment, lastResort: "/last")
    return [folders.usage, folders.catalog, folders.logs]
  }

  @Test func `one variable overrides all others`() {
    #expect(
      folders(["MCP_PROXY_HOME": "/p", "HOME": "/h", "XDG_STATE_HOME": "/s"])
        == ["/p/usage", "/p/catalog", "/p/logs"]
    )
  }

  @Test func `the base directory rules hold`() {
    #expect(
      folders(["HOME": "/h"])
        == [
          "/h/.local/state/mcp-proxy/usage", "/h/.cache/mcp-proxy/catalog",
          "/h/.local/state/mcp-proxy/logs",
        ]
    )
    #expect(
      folders(["HOME": "/h", "XDG_STATE_HOME": "/s", "XDG_CACHE_HOME": "/c"])
        == ["/s/mcp-proxy/usage", "/c/mcp-proxy/catalog", "/s/mcp-proxy/logs"]
    )
  }

  @Test func `relative paths and empty values are as good as none`() {
    #expect(
      folders(["MCP_PROXY_HOME": "p", "HOME": "/h", "XDG_STATE_HOME": "", "XDG_CACHE_HOME": "./c"])
        == folders(["HOME": "/h"])
    )
  }

  @Test(arguments: [
    ["MCP_PROXY_HOME": "/p"], ["HOME": "/h"], ["XDG_STATE_HOME": "/s", "XDG_CACHE_HOME": "/c"],
  ])
  func `a folder of last resort is made only where it is needed`(environment: [String: String]) {
    var asked = 0
    func lastResort() -> String {
      asked += 1
      return "/last"
    }
    _ = Folders(environment, lastResort: lastResort())
    #expect(asked == 0)
  }

  @Test func `without a home there is a folder of last resort`() {
    #expect(folders([:])[0] == "/last/.local/state/mcp-proxy/usage")
    #expect(folders(["XDG_STATE_HOME": "/s"])[1] == "/last/.cache/mcp-proxy/catalog")
  }
}
