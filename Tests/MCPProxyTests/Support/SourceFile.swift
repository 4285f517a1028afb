import Foundation

/// A text file of this repository, for the tests that read it.
struct SourceFile {
  /// Relative to the root of the repository.
  let path: String
  let lines: [String]
  /// The lines with everything blanked out that is not code: comments, text of literals, raw names.
  let code: [String]

  /// The root of the repository this test was compiled in.
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Reads one file; a file that is missing or not UTF-8 throws.
  init(_ path: String) throws {
    let url = Self.root.appending(path: path)
    self.init(path: path, text: try String(contentsOf: url, encoding: .utf8))
  }

  /// A file with this text.
  init(path: String, text: String) {
    self.path = path
    lines = Self.split(text)
    var blanker = Blanker(text, isC: path.hasSuffix(".c") || path.hasSuffix(".h"))
    code = Self.split(blanker.blanked())
  }

  /// Every file below the given files and folders whose name has one of the endings, in order.
  static func all(in places: [String], endings: Set<String>) throws -> [SourceFile] {
    try paths(in: places).filter { endings.contains(($0 as NSString).pathExtension) }
      .map(SourceFile.init)
  }

  /// The paths of every file below the given files and folders; a place that is missing throws.
  static func paths(in places: [String]) throws -> [String] {
    try places.flatMap { place in
      guard try isFolder(place) else { return [place] }
      return try FileManager.default
        .subpathsOfDirectory(atPath: root.appending(path: place).path)
        .filter { !$0.split(separator: "/").contains { $0.hasPrefix(".") || $0 == "__pycache__" } }
        .map { "\(place)/\($0)" }
        .filter { try !isFolder($0) }
    }
    .sorted()
  }

  private static func isFolder(_ path: String) throws -> Bool {
    let path = root.appending(path: path).path
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return attributes[.type] as? FileAttributeType == .typeDirectory
  }

  private static func split(_ text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}
