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
    default: break
    }
  }
}
