import MCPProtocol
import Testing

@Suite struct ProtocolVersionTests {
  @Test(arguments: [
    ("2024-11-05", Era.handshake, false), ("2025-03-26", .handshake, true),
    ("2025-06-18", .handshake, false), ("2025-11-25", .handshake, false),
    ("2026-07-28", .stateless, false),
  ])
  func `each revision has its era`(text: String, era: Era, allowsBatches: Bool) throws {
    let version = try #require(ProtocolVersion(rawValue: text))
    #expect(version.era == era)
    #expect(version.allowsBatches == allowsBatches)
    #expect(ProtocolVersion.handshakeVersions.contains(version) == (era == .handshake))
  }

  @Test func `five revisions are known and the latest handshake is offered`() {
    #expect(ProtocolVersion.allCases.count == 5)
    #expect(ProtocolVersion.latestHandshake.rawValue == "2025-11-25")
  }

  @Test(arguments: ["", "2024-10-07", "2025-11-25 ", "2099-01-01", "draft", "2025-3-26"])
  func `no other text is a revision`(text: String) {
    #expect(ProtocolVersion(rawValue: text) == nil)
  }
}
