import MCPProxy
import Testing

struct ToolNumbersTests {
  @Test func `a tool keeps its number`() {
    var numbers = ToolNumbers()
    let first = numbers.number(of: "a")
    let second = numbers.number(of: "b")
    #expect(first != second)
    #expect(numbers.number(of: "a") == first)
    numbers.makeRoom(for: [], most: 2) { _ in false }
    #expect(numbers.number(of: "b") == second)
  }

  @Test func `a server that renames its tools for ever does not fill the memory`() {
    var numbers = ToolNumbers()
    let kept = numbers.number(of: "kept")
    var given: Set<Int> = [kept]
    for round in 0..<1000 {
      let listed = (0..<10).map { "tool \(round) \($0)" }
      numbers.makeRoom(for: listed, most: 20) { $0 == "kept" }
      for tool in listed { given.insert(numbers.number(of: tool)) }
      #expect(numbers.count <= 31)
    }
    #expect(numbers.number(of: "kept") == kept)
    // No number was given to two.
    #expect(given.count == 10_001)
  }

  @Test func `what is listed again is not forgotten`() {
    var numbers = ToolNumbers()
    let first = numbers.number(of: "a")
    _ = numbers.number(of: "b")
    numbers.makeRoom(for: ["a"], most: 1) { _ in false }
    #expect(numbers.count == 1)
    #expect(numbers.number(of: "a") == first)
    #expect(numbers.number(of: "b") == 2)
  }
}
