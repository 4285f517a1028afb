/// Finds, reads and loads the configuration a command works with.
struct ConfigurationSource {
  /// The path as the user gave it or as it was found.
  let path: String
  let configuration: Configuration?
  let problems: [ConfigurationProblem]

  /// Why there is nothing to load.
  struct Missing: Error {
    /// The file that cannot be read; `nil`: none was found.
    let path: String?
    let message: String

    var text: String { path.map { "\($0): \(message)" } ?? message }
  }

  /// Where it is looked for, as a help says it.
  static let searchOrder = """
    The file is the one of --config, else $MCP_PROXY_CONFIG, else mcp-proxy.json in
    $CLAUDE_PROJECT_DIR, else in the working directory or (in a git repository) in a
    folder above it up to the root, else ~/.config/mcp-proxy/mcp-proxy.json.
    """

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
      let places = ConfigurationFile.places(surroundings, exists: Host.exists)
      throw Missing(path: nil, message: Self.searched(places.map(FilePath.folder(of:))))
    }
    path = found
    do throws(SystemError) {
      let bytes = try kernel.readFile(found, limit: Self.largestFile)
      let loader = ConfigurationLoader(bytes: bytes, path: found, surroundings: surroundings)
      (configuration, problems) = loader.load()
    } catch {
      throw Missing(path: found, message: "cannot be read (\(error.cause))")
    }
  }

  /// For a command that can do nothing without a file.
  static func required(
    _ option: String?,
    _ kernel: PosixKernel
  ) throws(CommandFailure) -> ConfigurationSource {
    do throws(Missing) {
      return try ConfigurationSource(option, kernel)
    } catch {
      throw CommandFailure(error)
    }
  }

  /// What to say if nothing was found in these folders.
  private static func searched(_ folders: [String]) -> String {
    let list = folders.dropLast().joined(separator: ", ") + " or \(folders.last ?? "")"
    return "no \(ConfigurationFile.name) in \(list); name one with --config, "
      + "or guard one server with: mcp-proxy run -- COMMAND"
  }

  /// Whether at least one server can be served.
  var servesSomething: Bool { configuration?.servesSomething ?? false }

  /// What keeps servers from being served and settings from being used, a line each.
  var complaints: [String] {
    let errors = problems.filter { $0.severity == .error }
    let told = Set(errors.compactMap(\.endpoint))
    let unusable = (configuration?.endpoints ?? []).compactMap { endpoint -> String? in
      guard !endpoint.disabled, !told.contains(endpoint.name),
        case .unusable(let reason) = endpoint.launch
      else { return nil }
      return "endpoint \"\(endpoint.name)\" cannot be used: \(reason)"
    }
    return errors.map { "\(path):\($0.line):\($0.column): \($0.message)" } + unusable
  }

  /// Says why the configuration cannot be used at all, and returns the exit code (`EX_CONFIG`).
  func refuse() -> Int32 {
    Host.report(CheckReport(configuration: nil, problems: problems, path: path).text)
    return 78
  }
}

extension CommandFailure {
  /// There is no file to read (`EX_NOINPUT`).
  init(_ missing: ConfigurationSource.Missing) {
    self.init(missing.text, 66)
  }
}
