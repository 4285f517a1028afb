import Testing

extension TidyTests {
  /// How actors are cut and how they speak to each other.
  struct ActorTests {
    /// Actors whose extensions lie in more than three files, and in how many.
    private static let scattered: OffenderList = [:]

    @Test func `the extensions of an actor lie in at most three files`() throws {
      let types = try TidyTests.sources().flatMap { file in
        file.types().map { (file: file.path, type: $0) }
      }
      let actors = Set(types.filter { $0.type.kind == "actor" }.map(\.type.name))
      let extending = types.filter { $0.type.kind == "extension" && actors.contains($0.type.name) }
      let files = Dictionary(grouping: extending, by: \.type.name).mapValues { Set($0.map(\.file)) }
      #expect(Self.scattered.problems(files.mapValues(\.count).filter { $0.value > 3 }) == [])
    }

    /// Lines with `await`, by file.
    ///
    /// They stand: the flow of a call that needs more than one step, which waits in its own actor;
    /// the ends of a run, for which a session, a router and the program wait.
    private static let awaits: OffenderList = [
      "ClientSession.swift": 1,
      "Proxy.swift": 6,
      "Router+Flow.swift": 10,
      "Router.swift": 4,
    ]

    @Test func `between actors a step is made, not a hop`() throws {
      let found = try Self.lines(with: ["await"])
      #expect(Self.awaits.problems(found) == [])
    }

    /// Timers that are told apart by a number, and those who are told the number.
    private static let tokens: OffenderList = [:]

    @Test func `an actor has one timer, which needs no token`() throws {
      var found: [String: Int] = [:]
      for file in try TidyTests.sources() {
        let text = file.code.joined(separator: " ")
        let told = text.ranges(of: "timerFired(_ token").count
        let set = text.ranges(of: "setTimer(").count { range in
          text[range.upperBound...].prefix { $0 != "}" && $0 != "{" }.contains("token:")
        }
        if told + set > 0 { found[file.name] = told + set }
      }
      #expect(Self.tokens.problems(found) == [])
    }

    @Test func `mutants live in values, where they stand alone`() throws {
      let files = try TidyTests.sources(in: ["Sources/MCPProxy/Proxy"])
      let actors = Set(files.flatMap { $0.types() }.filter { $0.kind == "actor" }.map(\.name))
      let found = try Self.lines(with: ["#if", "MUTANTS"])
      for file in files where file.types().contains(where: { actors.contains($0.name) }) {
        #expect(found[file.name] == nil, "\(file.name)")
      }
    }

    /// How many lines of each file of the proxy hold all of the words.
    private static func lines(with words: Set<Substring>) throws -> [String: Int] {
      var found: [String: Int] = [:]
      for file in try TidyTests.sources(in: ["Sources/MCPProxy/Proxy"]) {
        let count = file.code.count { line in
          words.isSubset(of: line.split { !$0.isLetter && $0 != "#" && $0 != "_" })
        }
        if count > 0 { found[file.name] = count }
      }
      return found
    }
  }
}
