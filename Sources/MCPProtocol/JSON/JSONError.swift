/// Why bytes are not JSON, and at which byte.
package struct JSONError: Error, Equatable, Sendable {
  package enum Reason: String, Sendable {
    case unexpectedEnd = "unexpected end of input"
    case unexpectedByte = "unexpected character"
    case controlCharacter = "control character in a string"
    case badEscape = "invalid escape in a string"
    case badUTF8 = "invalid UTF-8"
    case badNumber = "invalid number"
    case tooDeep = "nested too deeply"
    case trailingBytes = "something follows the value"
    case unterminatedComment = "unterminated comment"
  }
  package let reason: Reason
  /// Offset of the offending byte from the start of the text.
  package let offset: Int

  package init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}

extension JSONError: CustomStringConvertible {
  package var description: String { "\(reason.rawValue) at byte \(offset)" }
}
