/// Finds the configuration file.
package enum ConfigurationFile {
  package static let name = "mcp-proxy.json"

  /// The first that is there: `MCP_PROXY_CONFIG`, the project's, that of the working directory or
  /// of a folder above it up to the root of the repository, the user's.
  ///
  /// What was asked for by name is taken whether it exists or not: the message must name it.
  package static func find(
    option: String?,
    surroundings: Surroundings,
    exists: (String) -> Bool
  ) -> String? {
    let environment = surroundings.environment
    let directory = surroundings.workingDirectory
    for named in [option, environment["MCP_PROXY_CONFIG"]] {
      if let named, !named.isEmpty {
        return FilePath.resolve(named, in: directory, home: surroundings.home)
      }
    }
    if let project = environment["CLAUDE_PROJECT_DIR"], !project.isEmpty {
      let path = FilePath.resolve("\(project)/\(name)", in: directory, home: surroundings.home)
      if exists(path) { return path }
    }
    if let path = above(directory, exists: exists) { return path }
    var folder = environment["XDG_CONFIG_HOME"] ?? ""
    // The specification has relative paths ignored.
    if !folder.hasPrefix("/") { folder = surroundings.home + "/.config" }
    let path = FilePath.normalize("\(folder)/mcp-proxy/\(name)")
    return exists(path) ? path : nil
  }

  /// Outside of a repository only the folder itself is looked at.
  private static func above(_ directory: String, exists: (String) -> Bool) -> String? {
    var candidates: [String] = []
    var folder = FilePath.normalize(directory)
    while true {
      let base = folder == "/" ? "" : folder
      candidates.append("\(base)/\(name)")
      if exists("\(base)/.git") { return candidates.first(where: exists) }
      if folder == "/" { return candidates.first.flatMap { exists($0) ? $0 : nil } }
      folder = FilePath.folder(of: folder)
    }
  }
}
