import Foundation
import MCPProxy

/// Talking to the real proxy with example servers behind it.
extension ProcessHarness {
  /// Variables that keep the proxy away from the files of whoever runs the tests.
  static func environment(home: TemporaryFolder) -> [String: String] {
    var variables = ProcessInfo.processInfo.environment
    variables["MCP_PROXY_HOME"] = home.path
    // No login shell is asked for its PATH.
    variables["SHELL"] = nil
    return variables
  }

  /// `mcp-proxy run --` with an example server behind it; options are separated by blanks.
  static func proxy(_ options: String = "", home: TemporaryFolder) throws -> ProcessHarness {
    try proxy(
      command: [program, "example-server"] + options.split(separator: " ").map(String.init),
      home: home
    )
  }

  /// `mcp-proxy run --` with this command behind it.
  static func proxy(command: [String], home: TemporaryFolder) throws -> ProcessHarness {
    try ProcessHarness(program, ["run", "--"] + command, environment: environment(home: home))
  }

  /// A proxy that has done the handshake with its client.
  static func openProxy(_ options: String = "", home: TemporaryFolder) throws -> ProcessHarness {
    let proxy = try proxy(options, home: home)
    proxy.initialize()
    return proxy
  }

  /// The answer to the next `tools/list`.
  func listTools(_ id: String = #""list""#) -> String? {
    send(#"{"jsonrpc":"2.0","id":\#(id),"method":"tools/list"}"#)
    return answer(id)
  }

  /// The answer with this id; lines before it are passed over.
  func answer(_ id: String) -> String? {
    collect { JSONText($0).id == id }.last.flatMap { JSONText($0).id == id ? $0 : nil }
  }

  /// Sends a call and returns its answer.
  func callAndWait(_ id: String, _ tool: String, _ arguments: String) -> String? {
    call(id, tool, arguments)
    return answer(id)
  }

  /// Ends the input and returns every line that was still written.
  func finish() -> [String] {
    closeInput()
    return collect()
  }
}
