import MCPProtocol
import Testing

@Suite struct SpliceTests {
  private static let line = #"{"id":12,"name":"tool","token":"t","raw":"\u00e9 1.0"}"#

  private typealias Edit = (range: Range<Int>, replacement: Splice.Replacement)

  private static func spliced(
    _ source: [UInt8],
    _ line: Range<Int>? = nil,
    _ edits: [Edit]
  ) -> String {
    var splice = Splice()
    for edit in edits { splice.replace(edit.range, with: edit.replacement) }
    var output = "kept".bytes
    splice.append(source, line ?? 0..<source.count, to: &output)
    return output.text
  }

  /// All orders of these.
  private static func orders<Element>(_ elements: [Element]) -> [[Element]] {
    guard elements.count > 1 else { return [elements] }
    return elements.indices.flatMap { index in
      var rest = elements
      let first = rest.remove(at: index)
      return orders(rest).map { [first] + $0 }
    }
  }

  @Test func `without edits a line is copied with an end`() {
    #expect(Self.spliced("abc".bytes, nil, []) == "keptabc\n")
    #expect(Self.spliced("abc".bytes, 1..<2, []) == "keptb\n")
    #expect(Self.spliced([], nil, []) == "kept\n")
  }

  @Test func `edits are made whatever the order they come in`() {
    let edits: [Edit] = [
      (6..<8, .integer(-345)), (16..<22, .bytes(#""a__tool""#.bytes)),
      (31..<34, .slice("..99..".bytes, 2..<4)),
    ]
    let expected = #"kept{"id":-345,"name":"a__tool","token":99,"raw":"\u00e9 1.0"}"# + "\n"
    for order in Self.orders(edits) {
      #expect(Self.spliced(Self.line.bytes, nil, order) == expected)
    }
    for order in Self.orders(Array(edits.prefix(2))) {
      let text = expected.replacing(":99", with: #":"t""#)
      #expect(Self.spliced(Self.line.bytes, nil, order) == text)
    }
  }

  @Test func `edits may touch each other and the ends`() {
    let edits: [Edit] = [(0..<2, .integer(1)), (2..<3, .integer(22)), (3..<6, .integer(333))]
    for order in Self.orders(edits) {
      #expect(Self.spliced("aabccc".bytes, nil, order) == "kept122333\n")
    }
  }

  @Test func `an edit may remove or insert`() {
    let edits: [Edit] = [
      (1..<2, .bytes([])), (3..<3, .bytes("+".bytes)), (4..<4, .slice([], 0..<0)),
    ]
    for order in Self.orders(edits) {
      #expect(Self.spliced("abcd".bytes, nil, order) == "keptac+d\n")
    }
  }

  @Test func `a line in the middle of a buffer is cut out with its edits`() {
    let source = "other\nxAyBzC\nmore".bytes
    let edits: [Edit] = [(7..<8, .integer(1)), (9..<10, .integer(2)), (11..<12, .integer(3))]
    for order in Self.orders(edits) {
      #expect(Self.spliced(source, 6..<12, order) == "keptx1y2z3\n")
    }
  }

  @Test func `bytes outside the edits are never touched`() {
    var random = SeededRandom(seed: 5)
    for _ in 0..<500 {
      let source = (0..<40).map { _ in UInt8(random.below(256)) }
      let cuts = (0..<6).map { _ in random.below(41) }.sorted()
      let values = (0..<3).map { _ in Int(truncatingIfNeeded: random.next()) }
      let count = random.below(4)
      var expected = "kept".bytes
      var copied = 0
      var edits: [Edit] = []
      for edit in 0..<count {
        let range = cuts[2 * edit]..<cuts[2 * edit + 1]
        // Two empty edits at one place have no order of their own.
        guard range.lowerBound > copied || edit == 0, !range.isEmpty else { continue }
        edits.append((range, .integer(values[edit])))
        expected += source[copied..<range.lowerBound] + String(values[edit]).bytes
        copied = range.upperBound
      }
      expected += source[copied...] + [0x0A]
      edits.shuffle(using: &random)
      var splice = Splice()
      for edit in edits { splice.replace(edit.range, with: edit.replacement) }
      var output = "kept".bytes
      splice.append(source, 0..<40, to: &output)
      #expect(output == expected)
    }
  }

  @Test(arguments: [
    0, 1, -1, 9, 10, 11, 99, 100, -100, 999_999_999_999_999_999, 1_000_000_000_000_000_000, .max,
    .min,
  ])
  func `digits are those of the number`(value: Int) {
    var bytes: [UInt8] = []
    bytes.append(room: 20) { $0.append(integer: value) }
    #expect(bytes.text == String(value))
  }

  @Test func `no message leaves a splice as invalid JSON`() throws {
    for vector in Vector.messages {
      let envelope = try EnvelopeParser.parse(vector.line.span)
      var splice = Splice()
      let slices = [envelope.progressToken, envelope.name, envelope.id].filter { !$0.isEmpty }
      for slice in slices { splice.replace(slice, with: .integer(4711)) }
      var output: [UInt8] = []
      splice.append(vector.line, 0..<vector.line.count, to: &output)
      #expect(treeError(output) == nil, "\(vector)")
      #expect(
        output.text.split(separator: "4711", omittingEmptySubsequences: false).count == slices.count
          + 1
      )
    }
  }
}
