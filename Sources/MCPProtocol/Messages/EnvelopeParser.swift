/// Reads a line into an `Envelope`: one pass over the bytes, which are validated on the way.
package enum EnvelopeParser {
  package static func parse(_ text: borrowing Span<UInt8>) throws(EnvelopeError) -> Envelope {
    var envelope = Envelope()
    let start = JSONLexer.skipBlanks(text, from: 0)
    if start < text.count, text[start] == UInt8(ascii: "[") {
      envelope.kind = .batch
      try finish(text, from: try value(text, start, depth: 0))
      return envelope
    }
    guard start < text.count, text[start] == UInt8(ascii: "{") else {
      if start == text.count { throw .syntax(JSONError(.unexpectedEnd, at: start)) }
      try finish(text, from: try value(text, start, depth: 0))
      throw .invalid("a message must be an object", id: nil)
    }
    var members = MemberNotes()
    try finish(text, from: try topLevel(text, start, &envelope, &members))
    try classify(text, &envelope, members)
    return envelope
  }

  /// Where the elements of a well-formed array stand; `nil` if there are none or more than `most`.
  package static func elements(_ text: borrowing Span<UInt8>, most: Int) -> [Range<Int>]? {
    var elements: [Range<Int>] = []
    var index = JSONLexer.skipBlanks(text, from: 0) + 1
    while elements.count < most {
      index = JSONLexer.skipBlanks(text, from: index)
      guard let end = try? JSONLexer.skipValue(text, from: index, depth: 1) else { return nil }
      elements.append(index..<end)
      index = JSONLexer.skipBlanks(text, from: end)
      guard index < text.count, text[index] == UInt8(ascii: ",") else { return elements }
      index += 1
    }
    return nil
  }

  private static func finish(
    _ text: borrowing Span<UInt8>,
    from end: Int
  ) throws(EnvelopeError) {
    let rest = JSONLexer.skipBlanks(text, from: end)
    if rest < text.count { throw .syntax(JSONError(.trailingBytes, at: rest)) }
  }

  @inline(__always)
  static func value(
    _ text: borrowing Span<UInt8>,
    _ start: Int,
    depth: Int
  ) throws(EnvelopeError) -> Int {
    do { return try JSONLexer.skipValue(text, from: start, depth: depth) } catch {
      throw .syntax(error)
    }
  }

  private static func topLevel(
    _ text: borrowing Span<UInt8>,
    _ start: Int,
    _ envelope: inout Envelope,
    _ members: inout MemberNotes
  ) throws(EnvelopeError) -> Int {
    var walk = MemberWalk(start)
    while try walk.next(text) {
      let (name, at) = (walk.name, walk.value)
      let end: Int
      if JSONLexer.matches(text, name, "id") {
        end = try value(text, at, depth: 1)
        members.note(.id)
        envelope.id = at..<end
      } else if JSONLexer.matches(text, name, "jsonrpc") {
        end = try value(text, at, depth: 1)
        members.note(.version)
        if !JSONLexer.matches(text, at..<end, "\"2.0\"") {
          members.object("\"jsonrpc\" must be \"2.0\"")
        }
      } else if JSONLexer.matches(text, name, "method") {
        end = try value(text, at, depth: 1)
        members.note(.method)
        envelope.methodName = at..<end
      } else if JSONLexer.matches(text, name, "params") {
        end = try BodyParser.params(text, at, &envelope, &members)
        members.note(.params)
        if !BodyParser.isNull(text, at) { envelope.body = at..<end }
      } else if JSONLexer.matches(text, name, "result") {
        end = try BodyParser.result(text, at, &envelope, &members)
        members.note(.result)
        envelope.body = at..<end
      } else if JSONLexer.matches(text, name, "error") {
        end = try BodyParser.error(text, at, &envelope, &members)
        members.note(.error)
        envelope.body = at..<end
      } else {
        end = try value(text, at, depth: 1)
        members.checkEscapes(text, name)
      }
      walk.pass(end)
    }
    return walk.end
  }

  private static func classify(
    _ text: borrowing Span<UInt8>,
    _ envelope: inout Envelope,
    _ members: MemberNotes
  ) throws(EnvelopeError) {
    var members = members
    if !members.has(.version) { members.object("\"jsonrpc\" is missing") }
    let isTooLong = envelope.id.count > Bounds.id
    if isTooLong { members.object("\"id\" is longer than \(Bounds.id) bytes") }
    let hasUsableID = members.has(.id) && !isTooLong && RequestID.isValid(text, envelope.id)
    if members.has(.id), !hasUsableID {
      // An error that could not name its request carries a null id (JSON-RPC 2.0, section 5.1)
      // or, since MCP 2025-11-25, none.
      let isNullOfError = members.has(.error) && JSONLexer.matches(text, envelope.id, "null")
      if !isNullOfError { members.object("\"id\" must be a string or an integer") }
    }
    if members.has(.method) {
      if members.has(.result) || members.has(.error) {
        members.object("a message is either a request or a response")
      }
      envelope.kind = members.has(.id) ? .request : .notification
      readMethod(text, &envelope, &members)
    } else if members.has(.result) != members.has(.error) {
      envelope.kind = members.has(.error) ? .error : .result
      if members.has(.params) { members.object("a message is either a request or a response") }
      if !members.has(.id), envelope.kind == .result { members.object("\"id\" is missing") }
    } else {
      members.object(missing(members))
    }
    if let problem = members.problem {
      throw .invalid(problem, id: hasUsableID ? envelope.id : nil)
    }
  }

  /// What is wrong with a message that has no method, and no or two outcomes.
  private static func missing(_ members: MemberNotes) -> String {
    if members.has(.result) { return "both \"result\" and \"error\"" }
    // Who sends params means a request.
    if members.has(.params) || !members.has(.id) { return "\"method\" is missing" }
    return "\"result\", \"error\" and \"method\" are missing"
  }

  private static func readMethod(
    _ text: borrowing Span<UInt8>,
    _ envelope: inout Envelope,
    _ members: inout MemberNotes
  ) {
    let token = envelope.methodName
    guard text[token.lowerBound] == UInt8(ascii: "\"") else {
      return members.object("\"method\" must be a string")
    }
    envelope.methodName = token.lowerBound + 1..<token.upperBound - 1
    envelope.method = Method(decoding: text, envelope.methodName)
  }
}
