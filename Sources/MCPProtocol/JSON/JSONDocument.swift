/// JSON read into a tree that remembers where each value stands in its source.
///
/// For lists, configuration and administration; the hot path uses `JSONLexer`. The bytes stay
/// beside the tree, so a value can be forwarded exactly as it came.
package struct JSONDocument: Sendable {
  /// What is accepted beyond RFC 8259.
  package enum Dialect: Sendable {
    case strict
    /// Files written by people: `//` and `/* */` comments, trailing commas, a byte order mark.
    case commented
  }

  package let bytes: [UInt8]
  package let root: JSONNode

  /// Reads the value that fills `range` (by default all) of `bytes`.
  ///
  /// The nodes' ranges and the offsets of errors are offsets in `bytes`, whatever the range.
  package init(
    _ bytes: [UInt8],
    range: Range<Int>? = nil,
    dialect: Dialect = .strict
  ) throws(JSONError) {
    let range = range ?? 0..<bytes.count
    let parser = JSONTreeParser(bytes: bytes, dialect: dialect)
    self.root = try parser.parse(bytes.span.extracting(..<range.upperBound), range.lowerBound)
    self.bytes = bytes
  }

  /// Reads a whole text.
  package static func parse(
    _ bytes: [UInt8],
    dialect: Dialect = .strict
  ) throws(JSONError) -> JSONDocument {
    try JSONDocument(bytes, dialect: dialect)
  }
}

/// One value of a `JSONDocument`.
package struct JSONNode: Sendable {
  package enum Kind: Sendable {
    case null
    case bool(Bool)
    /// The digits are `document.bytes[range]`, never converted unless asked.
    case number
    /// Decoded; a lone surrogate reads as U+FFFD, the source keeps it.
    case string(String)
    case array([JSONNode])
    case object([JSONMember])
  }
  package let kind: Kind
  /// The value's bytes in the source, quotes and brackets included.
  package let range: Range<Int>
}

/// A name and its value, in source order; duplicates are kept.
package struct JSONMember: Sendable {
  package let name: String
  /// The name's bytes in the source, quotes included.
  package let nameRange: Range<Int>
  package let value: JSONNode
}
