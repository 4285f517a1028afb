import MCPProxy
import Testing

struct GlobTests {
  @Test(arguments: [
    ("", ""), ("*", ""), ("*", "anything"), ("a*", "a"), ("a*", "abc"), ("*c", "abc"),
    ("a*c", "ac"), ("a*c", "abcbc"), ("a?c", "abc"), ("?", "é"), ("a**b", "ab"),
    ("*a*b*", "xaxbx"),
    ("a.c", "a.c"),
    ("[a]", "[a]"), ("search_*", "search_issues"), ("*?", "a"), ("***", ""),
  ])
  func `matches`(pattern: String, name: String) { #expect(Glob.matches(pattern, name)) }

  @Test(arguments: [
    ("", "a"), ("a", ""), ("?", ""), ("a*", "ba"), ("*c", "cb"), ("a?c", "ac"), ("a.c", "abc"),
    ("[a]", "a"), ("A", "a"), ("*a*b*", "ba"), ("??", "a"), ("a*c", "acb"), ("search_*", "search"),
  ])
  func `does not match`(pattern: String, name: String) { #expect(!Glob.matches(pattern, name)) }

  @Test func `agrees with a definition that tries everything`() {
    func matches(_ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>) -> Bool {
      guard let first = pattern.first else { return name.isEmpty }
      if first == "*" {
        return matches(pattern.dropFirst(), name)
          || (!name.isEmpty && matches(pattern, name.dropFirst()))
      }
      guard let letter = name.first, first == "?" || first == letter else { return false }
      return matches(pattern.dropFirst(), name.dropFirst())
    }
    var random = SeededRandom(seed: 7)
    for _ in 0..<5000 {
      let pattern = (0..<random.below(7)).map { _ in Array("ab*?")[random.below(4)] }
      let name = (0..<random.below(7)).map { _ in Array("ab")[random.below(2)] }
      #expect(
        Glob.matches(String(pattern), String(name)) == matches(pattern[...], name[...]),
        "\(String(pattern)) \(String(name))"
      )
    }
  }

  @Test func `many stars do not take for ever`() {
    let pattern = String(repeating: "*a", count: 30) + "b"
    #expect(!Glob.matches(pattern, String(repeating: "a", count: 2000)))
  }
}
