/// Just enough JSON for the simulated peers and the checks.
///
/// Written apart from the product's parser on purpose: an error in that one must not be hidden by
/// the same error here.
struct TinyJSON {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The one value that all bytes are; `nil` if they are anything else.
  var whole: Range<Int>? {
    let start = blanks(0)
    guard let end = value(start), blanks(end) == bytes.count else { return nil }
    return start..<end
  }

  /// The members of an object, or the elements of an array (without keys), in order.
  func parts(_ container: Range<Int>) -> [(key: Range<Int>?, value: Range<Int>)] {
    let isObject = bytes[container.lowerBound] == UInt8(ascii: "{")
    guard isObject || bytes[container.lowerBound] == UInt8(ascii: "[") else { return [] }
    var parts: [(key: Range<Int>?, value: Range<Int>)] = []
    var position = blanks(container.lowerBound + 1)
    while position < container.upperBound - 1 {
      var key: Range<Int>?
      if isObject {
        guard let end = string(position) else { return parts }
        key = position..<end
        position = blanks(blanks(end) + 1)
      }
      guard let end = value(position) else { return parts }
      parts.append((key, position..<end))
      position = blanks(blanks(end) + 1)
    }
    return parts
  }

  /// The value at a path of member names.
  func at(_ object: Range<Int>, _ path: StaticString...) -> Range<Int>? {
    var place = object
    for name in path {
      guard let found = member(name, place) else { return nil }
      place = found
    }
    return place
  }

  private func member(_ name: StaticString, _ object: Range<Int>) -> Range<Int>? {
    guard bytes[object.lowerBound] == UInt8(ascii: "{") else { return nil }
    var position = blanks(object.lowerBound + 1)
    while position < object.upperBound - 1 {
      guard let end = string(position) else { return nil }
      let key = position + 1..<end - 1
      position = blanks(blanks(end) + 1)
      guard let valueEnd = value(position) else { return nil }
      if matches(key, name) { return position..<valueEnd }
      position = blanks(blanks(valueEnd) + 1)
    }
    return nil
  }

  func matches(_ range: Range<Int>, _ text: StaticString) -> Bool {
    guard range.count == text.utf8CodeUnitCount else { return false }
    return unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
      .elementsEqual(bytes[range])
  }

  func int(_ range: Range<Int>?) -> Int? {
    range.flatMap { Int(String(decoding: bytes[$0], as: UTF8.self)) }
  }

  func double(_ range: Range<Int>?) -> Double? {
    range.flatMap { Double(String(decoding: bytes[$0], as: UTF8.self)) }
  }

  /// The text between the quotes, escapes as they are.
  func text(_ range: Range<Int>?) -> String? {
    guard let range, bytes[range.lowerBound] == UInt8(ascii: "\"") else { return nil }
    return String(decoding: bytes[range.lowerBound + 1..<range.upperBound - 1], as: UTF8.self)
  }

  // MARK: Grammar

  private func blanks(_ start: Int) -> Int {
    var position = start
    while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
    return position
  }

  /// The end of the value that begins here; `nil` if none does.
  private func value(_ start: Int) -> Int? {
    guard start < bytes.count else { return nil }
    switch bytes[start] {
    case UInt8(ascii: "\""): return string(start)
    case UInt8(ascii: "{"): return container(start, isObject: true)
    case UInt8(ascii: "["): return container(start, isObject: false)
    default:
      var end = start
      while end < bytes.count, Self.isWord(bytes[end]) { end += 1 }
      return end > start ? end : nil
    }
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  private func string(_ start: Int) -> Int? {
    guard start < bytes.count, bytes[start] == UInt8(ascii: "\"") else { return nil }
    let text = bytes.span
    var position = start + 1
    while position < text.count {
      let byte = text[position]
      if byte == UInt8(ascii: "\"") { return position + 1 }
      position += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    return nil
  }

  private func container(_ start: Int, isObject: Bool) -> Int? {
    let close = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
    var position = blanks(start + 1)
    guard position < bytes.count else { return nil }
    if bytes[position] == close { return position + 1 }
    while true {
      if isObject {
        guard let end = string(position) else { return nil }
        position = blanks(end)
        guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else { return nil }
        position = blanks(position + 1)
      }
      guard let end = value(position) else { return nil }
      position = blanks(end)
      guard position < bytes.count else { return nil }
      if bytes[position] == close { return position + 1 }
      guard bytes[position] == UInt8(ascii: ",") else { return nil }
      position = blanks(position + 1)
    }
  }
}
