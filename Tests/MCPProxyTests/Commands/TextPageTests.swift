import MCPProxy
import Testing

struct TextPageTests {
  @Test func `a paragraph is broken at blanks and indented below its label`() {
    let text = Array(repeating: "nine", count: 16).joined(separator: " ")
    let page = TextPage(isColoured: false)
    #expect(
      page.paragraph(text, label: "  label", indent: 10)
        == "  label   \(text.prefix(69))\n          nine nine\n"
    )
  }

  @Test func `no line is longer than the page, not even that of a long word`() {
    let page = TextPage(isColoured: false)
    let text = page.paragraph(String(repeating: "x", count: 200), indent: 15)
    let lines = text.split(separator: "\n")
    #expect(lines.map(\.count) == [80, 80, 80, 20])
  }

  @Test func `colour paints the label and leaves the text as it is`() {
    let page = TextPage(isColoured: true)
    #expect(page.paragraph("text", label: "ab", indent: 4, .red) == "\u{1B}[31mab  \u{1B}[0mtext\n")
    #expect(page.heading("text") == "\u{1B}[1mtext\u{1B}[0m\n")
  }

  @Test(arguments: [
    (true, [:], true),
    (false, [:], false),
    (true, ["NO_COLOR": "1"], false),
    (true, ["NO_COLOR": ""], true),
    (true, ["TERM": "dumb"], false),
  ])
  func `colour is for terminals whose user did not refuse it`(
    isTerminal: Bool,
    environment: [String: String],
    isWanted: Bool
  ) {
    #expect(TextPage.wantsColour(isTerminal: isTerminal, environment) == isWanted)
  }
}
