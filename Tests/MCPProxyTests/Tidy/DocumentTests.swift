import Foundation
import Testing

extension TidyTests {
  /// The documents, and that what they point at is there.
  struct DocumentTests {
    @Test func `the documents keep their form`() throws {
      #expect(try SourceFile("README.md").lines.count <= 150)
      #expect(try SourceFile("ARCHITECTURE.md").lines.count <= 200)
      let changelog = try SourceFile("CHANGELOG.md")
      #expect(changelog.lines.contains { $0.hasPrefix("## ") && $0.contains("Unreleased") })
    }

    @Test func `every relative link leads to a file`() throws {
      let problems = try SourceFile.all(in: TidyTests.everything, endings: ["md"]).flatMap { file in
        let folder = SourceFile.root.appending(path: file.path).deletingLastPathComponent()
        return file.links().map(\.path).filter { link in
          !FileManager.default.fileExists(atPath: folder.appending(path: link).path)
        }
        .map { "\(file.path): \($0)" }
      }
      #expect(problems == [])
    }

    @Test func `every link to a heading leads to one`() throws {
      let files = try SourceFile.all(in: TidyTests.everything, endings: ["md"])
      let anchors = Dictionary(
        uniqueKeysWithValues: files.map { (Self.absolute($0.path), $0.anchors()) }
      )
      let problems = files.flatMap { file in
        file.links().filter { link in
          let folder = file.path.split(separator: "/").dropLast().joined(separator: "/")
          let target = link.path.isEmpty ? file.path : "\(folder)/\(link.path)"
          return !link.fragment.isEmpty
            && anchors[Self.absolute(target)]?.contains(link.fragment) != true
        }
        .map { "\(file.path): \($0.path)#\($0.fragment)" }
      }
      #expect(problems == [])
    }

    /// Without `..` in it.
    private static func absolute(_ path: String) -> String {
      SourceFile.root.appending(path: path).standardizedFileURL.path
    }
  }
}
