import Testing

/// The rules of this repository that neither the compiler nor the formatter checks: a suite each.
struct TidyTests {
  /// Everything people wrote here.
  static let everything = [
    "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "Package.swift", "README.md", "Sources",
    "Tests", "benchmarks", "docs", "examples", "mcp-proxy.json",
  ]

  /// The product, or some of its folders, file by file.
  static func sources(in folders: [String] = ["Sources"]) throws -> [SourceFile] {
    let files = try read.get().filter { file in
      folders.contains { file.path.hasPrefix($0 + "/") }
    }
    try #require(!files.isEmpty)
    return files
  }

  /// Read once for all suites.
  private static let read = Result { try SourceFile.all(in: ["Sources"], endings: ["swift"]) }
}
