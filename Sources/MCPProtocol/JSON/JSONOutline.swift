/// Finds parts of a JSON text without building a tree of it: who writes a text must not choose how
/// much memory it takes.
package enum JSONOutline {
  /// Where the values of an object's members with these names stand.
  ///
  /// `nil` for a name that is not there, or if `range` holds no object; of several the last counts,
  /// as common parsers have it.
  package static func members(
    _ names: [StaticString],
    of bytes: [UInt8],
    _ range: Range<Int>
  ) -> [Range<Int>?] {
    var values = [Range<Int>?](repeating: nil, count: names.count)
    let text = bytes.span.extracting(..<range.upperBound)
    let start = JSONLexer.skipBlanks(text, from: range.lowerBound)
    guard start < text.count, text[start] == UInt8(ascii: "{") else { return values }
    var walk = MemberWalk(start)
    do {
      while try walk.next(text) {
        let end = try JSONLexer.skipValue(text, from: walk.value, depth: 1)
        if let place = place(text, walk.name, names) { values[place] = walk.value..<end }
        walk.pass(end)
      }
    } catch {
      return values.map { _ in nil }
    }
    return JSONLexer.skipBlanks(text, from: walk.end) == text.count
      ? values : values.map { _ in nil }
  }

  /// The text of an object's member; `nil` if it is not there or no string.
  package static func string(
    _ name: StaticString,
    of bytes: [UInt8],
    _ range: Range<Int>
  ) -> String? {
    guard let place = members([name], of: bytes, range)[0],
      bytes[place.lowerBound] == UInt8(ascii: "\"")
    else { return nil }
    return JSONDocument.decodeString(bytes, place)
  }

  private static func place(
    _ text: borrowing Span<UInt8>,
    _ name: Range<Int>,
    _ names: [StaticString]
  ) -> Int? {
    if JSONLexer.containsEscape(text, name) {
      let decoded = JSONLexer.decodedName(text, name)
      return names.firstIndex { decoded.utf8.elementsEqual("\($0)".utf8) }
    }
    for (place, other) in names.enumerated() where JSONLexer.matches(text, name, other) {
      return place
    }
    return nil
  }

  /// Where the first elements of an array stand, `most` of them at most; `nil` if `range` holds no
  /// array.
  package static func elements(
    of bytes: [UInt8],
    _ range: Range<Int>,
    most: Int
  ) -> [Range<Int>]? {
    let text = bytes.span.extracting(..<range.upperBound)
    guard !range.isEmpty, text[range.lowerBound] == UInt8(ascii: "[") else { return nil }
    var elements: [Range<Int>] = []
    var index = JSONLexer.skipBlanks(text, from: range.lowerBound + 1)
    while index < text.count, text[index] != UInt8(ascii: "]"), elements.count < most {
      guard let end = try? JSONLexer.skipValue(text, from: index, depth: 1) else { return nil }
      elements.append(index..<end)
      index = JSONLexer.skipBlanks(text, from: end)
      if index < text.count, text[index] == UInt8(ascii: ",") {
        index = JSONLexer.skipBlanks(text, from: index + 1)
      }
    }
    return elements
  }
}
