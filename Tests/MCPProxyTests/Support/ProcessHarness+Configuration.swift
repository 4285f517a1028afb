import MCPProxy

/// The real proxy with a configuration file.
extension ProcessHarness {
  /// Servers of a configuration, each an example server told to misbehave.
  ///
  /// - Parameters:
  ///   - servers: Name, options of the example server and further members of the entry, as JSON.
  ///   - rest: Further members of the file, as JSON.
  static func proxy(
    servers: [(name: String, options: String, members: String)],
    rest: String = "",
    home: TemporaryFolder
  ) throws -> ProcessHarness {
    let entries = servers.map { server in
      let arguments = (["example-server"] + server.options.split(separator: " ").map(String.init))
        .map { "\"\($0)\"" }.joined(separator: ",")
      let members = server.members.isEmpty ? "" : ",\(server.members)"
      return "\"\(server.name)\":{\"command\":\"\(program)\",\"args\":[\(arguments)]\(members)}"
    }
    let text =
      "{\"mcpServers\":{\(entries.joined(separator: ","))}"
      + (rest.isEmpty ? "" : ",\(rest)") + "}"
    return try proxyFile(text, home: home)
  }

  /// The real proxy with this configuration file.
  static func proxyFile(_ text: String, home: TemporaryFolder) throws -> ProcessHarness {
    try ProcessHarness(
      program,
      ["run", "--config", try home.write(text, to: "mcp-proxy.json")],
      environment: environment(home: home)
    )
  }

  /// One server "a" without a prefix; the handshake is done and its tools are listed.
  static func guarded(
    _ options: String,
    _ members: String,
    home: TemporaryFolder
  ) throws -> ProcessHarness {
    let prefix = members.isEmpty ? #""prefix":"""# : #""prefix":"","# + members
    let proxy = try proxy(servers: [("a", options, prefix)], home: home)
    proxy.initialize()
    _ = proxy.listTools()
    return proxy
  }

  /// A notification that takes back a request.
  func cancel(_ id: String) {
    send(
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#
    )
  }
}
