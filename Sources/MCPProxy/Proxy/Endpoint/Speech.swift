/// What a server's lines say of the server itself, whatever they say otherwise.
package struct Speech: Sendable {
  /// Lines in a row that were no messages.
  private var junkLines = 0
  /// When it last wrote a message.
  package private(set) var last = Instant.zero

  /// Lines in a row that are no messages, after which it is no server.
  private static let mostJunk = 20

  package init() {}

  /// It wrote a message: it lives, and what was no message is no row any more.
  package mutating func spoke(at now: Instant) {
    junkLines = 0
    last = now
  }

  /// It wrote a line that is no message; returns why it is to be ended, if it is.
  package mutating func wroteJunk() -> String? {
    junkLines += 1
    return junkLines >= Self.mostJunk
      ? "wrote \(junkLines) lines in a row that are no messages" : nil
  }

  /// Another process.
  package mutating func forget() { junkLines = 0 }
}
