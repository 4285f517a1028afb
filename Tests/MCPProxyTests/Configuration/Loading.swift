import MCPProxy

/// A file read in a small world of its own.
struct Loading {
  let configuration: Configuration?
  /// As `line:column: severity: message [CODE]`.
  let problems: [String]

  init(
    _ text: String,
    environment: [String: String] = [:],
    files: [String: String] = [:],
    directory: String = "/project"
  ) {
    let surroundings = Surroundings(
      environment: environment,
      home: "/home/me",
      workingDirectory: directory,
      binaryPath: "/bin/mcp-proxy"
    ) { path in files[path].map { Array($0.utf8) } }
    let loader = ConfigurationLoader(
      bytes: Array(text.utf8),
      path: "/folder/mcp-proxy.json",
      surroundings: surroundings
    )
    let result = loader.load()
    configuration = result.configuration
    problems = result.problems.map {
      "\($0.line):\($0.column): \($0.severity): \($0.message) [\($0.code.rawValue)]"
    }
  }

  /// One entry `a` of which only the members are given.
  static func entry(_ members: String, environment: [String: String] = [:]) -> Loading {
    Loading(#"{"mcpServers":{"a":{"command":"x",\#(members)}}}"#, environment: environment)
  }

  /// The first endpoint.
  var first: EndpointConfiguration? { configuration?.endpoints.first }

  /// The command of the first endpoint.
  var command: Command? {
    if case .process(let command) = first?.launch { command } else { nil }
  }

  /// Why the first endpoint cannot be used.
  var reason: String? {
    if case .unusable(let reason) = first?.launch { reason } else { nil }
  }
}
