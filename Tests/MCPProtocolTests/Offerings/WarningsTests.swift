import MCPProtocol
import Testing

@Suite struct WarningsTests {
  @Test(
    arguments: [
      (0, 0, nil), (1, 1, nil), (20, 20, nil), (21, 21, "and 1 more"),
      (5000, 21, "and 4980 more"),
    ] as [(Int, Int, String?)]
  )
  func `twenty are told in words`(count: Int, lines: Int, last: String?) {
    var warnings = Warnings()
    for number in 0..<count { warnings.add("warning \(number)") }
    #expect(warnings.lines.count == lines)
    #expect(warnings.lines.first == (count == 0 ? nil : "warning 0"))
    if let last { #expect(warnings.lines.last == last) }
  }
}
