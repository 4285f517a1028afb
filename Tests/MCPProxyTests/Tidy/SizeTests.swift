import Testing

extension TidyTests {
  /// Everything can be read in one sitting.
  struct SizeTests {
    @Test func `files, lines and functions are short`() throws {
      let endings: Set = ["c", "h", "modulemap", "py", "swift"]
      let files = try SourceFile.all(in: ["Sources", "Tests", "benchmarks"], endings: endings)
      var problems: [String] = []
      // What has no ending in its name.
      let programs = [
        "Package.swift", "Tests/Experiments/run", "Tests/Experiments/soak", "Tests/Interop/run",
        "Tests/counts", "Tests/coverage", "benchmarks/run",
      ]
      for file in try files + programs.map(SourceFile.init) {
        if file.lines.count > 300 { problems.append("\(file.path): \(file.lines.count) lines") }
        for (index, line) in file.lines.enumerated() where line.count > 100 {
          problems.append("\(file.path):\(index + 1): \(line.count) columns")
        }
        for function in file.functions() where function.lines.count > 60 {
          let start = function.lines.lowerBound
          problems.append("\(file.path):\(start): a function of \(function.lines.count) lines")
        }
      }
      #expect(problems == [])
    }

    @Test func `half of the source files have at most 110 lines`() throws {
      let lengths = try TidyTests.sources().map(\.lines.count).sorted()
      #expect(lengths[lengths.count / 2] <= 110)
    }
  }
}
