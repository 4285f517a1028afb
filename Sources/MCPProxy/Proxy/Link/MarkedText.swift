/// Finds what stands between two equal marks in a stream, whatever stands around them.
package struct MarkedText: Sendable {
  private let mark: [UInt8]
  /// What may hold a mark or stand behind the first.
  private var text: [UInt8] = []
  private var isOpen = false

  /// More than any sensible text between marks: a mark that stands alone is forgotten.
  package static let mostBytes = 64 << 10

  package init(_ mark: String) { self.mark = Array(mark.utf8) }

  /// Takes the next bytes, cut anywhere; returns the text once its second mark is there.
  package mutating func take(_ bytes: ArraySlice<UInt8>) -> String? {
    text += bytes
    if !isOpen, let first = text.firstRange(of: mark) {
      isOpen = true
      text.removeFirst(first.upperBound)
    }
    if isOpen, let second = text.firstRange(of: mark) {
      return String(decoding: text[..<second.lowerBound], as: UTF8.self)
    }
    if isOpen, text.count > Self.mostBytes { isOpen = false }
    // The beginning of a mark may stand at the end.
    if !isOpen { text.removeFirst(max(0, text.count - mark.count + 1)) }
    return nil
  }
}
