/// What one message may be at most: every bound on lines, lists, ids and arrays.
package enum Bounds {
  /// Bytes one line to the client may have; common clients close the connection above 10 MiB.
  package static let answer = 8 << 20
  /// Messages of one array (MCP 2025-03-26, batching).
  package static let batch = 1000
  /// Bytes an id or progress token may have: it goes into answers, which must not be too long for
  /// clients.
  package static let id = 64 << 10

  // Lists
  /// Entries of one server.
  package static let entries = 4096
  /// Bytes of one entry.
  package static let entry = 1 << 20
  /// Bytes of all entries of one server.
  package static let list = 4 << 20
  /// Pages after which a server is taken to go round in circles.
  package static let pages = 200
  /// Bytes of the token that asks for the next page.
  package static let cursor = 64 << 10
}
