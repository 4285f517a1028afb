/// Finds a command as the user's terminal would, although desktop programs start us with
/// `PATH=/usr/bin:/bin` (the most common reason why a server does not start).
package struct CommandFinder: Sendable {
  package struct Found: Equatable, Sendable {
    package let path: String
    /// The PATH the process gets, when it had to be widened.
    package let searchPath: String?
  }

  private let environment: LaunchEnvironment

  package init(_ environment: LaunchEnvironment) { self.environment = environment }

  /// Looks where the proxy's own PATH says; `nil` if it is not there.
  package func find(_ command: Command) throws(LaunchError) -> Found? {
    let name = command.executable
    guard name.contains("/") else {
      return search(folders(givenPath(command)), name).map { Found(path: $0, searchPath: nil) }
    }
    guard environment.isExecutable(name) else {
      throw LaunchError(text: "\(name) does not exist or is not executable")
    }
    // A script's interpreter often lies beside it: npx and node.
    let (folder, given) = (FilePath.folder(of: name), givenPath(command))
    guard name.hasPrefix("/"), !given.isEmpty, !folders(given).contains(folder) else {
      return Found(path: name, searchPath: nil)
    }
    return Found(path: name, searchPath: "\(given):\(folder)")
  }

  /// Looks where the user's terminal would (`loginPath`), and where programs are usually put.
  package func findElsewhere(_ command: Command, loginPath: String?) throws(LaunchError) -> Found {
    var searched = folders(givenPath(command))
    for more in [loginPath.map(folders) ?? [], wellKnownFolders] {
      let new = more.filter { !searched.contains($0) }
      searched += new
      if let path = search(new, command.executable) {
        return Found(path: path, searchPath: searched.joined(separator: ":"))
      }
    }
    let name = command.executable
    let wayOut =
      name.contains(" ")
      ? "what follows the name belongs in \"args\"" : "give its absolute path"
    throw LaunchError(
      text: "the command \"\(name)\" was not found; \(wayOut) "
        + "(\(searched.count) folders searched: \(searched.joined(separator: ":")))"
    )
  }

  private func givenPath(_ command: Command) -> String {
    let own = command.environment.last { $0.name == "PATH" }?.value
    return own ?? environment.variables["PATH"] ?? ""
  }

  private func folders(_ path: String) -> [String] {
    var folders: [String] = []
    for folder in path.split(separator: ":").map(String.init)
    where folder.hasPrefix("/") && !folders.contains(folder) {
      folders.append(folder)
    }
    return folders
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
