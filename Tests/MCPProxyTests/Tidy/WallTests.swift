import Testing

extension TidyTests {
  /// That the readers of the sources see what they are to see.
  struct WallTests {
    private static let sample = """
      package actor Loom: Bound {
        static let most = 3
        private nonisolated(unsafe) var own = Own()
        package let name: String
        var count: Int { thread.count }
        var isTight: Bool {
          didSet { tell() }
        }
        private(set) var onEnd: () -> Void = { leave() }
        #if MUTANTS
          var defect: Int
        #endif

        struct Thread {
          var color: Int
          mutating func dye() { let old = color }
        }

        func weave(
          _ thread: Thread
        ) {
          var local = 1
        }
      }

      extension Loom {
        func rest() {}
      }

      private enum Yarn { case wool }
      """

    private static let types = SourceFile(path: "Loom.swift", text: sample).types()

    @Test func `types and extensions are found`() {
      #expect(Self.types.map(\.name) == ["Loom", "Loom.Thread", "Loom", "Yarn"])
      #expect(Self.types.map(\.kind) == ["actor", "struct", "extension", "enum"])
      #expect(Self.types.map(\.isPrivate) == [false, false, false, true])
      #expect(Self.types.map { $0.changesItself(as: $0.kind) } == [false, true, false, false])
    }

    @Test func `stored properties are found`() {
      let names = Self.types.map { $0.properties.map(\.name) }
      #expect(names == [["own", "name", "isTight", "onEnd"], ["color"], [], []])
      let open = Self.types.flatMap { $0.properties.filter(\.isOpen).map(\.name) }
      #expect(open == ["isTight", "color"])
    }

    @Test func `a list of offenders may neither grow nor be too long`() {
      let list: OffenderList = ["a": 2, "b": 1]
      #expect(list.problems(["a": 2, "b": 1]) == [])
      #expect(list.problems(["a": 3, "b": 1]) == ["a: 3, and may be 2"])
      #expect(list.problems(["a": 1, "b": 1]) == ["a: only 1 of 2: shorten the list"])
      #expect(list.problems(["a": 2]) == ["b: only 0 of 1: shorten the list"])
      let names: OffenderList = ["c"]
      #expect(names.problems(["c", "d"]) == ["d: 1, and may be 0"])
    }
  }
}
