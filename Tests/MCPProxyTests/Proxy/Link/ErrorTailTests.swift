import MCPProxy
import Testing

struct ErrorTailTests {
  private static func lastLine(_ parts: [String]) -> String? {
    var tail = ErrorTail()
    for part in parts { tail.append(Array(part.utf8)[...]) }
    return tail.lastLine
  }

  @Test(
    arguments: [
      ([], nil), ([""], nil), (["\n \n\t\n"], nil), (["one"], "one"), (["one\n"], "one"),
      (["one\ntwo\n"], "two"), (["one\n  \r\n\n"], "one"), (["  two words  "], "two words  "),
      (["in ", "pieces\n"], "in pieces"), (["\u{1B}[31mred\u{1B}[0m\n"], "[31mred[0m"),
      (["caf\u{E9}\n"], "caf\u{E9}"), (["tab\tin it"], "tabin it"),
    ] as [([String], String?)]
  )
  func `the last line that says something is told`(parts: [String], line: String?) {
    #expect(Self.lastLine(parts) == line)
  }

  @Test func `a long line is cut`() {
    let long = String(repeating: "x", count: 500)
    #expect(Self.lastLine([long])?.count == 200)
    #expect(Self.lastLine(["short\n", long + "\n"])?.first == "x")
  }

  @Test func `what is old is forgotten`() {
    let noise = Array(repeating: String(repeating: "\n", count: 1000), count: 20)
    #expect(Self.lastLine(["first\n"] + noise) == nil)
    // However it comes.
    #expect(Self.lastLine(["first\n" + noise.joined()]) == nil)
    #expect(Self.lastLine(noise + ["last"]) == "last")
  }

  @Test func `a new process has said nothing`() {
    var tail = ErrorTail()
    tail.append(Array("one\n".utf8)[...])
    tail.clear()
    #expect(tail.lastLine == nil)
    tail.append(Array("two\n".utf8)[...])
    #expect(tail.lastLine == "two")
  }
}
