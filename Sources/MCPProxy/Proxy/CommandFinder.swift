/// Finds a command as the user's terminal would, although desktop programs start us with
/// `PATH=/usr/bin:/bin` (the most common reason why a server does not start).
struct CommandFinder: Sendable {
  struct Found: Equatable, Sendable {
    let path: String
    /// The PATH the process gets, when it had to be widened.
    let searchPath: String?
  }

  private let environment: LaunchEnvironment

  init(_ environment: LaunchEnvironment) { self.environment = environment }

  func find(_ command: Command) throws(LaunchError) -> Found {
    let name = command.executable
    if name.contains("/") {
      guard environment.isExecutable(name) else {
        throw LaunchError(text: "\(name) does not exist or is not executable")
      }
      return Found(path: name, searchPath: nil)
    }
    let given =
      command.environment.last { $0.name == "PATH" }?.value ?? environment.variables["PATH"] ?? ""
    var searched = folders(given)
    if let path = search(searched, name) { return Found(path: path, searchPath: nil) }
    // Asked only now: a login shell may take a second to start.
    for more in [environment.loginShellPath().map(folders) ?? [], wellKnownFolders] {
      let new = more.filter { !searched.contains($0) }
      searched += new
      if let path = search(new, name) {
        return Found(path: path, searchPath: searched.joined(separator: ":"))
      }
    }
    throw LaunchError(
      text: "the command \"\(name)\" was not found in \(searched.count) folders "
        + "(\(searched.joined(separator: ":"))); give its absolute path"
    )
  }

  private func folders(_ path: String) -> [String] {
    path.split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
  }

  private func search(_ folders: [String], _ name: String) -> String? {
    folders.lazy.map { "\($0)/\(name)" }.first(where: environment.isExecutable)
  }

  /// Where package and version managers put programs.
  private var wellKnownFolders: [String] {
    var folders = ["/opt/homebrew/bin", "/usr/local/bin", "/usr/bin", "/bin"]
    guard let home = environment.variables["HOME"], !home.isEmpty else { return folders }
    for folder in [
      ".local/bin", ".cargo/bin", ".bun/bin", ".deno/bin", ".volta/bin", ".asdf/shims",
      ".local/share/mise/shims",
    ] {
      folders.append("\(home)/\(folder)")
    }
    let versions = "\(home)/.nvm/versions/node"
    if let newest = environment.entries(versions).max(by: Self.isOlder) {
      folders.append("\(versions)/\(newest)/bin")
    }
    return folders
  }

  /// Orders `v9.1.0` before `v20.2.0`.
  private static func isOlder(_ left: String, _ right: String) -> Bool {
    func numbers(_ text: String) -> [Int] {
      text.split { !$0.isNumber }.map { Int($0) ?? 0 }
    }
    return numbers(left).lexicographicallyPrecedes(numbers(right))
  }
}
