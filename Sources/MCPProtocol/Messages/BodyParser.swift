/// Finds the members of `params`, `result` and `error` that the proxy acts on.
enum BodyParser {
  static func params(
    _ text: borrowing Span<UInt8>,
    _ start: Int,
    _ envelope: inout Envelope,
    _ members: inout MemberNotes
  ) throws(EnvelopeError) -> Int {
    guard start < text.count, text[start] == UInt8(ascii: "{") else {
      let end = try EnvelopeParser.value(text, start, depth: 1)
      // MCP, schema: params is an object; JSON-RPC's array form is not used.
      if !isNull(text, start) { members.object("\"params\" must be an object") }
      return end
    }
    var walk = MemberWalk(start)
    while try walk.next(text) {
      let (name, at) = (walk.name, walk.value)
      if JSONLexer.matches(text, name, "_meta") {
        members.note(.meta)
        let end = try meta(text, at, &envelope, &members)
        if !isNull(text, at) { envelope.meta = at..<end }
        walk.pass(end)
        continue
      }
      let end = try EnvelopeParser.value(text, at, depth: 2)
      walk.pass(end)
      if JSONLexer.matches(text, name, "name") {
        members.note(.name)
        envelope.name = at..<end
      } else if JSONLexer.matches(text, name, "arguments") {
        members.note(.arguments)
        envelope.arguments = at..<end
      } else if JSONLexer.matches(text, name, "requestId") {
        members.note(.requestID)
        envelope.requestID = at..<end
      } else if JSONLexer.matches(text, name, "progressToken") {
        members.note(.progressToken)
        takeToken(text, at..<end, &envelope, &members)
      } else if JSONLexer.matches(text, name, "progress") {
        members.note(.progress)
        envelope.progress = at..<end
      } else if JSONLexer.matches(text, name, "level") {
        members.note(.level)
        envelope.level = at..<end
      } else if JSONLexer.matches(text, name, "logger") {
        members.note(.logger)
        envelope.logger = at..<end
      } else if JSONLexer.matches(text, name, "message") {
        members.note(.message)
        envelope.message = at..<end
      } else {
        members.checkEscapes(text, name)
      }
    }
    return walk.end
  }

  /// Whether a well-formed value is null: many writers put that where a member is absent.
  static func isNull(_ text: borrowing Span<UInt8>, _ start: Int) -> Bool {
    text[start] == UInt8(ascii: "n")
  }

  /// Takes the token that reports of progress bear.
  private static func takeToken(
    _ text: borrowing Span<UInt8>,
    _ token: Range<Int>,
    _ envelope: inout Envelope,
    _ members: inout MemberNotes
  ) {
    guard !isNull(text, token.lowerBound) else { return }
    envelope.progressToken = token
    if token.count > Bounds.id {
      members.object("\"progressToken\" is longer than \(Bounds.id) bytes")
    }
  }

  private static let versionName: StaticString = "io.modelcontextprotocol/protocolVersion"

  private static func meta(
    _ text: borrowing Span<UInt8>,
    _ start: Int,
    _ envelope: inout Envelope,
    _ members: inout MemberNotes
  ) throws(EnvelopeError) -> Int {
    guard start < text.count, text[start] == UInt8(ascii: "{") else {
      let end = try EnvelopeParser.value(text, start, depth: 2)
      if !isNull(text, start) { members.object("\"_meta\" must be an object") }
      return end
    }
    var walk = MemberWalk(start)
    while try walk.next(text) {
      let end = try EnvelopeParser.value(text, walk.value, depth: 3)
      if JSONLexer.matches(text, walk.name, "progressToken") {
        members.note(.progressToken)
        takeToken(text, walk.value..<end, &envelope, &members)
        if !isNull(text, walk.value), !RequestID.isValid(text, walk.value..<end) {
          members.object("\"progressToken\" must be a string or an integer")
        }
      } else if JSONLexer.matches(text, walk.name, versionName) {
        envelope.namesVersion = true
      } else if JSONLexer.containsEscape(text, walk.name) {
        members.checkEscapes(text, walk.name)
        // Its slash is escaped by many writers of JSON.
        let name = Array(JSONLexer.decodedName(text, walk.name).utf8)
        if JSONLexer.matches(name.span, 0..<name.count, versionName) {
          envelope.namesVersion = true
        }
      }
      walk.pass(end)
    }
    return walk.end
  }

  static func result(
    _ text: borrowing Span<UInt8>,
    _ start: Int,
    _ envelope: inout Envelope,
    _ members: inout MemberNotes
  ) throws(EnvelopeError) -> Int {
    guard start < text.count, text[start] == UInt8(ascii: "{") else {
      members.object("\"result\" must be an object")
      return try EnvelopeParser.value(text, start, depth: 1)
    }
    var walk = MemberWalk(start)
    while try walk.next(text) {
      let end = try EnvelopeParser.value(text, walk.value, depth: 2)
      if JSONLexer.matches(text, walk.name, "isError") {
        members.note(.isError)
        envelope.isError = JSONLexer.matches(text, walk.value..<end, "true")
      } else if JSONLexer.matches(text, walk.name, "content") {
        members.note(.content)
        envelope.hasContent = true
      } else if JSONLexer.matches(text, walk.name, "_meta") {
        members.note(.meta)
        envelope.meta = walk.value..<end
      } else {
        members.checkEscapes(text, walk.name)
      }
      walk.pass(end)
    }
    return walk.end
  }

  static func error(
    _ text: borrowing Span<UInt8>,
    _ start: Int,
    _ envelope: inout Envelope,
    _ members: inout MemberNotes
  ) throws(EnvelopeError) -> Int {
    guard start < text.count, text[start] == UInt8(ascii: "{") else {
      members.object("\"error\" must be an object")
      return try EnvelopeParser.value(text, start, depth: 1)
    }
    var walk = MemberWalk(start)
    while try walk.next(text) {
      let end = try EnvelopeParser.value(text, walk.value, depth: 2)
      if JSONLexer.matches(text, walk.name, "code") {
        members.note(.code)
        envelope.errorCode = RequestID.integer(text, walk.value..<end)
      } else {
        members.checkEscapes(text, walk.name)
      }
      walk.pass(end)
    }
    if envelope.errorCode == nil { members.object("\"error.code\" must be an integer") }
    return walk.end
  }
}
