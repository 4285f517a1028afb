import MCPProxy
import Testing

@Suite struct ReaperLedgerTests {
  @Test(arguments: [
    ("", []),
    ("+12 345\n", [Known(12, 345)]),
    ("+12 0\n", [Known(12, 0)]),
    ("+12 345\n-12\n", []),
    ("+13 1\n+12 2\n-99\n", [Known(12, 2), Known(13, 1)]),
    ("+12 1\n+12 2\n", [Known(12, 2)]),
    ("+12 18446744073709551615\n", [Known(12, .max)]),
  ])
  func `registered groups are those added and not removed`(text: String, known: [Known]) {
    #expect(read(text) == known)
  }

  @Test(arguments: [
    "+12 345", "+12 345\r", "+1 5\n", "+0 5\n", "+-12 5\n", "+12\n", "+12 5 6\n", "+12  5\n", "\n",
    "12 5\n", "*12 5\n", "+12 x\n", "+ 5\n", "+2147483648 5\n", "+12 18446744073709551616\n",
    "++12 5\n", "-12\n", "\u{0}\n",
  ])
  func `anything else registers nothing`(text: String) {
    #expect(read(text) == [])
  }

  @Test(arguments: ["-12", "-12 5\n", "-1\n", "- 12\n", "-012x\n"])
  func `a torn or odd removal removes nothing`(text: String) {
    #expect(read("+12 5\n" + text) == [Known(12, 5)])
  }

  @Test(
    arguments: [
      ("~77\n", 77), ("~77\n~78\n", 78), ("~77\n+12 345\n", nil), ("~77\n~0\n", nil), ("~77", nil),
      ("~77\n-12\n", 77), ("~77\n+12 x\n", 77), ("~-7\n", nil), ("~7 7\n", nil), ("~\n", nil),
      ("+12 345\n~77\n", 77), ("~18446744073709551616\n", nil),
    ] as [(String, UInt64?)]
  )
  func `what was announced counts until it is registered`(text: String, pipe: UInt64?) {
    var ledger = ReaperLedger()
    ledger.receive(text.utf8)
    #expect(ledger.announcedPipe == pipe)
  }

  @Test func `a line is the same wherever it is cut`() {
    let text = Array("+12 345\n+7 8\n-7\n+9 1\n-1".utf8)
    for cut in 0...text.count {
      var ledger = ReaperLedger()
      ledger.receive(text[..<cut])
      ledger.receive(text[cut...])
      #expect(ledger.entries.map(Known.init) == [Known(9, 1), Known(12, 345)])
    }
  }

  @Test func `an overlong line is dropped and the next one read`() {
    let text = "+12 " + String(repeating: "0", count: 1 << 20) + "7\n+13 1\n"
    #expect(read(text) == [Known(13, 1)])
  }

  @Test func `the number of groups is bounded`() {
    var ledger = ReaperLedger()
    for group in 2..<(ReaperLedger.maxGroups + 100) { ledger.receive("+\(group) 1\n".utf8) }
    #expect(ledger.entries.count == ReaperLedger.maxGroups)
    // One that is known may have been given to another process.
    ledger.receive("+2 7\n".utf8)
    #expect(ledger.entries.first?.startTime == 7)
    ledger.receive("-2\n+900000 1\n".utf8)
    #expect(ledger.entries.last?.group == 900_000)
  }

  private func read(_ text: String) -> [Known] {
    var ledger = ReaperLedger()
    ledger.receive(text.utf8)
    return ledger.entries.map(Known.init)
  }
}

/// An entry as the tables write it.
struct Known: Equatable, Sendable {
  let group: Int32
  let startTime: UInt64

  init(_ group: Int32, _ startTime: UInt64) {
    self.group = group
    self.startTime = startTime
  }

  init(_ entry: ReaperLedger.Entry) { self.init(entry.group, entry.startTime) }
}
