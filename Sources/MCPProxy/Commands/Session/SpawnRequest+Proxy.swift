extension SpawnRequest {
  /// This very program with these arguments, working in `home` and writing there alone.
  init(proxy arguments: [String], home: String, _ environment: [String: String]) {
    var variables = environment
    variables["MCP_PROXY_HOME"] = home
    let name = CommandLine.arguments[0]
    self.init(
      executable: Host.binaryPath(name) ?? name,
      arguments: arguments,
      environment: variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    )
    directory = home
  }
}
