import Testing

extension TidyTests {
  /// How actors are cut and how they speak to each other.
  struct ActorTests {
    /// Actors whose extensions lie in more than three files, and in how many.
    private static let scattered: OffenderList = [
      "ClientSession": 10,
      "Endpoint": 14,
    ]

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
    /// What is left in the end is a call in the slow flow, the login shell and the whole run.
    private static let awaits: OffenderList = [
      "ClientSession+Calls.swift": 3,
      "ClientSession+Flow.swift": 10,
      "ClientSession+Lists.swift": 8,
      "ClientSession+Questions.swift": 10,
      "ClientSession+Reading.swift": 17,
      "ClientSession+Rejecting.swift": 5,
      "ClientSession+Requests.swift": 6,
      "ClientSession+Unrouted.swift": 6,
      "ClientSession.swift": 7,
      "Endpoint+Ending.swift": 6,
      "Endpoint+Errors.swift": 1,
      "Endpoint+Life.swift": 22,
      "Endpoint+Messages.swift": 9,
      "Endpoint+Mutants.swift": 3,
      "Endpoint+Questions.swift": 1,
      "Endpoint+Reading.swift": 4,
      "Endpoint+Sending.swift": 1,
      "Endpoint.swift": 2,
      "Launcher.swift": 4,
      "LoginShell.swift": 1,
      "Proxy.swift": 23,
    ]

    @Test func `between actors a step is made, not a hop`() throws {
      let found = try Self.lines(with: ["await"])
      #expect(Self.awaits.problems(found) == [])
    }

    /// Timers that are told apart by a number, and those who are told the number.
    private static let tokens: OffenderList = [
      "ClientSession+Flow.swift": 1,
      "ClientSession+Lists.swift": 2,
      "ClientSession+Writing.swift": 2,
      "ClientSession.swift": 1,
      "Endpoint+Answers.swift": 1,
      "Endpoint+Chaos.swift": 1,
      "Endpoint+Ending.swift": 3,
      "Endpoint+Probes.swift": 3,
      "Endpoint+Questions.swift": 1,
      "Endpoint+Queue.swift": 3,
      "Endpoint+Sending.swift": 1,
      "Endpoint.swift": 1,
      "EventLoop.swift": 1,
      "Launcher.swift": 2,
      "LoginShell.swift": 2,
      "LoopBound.swift": 2,
      "Proxy.swift": 3,
    ]

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

    /// Blocks of `#if MUTANTS` in each file.
    private static let mutants: OffenderList = [
      "ClientMessage.swift": 1,
      "ClientSession+Calls.swift": 1,
      "Endpoint+Admission.swift": 1,
      "Endpoint+Answers.swift": 1,
      "Endpoint+Effect.swift": 2,
      "Endpoint+Mutants.swift": 1,
      "Endpoint.swift": 4,
      "PendingRequests.swift": 1,
    ]

    @Test func `mutants live in values, where they stand alone`() throws {
      let found = try Self.lines(with: ["#if", "MUTANTS"])
      #expect(Self.mutants.problems(found) == [])
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
