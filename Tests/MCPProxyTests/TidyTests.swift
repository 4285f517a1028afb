import Foundation
import Testing

/// The rules of this repository that neither the compiler nor the formatter checks.
struct TidyTests {
  /// A word that may stand in one file although it is forbidden in general.
  private struct Allowance {
    let file: String
    let word: String
    let reason: String
  }

  /// What may not stand in the code below Sources, and where to turn instead.
  private static let forbidden: [(word: String, instead: String)] = [
    ("Task {", "a child task of a group: a bare task leaves the event loop"),
    ("Task(", "a child task of a group: there is one root task"),
    ("Task.init", "a child task of a group: there is one root task"),
    ("Task.detached", "a child task of a group: a detached task leaves the event loop"),
    ("Task.sleep", "a timer of the event loop, which a test can advance"),
    ("DispatchQueue", "an actor on the event loop"),
    ("import Dispatch", "the event loop"),
    ("import Foundation", "the standard library: start, size and speed"),
    ("@unchecked", "a type the compiler can check"),
    ("nonisolated(unsafe)", "isolation the compiler can check"),
    ("@preconcurrency", "isolation the compiler can check"),
    ("assumeIsolated", "an await: on one loop it does not suspend"),
    ("try!", "a thrown or handled error"),
    ("as!", "a conditional cast"),
    ("fatalError", "an error, or a precondition on our own state"),
    ("public ", "package: this is a program, not a library"),
    ("Date(", "a time that is passed in"),
    ("ContinuousClock", "a time that is passed in"),
    ("SuspendingClock", "a time that is passed in"),
    ("SystemRandomNumberGenerator", "a generator that is passed in"),
    (".random(in:", "a generator that is passed in"),
    ("Bool.random(", "a generator that is passed in"),
    (".randomElement(", "a generator that is passed in"),
    (".shuffled(", "a generator that is passed in"),
  ]

  private static let allowed: [Allowance] = [
    Allowance(
      file: "Sources/MCPProxy/Commands/RunCommand.swift",
      word: "Task(",
      reason: "the root task, of which every other one is a child"
    ),
    Allowance(
      file: "Sources/MCPProxy/EventLoop/EventLoop.swift",
      word: "nonisolated(unsafe)",
      reason: "only the loop's thread touches timers and watches; a lock cost a tenth of a call"
    ),
    Allowance(
      file: "Sources/MCPProxy/Reaper/Reaper.swift",
      word: "SuspendingClock",
      reason: "the reaper is a process of its own, without the event loop and its time"
    ),
    Allowance(
      file: "Sources/MCPProxy/Resilience/Mutant.swift",
      word: "nonisolated(unsafe)",
      reason: "which defect is on is written before a run; never compiled into the product"
    ),
    Allowance(
      file: "Sources/MCPProxy/System/PosixKernel.swift",
      word: "SystemRandomNumberGenerator",
      reason: "the one place where chance enters the program; everything else is given it"
    ),
  ]

  @Test func `no source file uses a forbidden word`() throws {
    let problems = try Self.sources().flatMap { file in
      file.code.enumerated().flatMap { index, line in
        Self.forbidden.filter { Self.has(line, $0.word) && !Self.isAllowed($0.word, in: file) }
          .map { "\(file.path):\(index + 1): \($0.word) - use \($0.instead)" }
      }
    }
    #expect(problems == [])
  }

  @Test func `every allowance has a reason and is still needed`() throws {
    for allowance in Self.allowed {
      let file = try SourceFile(allowance.file)
      #expect(!allowance.reason.isEmpty)
      #expect(
        file.code.contains { Self.has($0, allowance.word) },
        "\(allowance.file) no longer uses \(allowance.word)"
      )
    }
  }

  @Test func `files, lines and functions are short`() throws {
    let endings: Set = ["c", "h", "modulemap", "py", "swift"]
    let files = try SourceFile.all(in: ["Sources", "Tests", "benchmarks"], endings: endings)
    var problems: [String] = []
    // What has no ending in its name.
    let programs = [
      "Package.swift", "Tests/Experiments/run", "Tests/Experiments/soak", "Tests/Interop/run",
      "Tests/coverage", "benchmarks/run",
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

  @Test func `no marker of unfinished work is left`() throws {
    // Put together here so that this file does not contain them.
    let markers = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
    let endings: Set = ["c", "h", "json", "md", "py", "swift"]
    let problems = try SourceFile.all(in: Self.everything, endings: endings).flatMap { file in
      file.lines.enumerated().flatMap { index, line in
        markers.filter { Self.has(line, $0) }.map { "\(file.path):\(index + 1): \($0)" }
      }
    }
    #expect(problems == [])
  }

  @Test func `layers import only what lies below them`() throws {
    // The reaper and the example server are processes of their own, without the event loop.
    let withSystem: Set = ["EventLoop", "ExampleServer", "Main.swift", "Reaper", "System"]
    let system: Set = [
      "CLinux", "Darwin", "Glibc", "MCPProtocol", "MachO", "Musl", "Synchronization",
    ]
    let problems = try Self.sources().flatMap { file -> [String] in
      let folders = file.path.split(separator: "/").dropFirst().map(String.init)
      let folder = folders.dropFirst().first ?? ""
      var permitted: Set<String> = folders.first == "MCPProtocol" ? [] : ["MCPProtocol"]
      if withSystem.contains(folder) { permitted = system }
      if folder == "Commands" { permitted.insert("Synchronization") }
      // The C library searches for a byte twice as fast as any loop that was tried.
      if file.path.hasSuffix("JSON/ByteBlocks.swift") { permitted = ["Darwin", "Glibc"] }
      return file.imports().subtracting(permitted).sorted().map { "\(file.path) imports \($0)" }
    }
    #expect(problems == [])
  }

  @Test func `no file or folder is a drawer`() throws {
    let drawers: Set = [
      "Common", "Extensions", "Handler", "Handlers", "Helper", "Helpers", "Impl", "Manager", "Misc",
      "Util", "Utilities", "Utility", "Utils",
    ]
    let problems = try SourceFile.paths(in: ["Sources", "Tests"]).filter { path in
      path.split { "/._-".contains($0) }.contains { part in
        !drawers.isDisjoint(with: Self.words(of: String(part)))
      }
    }
    #expect(problems == [])
  }

  @Test func `an endpoint is called an endpoint`() throws {
    let places = ["Sources", "docs", "examples", "README.md", "ARCHITECTURE.md", "CHANGELOG.md"]
    let endings: Set = ["h", "json", "md", "swift"]
    let problems = try SourceFile.all(in: places, endings: endings).flatMap { file in
      file.lines.enumerated().filter { _, line in
        ["upstream", "downstream"].contains { line.lowercased().contains($0) }
      }
      .map { "\(file.path):\($0.offset + 1)" }
    }
    #expect(problems == [])
  }

  @Test func `the package depends on nothing`() throws {
    let package = try SourceFile("Package.swift")
    #expect(!package.code.contains { $0.contains(".package(") })
    let resolved = SourceFile.root.appending(path: "Package.resolved").path
    #expect(!FileManager.default.fileExists(atPath: resolved))
  }

  @Test func `the documents keep their form`() throws {
    #expect(try SourceFile("README.md").lines.count <= 150)
    #expect(try SourceFile("ARCHITECTURE.md").lines.count <= 200)
    let changelog = try SourceFile("CHANGELOG.md")
    #expect(changelog.lines.contains { $0.hasPrefix("## ") && $0.contains("Unreleased") })
  }

  @Test func `every relative link leads to a file`() throws {
    let problems = try SourceFile.all(in: Self.everything, endings: ["md"]).flatMap { file in
      let folder = SourceFile.root.appending(path: file.path).deletingLastPathComponent()
      return file.links().map(\.path).filter { link in
        !FileManager.default.fileExists(atPath: folder.appending(path: link).path)
      }
      .map { "\(file.path): \($0)" }
    }
    #expect(problems == [])
  }

  @Test func `every link to a heading leads to one`() throws {
    let files = try SourceFile.all(in: Self.everything, endings: ["md"])
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

  /// Everything people wrote here.
  private static let everything = [
    "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "Package.swift", "README.md", "Sources",
    "Tests", "benchmarks", "docs", "examples", "mcp-proxy.json",
  ]

  private static func sources() throws -> [SourceFile] {
    let files = try SourceFile.all(in: ["Sources"], endings: ["swift"])
    try #require(!files.isEmpty)
    return files
  }

  private static func isAllowed(_ word: String, in file: SourceFile) -> Bool {
    allowed.contains { $0.file == file.path && $0.word == word }
  }

  /// Whether the word stands in the line and is not the end or the beginning of a longer one.
  private static func has(_ line: String, _ word: String) -> Bool {
    var rest = line[...]
    while let range = rest.range(of: word) {
      let before = range.lowerBound == line.startIndex ? nil : line[..<range.lowerBound].last
      let after = line[range.upperBound...].first
      let isWhole = !isWordPart(before) || !isWordPart(word.first)
      if isWhole, !isWordPart(after) || !isWordPart(word.last) { return true }
      rest = line[range.upperBound...]
    }
    return false
  }

  private static func isWordPart(_ character: Character?) -> Bool {
    character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
  }

  /// `LineReader` is `Line` and `Reader`.
  private static func words(of name: String) -> Set<String> {
    var words: [String] = []
    for character in name {
      if character.isUppercase || words.isEmpty { words.append("") }
      words[words.count - 1].append(character)
    }
    return Set(words.map(\.capitalized))
  }
}
