/// What a line says of itself that is no message, or of which only the head was kept.
package struct MessageHead: Equatable, Sendable {
  /// The token of its id; `nil` if it does not come to light.
  package private(set) var id: Range<Int>?
  /// The method it asks for; `nil` if that does not come to light.
  package private(set) var method: Method?
  private var hasID = false
  private var hasVersion = false
  private var hasMethod = false
  private var hasParams = false
  private var hasOutcome = false

  /// Whether it was to be a request or a notification.
  package var isRequest: Bool { hasMethod || (hasParams && !hasOutcome) }
  /// Whether it was to be an answer.
  package var isAnswer: Bool { hasOutcome && !hasMethod }
  /// Whether it says of itself that it is a request or a notification of JSON-RPC, if a bad one.
  package var namesMethod: Bool { hasVersion && hasMethod }

  package init(_ text: borrowing Span<UInt8>) {
    let start = JSONLexer.skipBlanks(text, from: 0)
    guard start < text.count, text[start] == UInt8(ascii: "{") else { return }
    var walk = MemberWalk(start)
    while (try? walk.next(text)) == true {
      note(text, walk.name)
      guard let end = try? EnvelopeParser.value(text, walk.value, depth: 1) else { return }
      if !hasID, JSONLexer.matches(text, walk.name, "id") {
        hasID = true
        let token = walk.value..<end
        // A number that runs into the cut may go on behind it.
        if end < text.count, RequestID.isValid(text, token) { id = token }
      }
      if method == nil, JSONLexer.matches(text, walk.name, "method"),
        text[walk.value] == UInt8(ascii: "\"")
      {
        method = Method(decoding: text, walk.value + 1..<end - 1)
      }
      walk.pass(end)
    }
  }

  /// The name alone tells: its value may be cut.
  private mutating func note(_ text: borrowing Span<UInt8>, _ name: Range<Int>) {
    if JSONLexer.matches(text, name, "jsonrpc") { hasVersion = true }
    if JSONLexer.matches(text, name, "method") { hasMethod = true }
    if JSONLexer.matches(text, name, "params") { hasParams = true }
    if JSONLexer.matches(text, name, "result") || JSONLexer.matches(text, name, "error") {
      hasOutcome = true
    }
  }
}

extension Envelope {
  /// What is known of a request that is no valid message, or of which only the head was kept.
  package init(_ head: MessageHead, id: Range<Int>?) {
    self.init()
    self.id = id ?? 0..<0
    method = head.method ?? .other
  }
}
