#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Looks up the command that is asked for, and runs it.
@main struct Main {
  static func main() {
    Host.ignoreBrokenPipes()
    let closed = Host.fillStandardStreams()
    do throws(CommandFailure) {
      let command = try command()
      if command.servesClient, let number = closed.first, number < 2 {
        let name = number == 0 ? "input" : "output"
        throw CommandFailure("standard \(name) is closed; a client must be at its other end", 74)
      }
      let code = try command.run()
      if let error = Host.lostOutput {
        throw CommandFailure("standard output: \(error.cause)", 74)
      }
      exit(code)
    } catch {
      Host.report("mcp-proxy: \(error.text)\n")
      exit(error.exitCode)
    }
  }

  private static func command() throws(CommandFailure) -> any Subcommand {
    do throws(UsageError) {
      return try SubcommandTable.command(Array(CommandLine.arguments.dropFirst()))
    } catch {
      throw CommandFailure(error)
    }
  }
}
