#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@main struct Main {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    switch arguments.first {
    case "--reaper": exit(Reaper.run())
    case "example-server": exit(ExampleServer.run(arguments.dropFirst()))
    default: break
    }
  }
}
