/// Builds the tree of a `JSONDocument` by recursive descent, at most `JSONLexer.maxDepth` deep.
struct JSONTreeParser {
  let bytes: [UInt8]
  let dialect: JSONDocument.Dialect

  /// Reads the one value that begins at or after `start` and ends with `text`.
  func parse(_ text: borrowing Span<UInt8>, _ start: Int) throws(JSONError) -> JSONNode {
    var index = start
    if dialect == .commented, index + 3 <= text.count,
      text[index] == 0xEF, text[index + 1] == 0xBB, text[index + 2] == 0xBF
    {
      index += 3
    }
    let node = try value(text, from: try skipBlanks(text, from: index), depth: 0)
    let end = try skipBlanks(text, from: node.range.upperBound)
    guard end == text.count else { throw JSONError(.trailingBytes, at: end) }
    return node
  }

  private func value(
    _ text: borrowing Span<UInt8>,
    from start: Int,
    depth: Int
  ) throws(JSONError) -> JSONNode {
    guard start < text.count else { throw JSONError(.unexpectedEnd, at: start) }
    switch text[start] {
    case UInt8(ascii: "{"): return try object(text, from: start, depth: depth + 1)
    case UInt8(ascii: "["): return try array(text, from: start, depth: depth + 1)
    default: break
    }
    let range = start..<(try JSONLexer.skipScalar(text, from: start))
    let kind: JSONNode.Kind =
      switch text[start] {
      case UInt8(ascii: "\""): .string(JSONDocument.decodeString(bytes, range))
      case UInt8(ascii: "t"): .bool(true)
      case UInt8(ascii: "f"): .bool(false)
      case UInt8(ascii: "n"): .null
      default: .number
      }
    return JSONNode(kind: kind, range: range)
  }

  private func array(
    _ text: borrowing Span<UInt8>,
    from start: Int,
    depth: Int
  ) throws(JSONError) -> JSONNode {
    guard depth <= JSONLexer.maxDepth else { throw JSONError(.tooDeep, at: start) }
    var elements: [JSONNode] = []
    var index = try skipBlanks(text, from: start + 1)
    var isOpen = !closes(text, index, with: UInt8(ascii: "]"))
    while isOpen {
      let element = try value(text, from: index, depth: depth)
      elements.append(element)
      (index, isOpen) = try skipSeparator(
        text,
        from: element.range.upperBound,
        closing: UInt8(ascii: "]")
      )
    }
    return JSONNode(kind: .array(elements), range: start..<index + 1)
  }

  private func object(
    _ text: borrowing Span<UInt8>,
    from start: Int,
    depth: Int
  ) throws(JSONError) -> JSONNode {
    guard depth <= JSONLexer.maxDepth else { throw JSONError(.tooDeep, at: start) }
    var members: [JSONMember] = []
    var index = try skipBlanks(text, from: start + 1)
    var isOpen = !closes(text, index, with: UInt8(ascii: "}"))
    while isOpen {
      guard index < text.count else { throw JSONError(.unexpectedEnd, at: index) }
      guard text[index] == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: index) }
      let nameRange = index..<(try JSONLexer.skipString(text, from: index))
      let colon = try skipBlanks(text, from: nameRange.upperBound)
      guard colon < text.count else { throw JSONError(.unexpectedEnd, at: colon) }
      guard text[colon] == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: colon) }
      let valueStart = try skipBlanks(text, from: colon + 1)
      let value = try value(text, from: valueStart, depth: depth)
      members.append(
        JSONMember(
          name: JSONDocument.decodeString(bytes, nameRange),
          nameRange: nameRange,
          value: value
        )
      )
      (index, isOpen) = try skipSeparator(
        text,
        from: value.range.upperBound,
        closing: UInt8(ascii: "}")
      )
    }
    return JSONNode(kind: .object(members), range: start..<index + 1)
  }

  /// After a value: where the next begins, or where the bracket closes and that it does.
  private func skipSeparator(
    _ text: borrowing Span<UInt8>,
    from start: Int,
    closing: UInt8
  ) throws(JSONError) -> (index: Int, isOpen: Bool) {
    var index = try skipBlanks(text, from: start)
    if closes(text, index, with: closing) { return (index, false) }
    guard index < text.count else { throw JSONError(.unexpectedEnd, at: index) }
    guard text[index] == UInt8(ascii: ",") else { throw JSONError(.unexpectedByte, at: index) }
    index = try skipBlanks(text, from: index + 1)
    if dialect == .commented, closes(text, index, with: closing) { return (index, false) }
    return (index, true)
  }

  private func closes(_ text: borrowing Span<UInt8>, _ index: Int, with closing: UInt8) -> Bool {
    index < text.count && text[index] == closing
  }

  private func skipBlanks(
    _ text: borrowing Span<UInt8>,
    from start: Int
  ) throws(JSONError) -> Int {
    var index = JSONLexer.skipBlanks(text, from: start)
    guard dialect == .commented else { return index }
    while index + 1 < text.count, text[index] == UInt8(ascii: "/") {
      switch text[index + 1] {
      case UInt8(ascii: "/"): index = skipLine(text, from: index + 2)
      case UInt8(ascii: "*"): index = try skipBlockComment(text, from: index)
      default: return index
      }
      index = JSONLexer.skipBlanks(text, from: index)
    }
    return index
  }

  private func skipLine(_ text: borrowing Span<UInt8>, from start: Int) -> Int {
    var index = start
    while index < text.count, text[index] != 0x0A, text[index] != 0x0D { index += 1 }
    return index
  }

  private func skipBlockComment(
    _ text: borrowing Span<UInt8>,
    from start: Int
  ) throws(JSONError) -> Int {
    var index = start + 2
    while index + 1 < text.count {
      if text[index] == UInt8(ascii: "*"), text[index + 1] == UInt8(ascii: "/") {
        return index + 2
      }
      index += 1
    }
    throw JSONError(.unterminatedComment, at: start)
  }
}
