/// Where the proxy keeps what it writes (the XDG base directory rules, on macOS too).
package struct Folders: Sendable, Equatable {
  package let usage: String
  package let catalog: String
  package let logs: String

  /// - Parameters:
  ///   - environment: The proxy's variables; `MCP_PROXY_HOME` overrides all others.
  ///   - lastResort: A folder where there is no home, asked for only then.
  package init(_ environment: [String: String], lastResort: @autoclosure () -> String) {
    func value(_ name: String) -> String? {
      // A relative path would depend on where the client happens to start us.
      environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    if let home = value("MCP_PROXY_HOME") {
      (usage, catalog, logs) = ("\(home)/usage", "\(home)/catalog", "\(home)/logs")
      return
    }
    var (state, cache) = (value("XDG_STATE_HOME"), value("XDG_CACHE_HOME"))
    if state == nil || cache == nil {
      let home = value("HOME") ?? lastResort()
      state = state ?? "\(home)/.local/state"
      cache = cache ?? "\(home)/.cache"
    }
    usage = "\(state ?? "")/mcp-proxy/usage"
    logs = "\(state ?? "")/mcp-proxy/logs"
    catalog = "\(cache ?? "")/mcp-proxy/catalog"
  }

  /// A last resort in which nothing can be kept.
  package static let nowhere = "/dev/null"
}
