import MCPProxy
import Testing

struct ToolNamesTests {
  private let names = ToolNames(separator: "__", longest: 46)

  private func candidate(_ endpoint: String, _ prefix: String, _ tool: String)
    -> ToolNames.Candidate
  {
    ToolNames.Candidate(endpoint: endpoint, prefix: prefix, tool: tool)
  }

  @Test(arguments: [
    ("github", "gh", "search", "gh__search"), ("github", "", "search", "search"),
    ("a", "a", "b.c/d e", "a__b_c_d_e"), ("a", "my server", "x", "my_server__x"),
    ("a", "a", "Ünï", "a____n__"), ("a", "a", "A-1_z", "a__A-1_z"),
  ])
  func `a name is prefix, separator and tool in letters all clients accept`(
    endpoint: String,
    prefix: String,
    tool: String,
    expected: String
  ) {
    #expect(names.names([candidate(endpoint, prefix, tool)]) == [expected])
  }

  @Test func `a name that is too long is cut and ends in a hash`() throws {
    let long = String(repeating: "x", count: 80)
    let first = try #require(names.names([candidate("a", "a", long)]).first)
    let second = try #require(names.names([candidate("a", "a", long + "y")]).first)
    #expect(first.utf8.count == 46)
    #expect(first.hasPrefix("a__xxx"))
    #expect(first != second)
    #expect(first.dropLast(8).last == "_")
    // Exactly as long as may be is not cut.
    let whole = String(repeating: "x", count: 43)
    #expect(names.names([candidate("a", "a", whole)]) == ["a__\(whole)"])
  }

  @Test func `all that share a name are renamed, whatever their order`() {
    let candidates = [
      candidate("a", "", "search"), candidate("b", "", "search"), candidate("c", "", "other"),
    ]
    let given = names.names(candidates)
    #expect(Set(given).count == 3)
    #expect(given[2] == "other")
    #expect(given[0].hasPrefix("search_") && given[1].hasPrefix("search_"))
    #expect(names.names(candidates.reversed()) == given.reversed())
  }

  @Test func `characters that become the same do not become the same name`() {
    let given = names.names([candidate("a", "a", "x.y"), candidate("a", "a", "x/y")])
    #expect(Set(given).count == 2)
  }

  @Test func `a name that looks like a hash of another stays unique`() {
    let hashed = names.names([candidate("a", "", "search"), candidate("b", "", "search")])
    let given = names.names([
      candidate("a", "", "search"), candidate("b", "", "search"), candidate("c", "", hashed[0]),
      candidate("d", "", hashed[1]),
    ])
    #expect(Set(given).count == 4)
  }

  @Test(arguments: 0..<30)
  func `names are always unique, short and made of allowed letters`(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    let letters = Array("ab._/é 漢")
    let candidates = (0..<120).map { _ in
      candidate(
        ["a", "b", "c"][random.below(3)],
        ["", "p", "a_long_prefix_of_a_server"][random.below(3)],
        String((0..<(1 + random.below(40))).map { _ in letters[random.below(letters.count)] })
      )
    }
    let given = names.names(candidates)
    #expect(given.count == candidates.count)
    #expect(Set(given).count == given.count)
    #expect(given.allSatisfy { $0.utf8.count <= 46 })
    #expect(
      given.allSatisfy { name in
        name.utf8.allSatisfy {
          $0 < 0x80
            && (Character(Unicode.Scalar($0)).isLetter || $0 == 0x5F || $0 == 0x2D
              || Character(Unicode.Scalar($0)).isNumber)
        }
      }
    )
    #expect(names.names(candidates) == given)
  }
}
