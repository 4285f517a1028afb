import Foundation

/// The parsing cases of JSONTestSuite, read where they lie: beside the repository, if at all.
enum JSONTestSuite {
  struct Case: CustomStringConvertible, Sendable {
    let name: String
    let bytes: [UInt8]
    var description: String { name }
  }

  static let cases: [Case] = {
    let folder = URL(filePath: #filePath)
      .appending(path: "../../../../../shared/json-test-suite/test_parsing").standardized
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
    return names.sorted().compactMap { name in
      (try? Data(contentsOf: folder.appending(path: name))).map {
        Case(name: name, bytes: [UInt8]($0))
      }
    }
  }()

  static func cases(_ prefix: String) -> [Case] { cases.filter { $0.name.hasPrefix(prefix) } }

  static var isPresent: Bool { !cases.isEmpty }
}
