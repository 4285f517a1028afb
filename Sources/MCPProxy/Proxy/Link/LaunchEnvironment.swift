/// What the proxy's own surroundings give to the processes it starts.
package struct LaunchEnvironment: Sendable {
  /// The proxy's environment variables.
  package let variables: [String: String]
  /// Whether a path names a file that may be executed.
  let isExecutable: @Sendable (String) -> Bool
  /// The names in a folder, for version managers that put versions in folder names.
  let entries: @Sendable (String) -> [String]
  /// Whether a path names a folder.
  let isFolder: @Sendable (String) -> Bool
  /// The beginning of a file; empty if it cannot be read.
  let firstBytes: @Sendable (String) -> [UInt8]

  package init(
    variables: [String: String],
    isExecutable: @escaping @Sendable (String) -> Bool,
    entries: @escaping @Sendable (String) -> [String],
    isFolder: @escaping @Sendable (String) -> Bool = { _ in true },
    firstBytes: @escaping @Sendable (String) -> [UInt8] = { _ in [] }
  ) {
    self.variables = variables
    self.isExecutable = isExecutable
    self.entries = entries
    self.isFolder = isFolder
    self.firstBytes = firstBytes
  }

  /// What every process gets: enough to run, none of the proxy's secrets.
  package static let inherited = [
    "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ",
    "USER",
  ]

  /// The whole environment of a process, `NAME=value`; configured values win.
  ///
  /// Only a `path` that had to be widened wins over the configured one, with which it begins:
  /// `#!/usr/bin/env node` shall find its interpreter where the command was found.
  package func variables(for command: Command, path: String?) -> [String] {
    var values: [String: String] = [:]
    for name in command.inheritsAll ? Array(variables.keys) : Self.inherited {
      // A value that begins so is a function of an old shell, and a known way to smuggle in code.
      guard let value = variables[name], !value.hasPrefix("()") else { continue }
      values[name] = value
    }
    for entry in command.environment { values[entry.name] = entry.value }
    if let path { values["PATH"] = path }
    return values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }
}
