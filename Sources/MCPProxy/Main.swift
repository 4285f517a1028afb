#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@main struct Main {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch arguments.first {
    case "--reaper": exit(Reaper.run())
    case "example-server": exit(ExampleServer.run(arguments.dropFirst()))
    case "run" where arguments.dropFirst().first == "--":
      var c = Configuration()
      let cmd = Array(arguments.dropFirst(2))
      var e = EndpointConfiguration(
        name: cmd[0].split(separator: "/").last.map(String.init) ?? "server",
        launch: .process(Command(cmd[0], Array(cmd.dropFirst())))
      )
      e.prefix = ""
      c.endpoints = [e]
      exit(RunCommand.run(c, log: .warn))
    case "run" where arguments.dropFirst().first == "--config" && arguments.count == 3:
      exit(runFile(arguments[2]))
    default: break
    }
  }

  private static func runFile(_ path: String) -> Int32 {
    let environment = Host.environment()
    guard let kernel = try? PosixKernel(), let bytes = try? kernel.readFile(path, limit: 1 << 20)
    else { return 66 }
    let surroundings = Surroundings(
      environment: environment,
      home: environment["HOME"] ?? "/",
      workingDirectory: Host.workingDirectory(),
      binaryPath: Host.binaryPath(CommandLine.arguments[0]) ?? CommandLine.arguments[0],
      readFile: { try? kernel.readFile($0, limit: 1 << 20) }
    )
    let loaded = ConfigurationLoader(bytes: bytes, path: path, surroundings: surroundings).load()
    guard let configuration = loaded.configuration else { return 78 }
    return RunCommand.run(configuration, log: configuration.proxy.logLevel)
  }
}
