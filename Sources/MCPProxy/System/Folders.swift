/// Where the proxy keeps what it writes (the XDG base directory rules, on macOS too).
package struct Folders: Sendable, Equatable {
  package let usage: String
  package let catalog: String
  package let logs: String

  /// - Parameters:
  ///   - environment: The proxy's variables; `MCP_PROXY_HOME` overrides all others.
  ///   - processID: Names a folder of last resort where there is no home.
  package init(_ environment: [String: String], processID: Int32) {
    func value(_ name: String) -> String? {
      // A relative path would depend on where the client happens to start us.
      environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    if let home = value("MCP_PROXY_HOME") {
      (usage, catalog, logs) = ("\(home)/usage", "\(home)/catalog", "\(home)/logs")
      return
    }
    let home = value("HOME") ?? "\(value("TMPDIR") ?? "/tmp")/mcp-proxy-\(processID)"
    let state = (value("XDG_STATE_HOME") ?? "\(home)/.local/state") + "/mcp-proxy"
    let cache = (value("XDG_CACHE_HOME") ?? "\(home)/.cache") + "/mcp-proxy"
    (usage, catalog, logs) = ("\(state)/usage", "\(cache)/catalog", "\(state)/logs")
  }
}
