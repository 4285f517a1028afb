extension RunCommand {
  /// Serves one server under its own tool names, as if it had been registered directly.
  func guardOne(_ server: [String]) throws(CommandFailure) -> Int32 {
    var launch = Command(server[0], Array(server.dropFirst()))
    // No entry says what it needs; the client gave this environment for this one server.
    launch.inheritsAll = true
    let name = server[0].split(separator: "/").last.map(String.init) ?? "server"
    var endpoint = EndpointConfiguration(name: name, launch: .process(launch))
    endpoint.prefix = ""
    var configuration = Configuration()
    configuration.endpoints = [endpoint]
    let chaos = try injected(configuration)
    greet()
    return ProxyRun(
      configuration: configuration,
      logLevel: logLevel(nil),
      kernel: try PosixKernel.forCommand(),
      chaos: chaos
    ).serve()
  }

  /// Serves a file.
  ///
  /// One bad server never stops the rest; only nothing to serve does.
  func serveFile() throws(CommandFailure) -> Int32 {
    let kernel = try PosixKernel.forCommand()
    let source = try ConfigurationSource.required(file, kernel)
    guard let configuration = source.configuration else { return source.refuse() }
    guard source.servesSomething else {
      // Thousands may fill the pipe of a client that shows them later, or never.
      Host.report(source.complaints.map { "mcp-proxy: \($0)\n" }.joined())
      throw CommandFailure("\(source.path): there is no server that can be served", 78)
    }
    greet()
    return ProxyRun(
      configuration: configuration,
      logLevel: logLevel(configuration.proxy.logLevel),
      kernel: kernel,
      chaos: try injected(configuration),
      complaints: source.complaints
    ).serve()
  }

  /// Says on a terminal that it is waited for input.
  private func greet() {
    guard Host.isTerminal(0), !isQuiet else { return }
    let hint = "serving MCP on this terminal; paste JSON-RPC lines, Ctrl-D ends"
    Host.print("mcp-proxy: \(hint)\n", to: 2)
  }

  /// The faults to inject, if `--chaos` was given.
  private func injected(_ configuration: Configuration) throws(CommandFailure) -> ChaosSettings? {
    guard let chaos else { return nil }
    do throws(UsageError) {
      let settings = try chaos.settings(configuration)
      Host.warn("mcp-proxy: \(settings.announcement)")
      return settings
    } catch {
      throw CommandFailure(error.text, 64)
    }
  }

  /// What the command line says, else the environment, else the configuration.
  private func logLevel(_ configured: Log.Level?) -> Log.Level {
    if isVerbose { return .debug }
    if isQuiet { return .error }
    let asked = Host.environment()["MCP_PROXY_LOG"].flatMap(Log.Level.init)
    return asked ?? configured ?? .warn
  }
}
