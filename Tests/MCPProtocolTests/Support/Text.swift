import MCPProtocol

extension String {
  /// The text as UTF-8.
  var bytes: [UInt8] { Array(utf8) }
}

extension [UInt8] {
  var text: String { String(decoding: self, as: UTF8.self) }

  /// The bytes of `range` as text.
  func text(_ range: Range<Int>) -> String { String(decoding: self[range], as: UTF8.self) }
}

/// What the lexer says of a whole text: `nil` if it is one JSON value, blanks around it or not.
func lexerError(_ bytes: [UInt8]) -> JSONError? {
  let text = bytes.span
  do {
    let start = JSONLexer.skipBlanks(text, from: 0)
    let end = JSONLexer.skipBlanks(text, from: try JSONLexer.skipValue(text, from: start, depth: 0))
    return end == text.count ? nil : JSONError(.trailingBytes, at: end)
  } catch {
    return error
  }
}

/// What the tree parser says of a whole text: `nil` if it is one JSON value.
func treeError(_ bytes: [UInt8], dialect: JSONDocument.Dialect = .strict) -> JSONError? {
  do {
    _ = try JSONDocument.parse(bytes, dialect: dialect)
    return nil
  } catch {
    return error
  }
}
