/// The protocol revisions the proxy knows.
///
/// Compared as a set, never as text.
package enum ProtocolVersion: String, Sendable, CaseIterable {
  case november2024 = "2024-11-05"
  case march2025 = "2025-03-26"
  case june2025 = "2025-06-18"
  case november2025 = "2025-11-25"
  case july2026 = "2026-07-28"

  package var era: Era { self == .july2026 ? .stateless : .handshake }

  /// What is offered to a peer that asks for something unknown.
  package static let latestHandshake = ProtocolVersion.november2025

  package static let handshakeVersions = allCases.filter { $0.era == .handshake }

  /// Only this revision has arrays of messages (2025-03-26, basic).
  package var allowsBatches: Bool { self == .march2025 }
}
