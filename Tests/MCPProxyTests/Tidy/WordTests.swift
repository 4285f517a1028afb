import Foundation
import Testing

extension TidyTests {
  /// Words and names that are not used, or for one thing only.
  struct WordTests {
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
      ("assumeIsolated", "onLoop: it does the same without a closure on the heap"),
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
        file: "Sources/MCPProxy/Commands/ProxyRun.swift",
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
      let problems = try TidyTests.sources().flatMap { file in
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

    @Test func `no marker of unfinished work is left`() throws {
      // Put together here so that this file does not contain them.
      let markers = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
      let endings: Set = ["c", "h", "json", "md", "py", "swift"]
      let problems = try SourceFile.all(in: TidyTests.everything, endings: endings).flatMap {
        file in
        file.lines.enumerated().flatMap { index, line in
          markers.filter { Self.has(line, $0) }.map { "\(file.path):\(index + 1): \($0)" }
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

    @Test func `no file or folder is a drawer`() throws {
      let drawers: Set = [
        "Common", "Extensions", "Handler", "Handlers", "Helper", "Helpers", "Impl", "Manager",
        "Misc",
        "Util", "Utilities", "Utility", "Utils",
      ]
      let problems = try SourceFile.paths(in: ["Sources", "Tests"]).filter { path in
        path.split { "/._-".contains($0) }.contains { part in
          !drawers.isDisjoint(with: Self.words(of: String(part)))
        }
      }
      #expect(problems == [])
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
}
