/// Finds the configuration file.
package enum ConfigurationFile {
  package static let name = "mcp-proxy.json"

  /// The file that was asked for by name, else the first of `places` that is there.
  ///
  /// What was asked for by name is taken whether it exists or not: the message must name it.
  package static func find(
    option: String?,
    surroundings: Surroundings,
    exists: (String) -> Bool
  ) -> String? {
    for named in [option, surroundings.environment["MCP_PROXY_CONFIG"]] {
      if let named, !named.isEmpty {
        return FilePath.resolve(
          named,
          in: surroundings.workingDirectory,
          home: surroundings.home
        )
      }
    }
    return places(surroundings, exists: exists).first(where: exists)
  }

  /// Where it is looked for, in order: the project's, that of the working directory or of a folder
  /// above it up to the root of the repository, the user's.
  package static func places(_ surroundings: Surroundings, exists: (String) -> Bool) -> [String] {
    let environment = surroundings.environment
    let directory = surroundings.workingDirectory
    var places: [String] = []
    if let project = environment["CLAUDE_PROJECT_DIR"], !project.isEmpty {
      places.append(
        FilePath.resolve("\(project)/\(name)", in: directory, home: surroundings.home)
      )
    }
    places += above(directory, exists: exists)
    var folder = environment["XDG_CONFIG_HOME"] ?? ""
    // The specification has relative paths ignored.
    if !folder.hasPrefix("/") { folder = surroundings.home + "/.config" }
    return places + [FilePath.normalize("\(folder)/mcp-proxy/\(name)")]
  }

  /// Outside of a repository only the folder itself is looked at: nobody knows whose a file further
  /// up is, and it names programs to start.
  private static func above(_ directory: String, exists: (String) -> Bool) -> [String] {
    var candidates: [String] = []
    var folder = FilePath.normalize(directory)
    while true {
      let base = folder == "/" ? "" : folder
      candidates.append("\(base)/\(name)")
      if exists("\(base)/.git") { return candidates }
      if folder == "/" { return Array(candidates.prefix(1)) }
      folder = FilePath.folder(of: folder)
    }
  }
}
