/// Finds, reads and loads the configuration a command works with.
struct ConfigurationSource {
  /// The path as the user gave it or as it was found.
  let path: String
  let configuration: Configuration?
  let problems: [ConfigurationProblem]

  /// Why there is nothing to load, and the exit code for it.
  struct Missing: Error {
    let text: String
    let exitCode: Int32
  }

  private static let largestFile = 16 << 20

  init(_ option: String?, _ kernel: PosixKernel) throws(Missing) {
    let environment = Host.environment()
    let surroundings = Surroundings(
      environment: environment,
      home: environment["HOME"] ?? "/",
      workingDirectory: Host.workingDirectory(),
      binaryPath: Host.binaryPath(CommandLine.arguments[0]) ?? CommandLine.arguments[0],
      readFile: { try? kernel.readFile($0, limit: 1 << 20) }
    )
    guard
      let found = ConfigurationFile.find(
        option: option,
        surroundings: surroundings,
        exists: Host.exists
      )
    else {
      throw Missing(
        text: "no mcp-proxy.json found here, in the folders above or in ~/.config/mcp-proxy; "
          + "name one with --config, or guard one server with: mcp-proxy run -- COMMAND",
        exitCode: 66
      )
    }
    path = found
    do throws(SystemError) {
      let bytes = try kernel.readFile(found, limit: Self.largestFile)
      let loader = ConfigurationLoader(bytes: bytes, path: found, surroundings: surroundings)
      (configuration, problems) = loader.load()
    } catch {
      throw Missing(text: "\(found): \(error)", exitCode: error.isNotFound ? 66 : 74)
    }
  }
}
