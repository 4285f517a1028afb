import MCPProtocol
import Testing

@Suite(
  .enabled(
    if: JSONTestSuite.isPresent,
    "JSONTestSuite is not here: put it into ../shared/json-test-suite beside the repository"
  )
)
struct ParsingSuiteTests {
  /// What the standard leaves open and how it is decided here: numbers of any size and lone
  /// surrogates in escapes are JSON; what is no UTF-8, and 500 brackets, are not.
  private static let undecided: [String: JSONError.Reason?] = [
    "i_number_double_huge_neg_exp.json": nil,
    "i_number_huge_exp.json": nil,
    "i_number_neg_int_huge_exp.json": nil,
    "i_number_pos_double_huge_exp.json": nil,
    "i_number_real_neg_overflow.json": nil,
    "i_number_real_pos_overflow.json": nil,
    "i_number_real_underflow.json": nil,
    "i_number_too_big_neg_int.json": nil,
    "i_number_too_big_pos_int.json": nil,
    "i_number_very_big_negative_int.json": nil,
    "i_object_key_lone_2nd_surrogate.json": nil,
    "i_string_1st_surrogate_but_2nd_missing.json": nil,
    "i_string_1st_valid_surrogate_2nd_invalid.json": nil,
    "i_string_UTF-16LE_with_BOM.json": .unexpectedByte,
    "i_string_UTF-8_invalid_sequence.json": .badUTF8,
    "i_string_UTF8_surrogate_U+D800.json": .badUTF8,
    "i_string_incomplete_surrogate_and_escape_valid.json": nil,
    "i_string_incomplete_surrogate_pair.json": nil,
    "i_string_incomplete_surrogates_escape_valid.json": nil,
    "i_string_invalid_lonely_surrogate.json": nil,
    "i_string_invalid_surrogate.json": nil,
    "i_string_invalid_utf-8.json": .badUTF8,
    "i_string_inverted_surrogates_U+1D11E.json": nil,
    "i_string_iso_latin_1.json": .badUTF8,
    "i_string_lone_second_surrogate.json": nil,
    "i_string_lone_utf8_continuation_byte.json": .badUTF8,
    "i_string_not_in_unicode_range.json": .badUTF8,
    "i_string_overlong_sequence_2_bytes.json": .badUTF8,
    "i_string_overlong_sequence_6_bytes.json": .badUTF8,
    "i_string_overlong_sequence_6_bytes_null.json": .badUTF8,
    "i_string_truncated-utf-8.json": .badUTF8,
    "i_string_utf16BE_no_BOM.json": .unexpectedByte,
    "i_string_utf16LE_no_BOM.json": .unexpectedByte,
    "i_structure_500_nested_arrays.json": .tooDeep,
    "i_structure_UTF-8_BOM_empty_object.json": .unexpectedByte,
  ]

  @Test func `the suite is complete`() {
    #expect(JSONTestSuite.cases.count == 318)
    #expect(JSONTestSuite.cases("i_").map(\.name) == Self.undecided.keys.sorted())
  }

  @Test(arguments: JSONTestSuite.cases("y_"))
  func `what is JSON is accepted`(entry: JSONTestSuite.Case) {
    #expect(lexerError(entry.bytes) == nil)
    #expect(treeError(entry.bytes) == nil)
  }

  @Test(arguments: JSONTestSuite.cases("n_"))
  func `what is not JSON is refused`(entry: JSONTestSuite.Case) {
    #expect(lexerError(entry.bytes) != nil)
    #expect(treeError(entry.bytes) != nil)
  }

  @Test(arguments: JSONTestSuite.cases("i_"))
  func `what is left open is decided as written down`(entry: JSONTestSuite.Case) throws {
    let expected = try #require(Self.undecided[entry.name])
    #expect(lexerError(entry.bytes)?.reason == expected)
    #expect(treeError(entry.bytes)?.reason == expected)
  }

  @Test(arguments: JSONTestSuite.cases)
  func `lexer and tree parser name the same fault`(entry: JSONTestSuite.Case) {
    #expect(lexerError(entry.bytes) == treeError(entry.bytes))
  }

  @Test(arguments: JSONTestSuite.cases)
  func `a message around a case is refused as the case is`(entry: JSONTestSuite.Case) {
    // Scalars that fail only because something follows, and texts that close our brackets and open
    // others, mean something else inside a message.
    guard let error = treeError(entry.bytes) else {
      let line = #"{"jsonrpc":"2.0","method":"m","params":{"x":"#.bytes + entry.bytes + "}}".bytes
      #expect(throws: Never.self) { try EnvelopeParser.parse(line.span) }
      return
    }
    guard ![.trailingBytes, .unexpectedEnd].contains(error.reason) else { return }
    let line = #"{"jsonrpc":"2.0","method":"m","params":{"x":"#.bytes + entry.bytes + "}}".bytes
    #expect(throws: EnvelopeError.self) { try EnvelopeParser.parse(line.span) }
  }
}
