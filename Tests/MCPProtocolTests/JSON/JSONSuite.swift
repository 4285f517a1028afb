import Foundation

/// The public JSON parsing test suite, read where a checkout has it beside the repository.
///
/// It is not part of the repository: a plain clone has no such folder, and the tests that need it
/// say so and pass.
enum JSONSuite {
  static let directory: URL = {
    let shared =
      ProcessInfo.processInfo.environment["MCP_PROXY_TEST_SHARED"].map { URL(filePath: $0) }
      ?? URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "shared")
    return shared.appending(path: "json-test-suite/test_parsing")
  }()

  /// The cases by file name; `nil` where the suite is absent.
  static func cases() throws -> [(name: String, bytes: [UInt8])]? {
    guard FileManager.default.fileExists(atPath: directory.path) else {
      print("JSON test suite absent at \(directory.path): its cases are not checked.")
      return nil
    }
    return try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
      .filter { $0.hasSuffix(".json") }
      .map { ($0, [UInt8](try Data(contentsOf: directory.appending(path: $0)))) }
  }
}

/// A small seeded generator (SplitMix64), so that a failing case can be run again.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
