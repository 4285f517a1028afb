import Foundation
import MCPProxy
import Testing

struct PlaybookTests {
  @Test func `names are those of the command line`() {
    #expect(
      Playbook.all.map(\.name)
        == ["server-down", "server-slow", "rate-limit-storm", "cold-start", "concurrent-calls"]
    )
    for playbook in Playbook.all { #expect(Playbook(named: playbook.name) == playbook) }
    #expect(Playbook(named: "nope") == nil)
  }

  @Test(arguments: Playbook.all)
  func `a playbook says what it expects and judges it`(playbook: Playbook) {
    #expect(!playbook.hypothesis.isEmpty && !playbook.fault.isEmpty && !playbook.signal.isEmpty)
    #expect(playbook.criteria.contains(.noneLost))
    #expect(playbook.criteria.contains(.noneDuplicated))
    #expect(playbook.criteria.contains(.hit) == !playbook.rules.isEmpty)
    // Else its calls would end before the server could come back.
    let traffic = playbook.traffic
    let span = traffic.interval * (Double(traffic.calls) / Double(traffic.atOnce))
    for rule in playbook.rules {
      #expect(rule.after < traffic.calls)
      #expect(rule.duration.map { $0 < span } ?? true)
    }
    #expect(span < .seconds(10))
  }

  @Test(arguments: Playbook.all)
  func `the document explains a playbook in its own words`(playbook: Playbook) throws {
    let url = Repository.root.appending(path: "docs/chaos.md")
    let text = try String(contentsOf: url, encoding: .utf8)
    let sections = text.components(separatedBy: "\n### ")
    let section = try #require(sections.first { $0.hasPrefix(playbook.name + "\n") })
    let words = section.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    #expect(words.contains("**Hypothesis.** \(playbook.hypothesis)"))
    #expect(words.contains("**Fault.** \(playbook.fault.dropLast())"))
    let rules = playbook.criteria.map(\.text).joined(separator: "; ")
    #expect(words.contains("**Pass.** \(rules)."), "\(rules)")
    #expect(words.contains("**Signal.**") && words.contains("**If missed.**"))
  }
}
