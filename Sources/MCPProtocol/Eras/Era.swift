/// The two ways a client and a server agree on a protocol revision.
package enum Era: String, Sendable {
  /// `initialize` opens a session: 2024-11-05 to 2025-11-25.
  case handshake
  /// Every request carries its version: 2026-07-28.
  case stateless
}
