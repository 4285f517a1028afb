import Testing

extension TidyTests {
  /// What an endpoint is known by.
  struct IdentityTests {
    /// What declares a place in the configuration.
    private static let indexes = ["endpoint: Int", "fallback: [Int]", "index: Int"]

    /// Declarations in each file.
    private static let offenders: OffenderList = [:]

    @Test func `no index means an endpoint`() throws {
      // A changed configuration would bend them all.
      let places = ["Proxy", "Resilience", "Usage"].map { "Sources/MCPProxy/\($0)" }
      var found: [String: Int] = [:]
      for file in try TidyTests.sources(in: places) {
        // The one index that is no endpoint's but a tool's.
        if file.name == "ToolReference.swift" { continue }
        let count = file.code.reduce(0) { $0 + Self.declarations(in: $1) }
        if count > 0 { found[file.name] = count }
      }
      #expect(Self.offenders.problems(found) == [])
    }

    private static func declarations(in line: String) -> Int {
      indexes.reduce(0) { count, text in
        count
          + line.ranges(of: text).count { range in
            let before = line[..<range.lowerBound].last
            let after = line[range.upperBound...].first
            return before.map { !$0.isLetter } ?? true && after.map { !$0.isLetter } ?? true
          }
      }
    }
  }
}
