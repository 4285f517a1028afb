import MCPProtocol

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Reads the command line and runs the command.
@main struct Main {
  static func main() {
    Host.ignoreBrokenPipes()
    let closed = Host.fillStandardStreams()
    let arguments: Arguments
    do throws(Arguments.UsageError) {
      arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
    } catch {
      // On a line of its own: what stands before may be a command to copy.
      fail(error.text + "\nSee: mcp-proxy help", 64)
    }
    if arguments.isRun, let number = closed.first, number < 2 {
      let name = number == 0 ? "input" : "output"
      fail("standard \(name) is closed; a client must be at its other end", 74)
    }
    let code = run(arguments)
    if let error = Host.lostOutput { fail("standard output: \(error.cause)", 74) }
    exit(code)
  }

  private static func run(_ arguments: Arguments) -> Int32 {
    switch arguments.action {
    case .reaper: return Reaper.run()
    case .exampleServer(let options): return ExampleServer.run(options)
    case .help(let topic): Host.print(HelpText.about(topic ?? "help") + "\n")
    case .version(let json): printVersion(json || arguments.json)
    case .schema: Host.print(ConfigurationSchema.text)
    case .demo: return DemoCommand.run()
    case .chaos(let options): return play(options, arguments)
    case .rehearse(let options): return rehearse(options)
    case .check(let isStrict): return check(arguments, isStrict)
    case .wrap(let command):
      let configuration = wrapping(command)
      let chaos = chaos(arguments, configuration)
      greet(arguments)
      return RunCommand.run(configuration, logLevel(arguments, nil), kernel(), chaos)
    case .run: return serve(arguments)
    }
    return 0
  }

  private static func fail(_ text: String, _ code: Int32) -> Never {
    Host.report("mcp-proxy: \(text)\n")
    exit(code)
  }

  private static func kernel() -> PosixKernel {
    do throws(SystemError) { return try PosixKernel() } catch { fail("\(error)", 74) }
  }

  private static func source(
    _ configuration: String?,
    _ kernel: PosixKernel
  ) -> ConfigurationSource {
    do throws(ConfigurationSource.Missing) {
      return try ConfigurationSource(configuration, kernel)
    } catch {
      fail(error.text, 66)
    }
  }

  private static func check(_ arguments: Arguments, _ isStrict: Bool) -> Int32 {
    let report: CheckReport
    do throws(ConfigurationSource.Missing) {
      let source = try ConfigurationSource(arguments.configuration, kernel())
      report = CheckReport(
        configuration: source.configuration,
        problems: source.problems,
        path: source.path,
        isStrict: isStrict
      )
    } catch {
      guard arguments.json else { fail(error.text, 66) }
      report = CheckReport(missing: error.message, path: error.path)
    }
    Host.print(arguments.json ? String(decoding: report.json, as: UTF8.self) : report.text)
    return report.exitCode
  }

  /// Serves a file.
  ///
  /// One bad server never stops the rest; only nothing to serve does.
  private static func serve(_ arguments: Arguments) -> Int32 {
    if CommandLine.arguments.count == 1, Host.isTerminal(0) {
      // It must not sit mute on a terminal that asked for nothing.
      Host.print(HelpText.short + "\n")
      return 0
    }
    let kernel = kernel()
    let source = source(arguments.configuration, kernel)
    guard let configuration = source.configuration else { return refuse(source) }
    guard source.servesSomething else {
      // Thousands may fill the pipe of a client that shows them later, or never.
      Host.report(source.complaints.map { "mcp-proxy: \($0)\n" }.joined())
      fail("\(source.path): there is no server that can be served", 78)
    }
    greet(arguments)
    let chaos = chaos(arguments, configuration)
    return RunCommand.run(
      configuration,
      logLevel(arguments, configuration),
      kernel,
      chaos,
      complaints: source.complaints
    )
  }

  /// Says on a terminal that it is waited for input.
  private static func greet(_ arguments: Arguments) {
    guard Host.isTerminal(0), !arguments.quiet else { return }
    let hint = "serving MCP on this terminal; paste JSON-RPC lines, Ctrl-D ends"
    Host.print("mcp-proxy: \(hint)\n", to: 2)
  }

  /// The faults to inject, if `--chaos` was given.
  private static func chaos(
    _ arguments: Arguments,
    _ configuration: Configuration
  ) -> ChaosSettings? {
    guard let options = arguments.chaos else { return nil }
    do throws(Arguments.UsageError) {
      let settings = try options.settings(configuration)
      Host.warn("mcp-proxy: \(settings.announcement)")
      return settings
    } catch {
      fail(error.text, 64)
    }
  }

  /// Plays a playbook, or lists them.
  private static func play(_ options: PlaybookOptions, _ arguments: Arguments) -> Int32 {
    guard let playbook = options.playbook else {
      PlaybookCommand.list(isJSON: arguments.json)
      return 0
    }
    let kernel = kernel()
    let source = source(arguments.configuration, kernel)
    guard let configuration = source.configuration else { return refuse(source) }
    let command = PlaybookCommand(
      options: options,
      source: source,
      kernel: kernel,
      isJSON: arguments.json
    )
    return command.run(playbook, configuration)
  }

  /// Serves as the proxy of a playbook.
  private static func rehearse(_ options: RehearsalOptions) -> Int32 {
    let kernel = kernel()
    let source = source(options.configuration, kernel)
    guard let configuration = source.configuration else { return refuse(source) }
    let rehearsal = options.rehearsal
    let prepared = rehearsal.prepared(
      options.isReal ? configuration : Rehearsal.playable(configuration, source.problems),
      PlaybookCommand.standIns(options.ledger, catalog: options.catalog)
    )
    return RunCommand.run(prepared, .warn, kernel, rehearsal.chaos)
  }

  /// Says why a configuration cannot be used at all.
  private static func refuse(_ source: ConfigurationSource) -> Int32 {
    let report = CheckReport(
      configuration: nil,
      problems: source.problems,
      path: source.path,
      isStrict: false
    )
    Host.report(report.text)
    return 78
  }

  private static func logLevel(
    _ arguments: Arguments,
    _ configuration: Configuration?
  ) -> Log.Level {
    if arguments.verbose { return .debug }
    if arguments.quiet { return .error }
    let asked = Host.environment()["MCP_PROXY_LOG"].flatMap(Log.Level.init)
    return asked ?? configuration?.proxy.logLevel ?? .warn
  }

  /// One server under its own tool names, as if it had been registered directly.
  private static func wrapping(_ command: [String]) -> Configuration {
    var configuration = Configuration()
    let name = command[0].split(separator: "/").last.map(String.init) ?? "server"
    var launch = Command(command[0], Array(command.dropFirst()))
    // No entry says what it needs; the client gave this environment for this one server.
    launch.inheritsAll = true
    var endpoint = EndpointConfiguration(name: name, launch: .process(launch))
    endpoint.prefix = ""
    configuration.endpoints = [endpoint]
    return configuration
  }

  private static func printVersion(_ json: Bool) {
    let revisions = ProtocolVersion.handshakeVersions.map(\.rawValue)
    guard json else {
      Host.print("mcp-proxy \(Version.number) (Swift stdio MCP proxy)\n")
      return
    }
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("name")
    writer.string("mcp-proxy")
    writer.key("version")
    writer.string(Version.number)
    writer.key("protocol")
    writer.beginArray()
    for revision in revisions { writer.string(revision) }
    writer.endArray()
    writer.endObject()
    Host.print(String(decoding: writer.bytes, as: UTF8.self) + "\n")
  }
}
