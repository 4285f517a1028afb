#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@main struct Main {
  static func main() {
    if CommandLine.arguments.dropFirst().first == "--reaper" { exit(Reaper.run()) }
  }
}
