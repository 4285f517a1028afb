import Testing

extension TidyTests {
  /// How much one type keeps, and who may change it.
  struct StoredPropertyTests {
    private static let most = 12

    /// Classes and actors with more, and how many they have.
    ///
    /// A record that is filled in once and written out is no part: it has what its line has.
    private static let large: OffenderList = ["UsageRecord": 20]

    @Test func `a class or actor has at most twelve stored properties`() throws {
      // Constants of the type itself are not its state, and mutants not in the product.
      var found: [String: Int] = [:]
      for file in try TidyTests.sources() {
        for type in file.types() where ["actor", "class"].contains(type.kind) {
          if type.properties.count > Self.most { found[type.name] = type.properties.count }
        }
      }
      #expect(Self.large.problems(found) == [])
    }

    /// What the parts of the program are kept in; who puts them together is not a part.
    private static let parts = ["Budget", "EventLoop", "Proxy", "Resilience", "Tables", "Usage"]

    /// Parts with properties that others may write, and how many.
    private static let open: OffenderList = [
      "Batch": 1,
      "BreakerEvidence": 1,
      "CallFollower": 1,
      "EventLoop.Own": 5,
      "Offerings.Source": 2,
      "Terms": 2,
      "UsageRecord": 16,
      "Wire": 2,
    ]

    @Test func `what changes itself is changed by nobody else`() throws {
      // A part: a struct with a mutating method or a class with a method, extensions included.
      var changing: Set<String> = []
      var found: [String: Int] = [:]
      let places = Self.parts.map { "Sources/MCPProxy/\($0)" }
      let types = try TidyTests.sources(in: places).flatMap { $0.types() }
      let kinds = Dictionary(types.map { ($0.name, $0.kind) }) { $0 == "extension" ? $1 : $0 }
      for type in types where type.changesItself(as: kinds[type.name]) {
        changing.insert(type.name)
      }
      for type in types where ["class", "struct"].contains(type.kind) {
        let open = type.properties.count(where: \.isOpen)
        if open > 0, changing.contains(type.name) { found[type.name] = open }
      }
      #expect(Self.open.problems(found) == [])
    }
  }
}
