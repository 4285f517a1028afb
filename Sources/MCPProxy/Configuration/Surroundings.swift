/// What a configuration is read against: everything the loader may know besides the file itself.
package struct Surroundings {
  package var environment: [String: String]
  package var home: String
  package var workingDirectory: String
  /// Absolute; what `${mcpProxy}` stands for.
  package var binaryPath: String
  /// The bytes of a small file (an `envFile`, a `${file:}`); `nil` if it cannot be read.
  package var readFile: (String) -> [UInt8]?

  package init(
    environment: [String: String],
    home: String,
    workingDirectory: String,
    binaryPath: String,
    readFile: @escaping (String) -> [UInt8]?
  ) {
    self.environment = environment
    self.home = home
    self.workingDirectory = workingDirectory
    self.binaryPath = binaryPath
    self.readFile = readFile
  }
}
