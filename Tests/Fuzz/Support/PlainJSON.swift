/// A JSON value and where it stands: the measure for the product's parsers.
///
/// Written anew from RFC 8259, for clarity alone, and shares no code with what it measures. Of the
/// product's own rules it knows only the greatest depth.
struct PlainJSON {
  struct Member {
    /// Without the quotes.
    let rawName: ArraySlice<UInt8>
    /// With the escapes resolved.
    let name: String
    let value: PlainJSON
  }

  enum Kind {
    case object([Member])
    case array([PlainJSON])
    case string(String)
    case number
    case word
  }

  let kind: Kind
  /// The bytes of the value, quotes and brackets included.
  let text: ArraySlice<UInt8>

  var range: Range<Int> { text.indices }

  var members: [Member]? {
    if case .object(let members) = kind { members } else { nil }
  }

  var string: String? {
    if case .string(let string) = kind { string } else { nil }
  }

  /// The values of the members whose names are written exactly so.
  func values(of name: String) -> [PlainJSON] {
    (members ?? []).filter { $0.rawName.elementsEqual(name.utf8) }.map(\.value)
  }

  /// The one value that fills the bytes, blanks around it aside; `nil` if they are no JSON.
  static func read(_ bytes: [UInt8]) -> PlainJSON? {
    // Outside of strings everything is ASCII, so the whole text is UTF-8 if its strings are.
    guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
    var reader = PlainReader(bytes)
    guard let value = reader.value(depth: 0), reader.isAtEnd else { return nil }
    return value
  }
}

private struct PlainReader {
  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  var isAtEnd: Bool { next == nil }

  private mutating func skipBlanks() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
  }

  private mutating func take(_ text: String) -> Bool {
    guard bytes[index...].starts(with: text.utf8) else { return false }
    index += text.utf8.count
    return true
  }

  /// The next value and the blanks on both of its sides.
  mutating func value(depth: Int) -> PlainJSON? {
    skipBlanks()
    let start = index
    guard let kind = kind(depth: depth) else { return nil }
    let text = bytes[start..<index]
    skipBlanks()
    return PlainJSON(kind: kind, text: text)
  }

  private mutating func kind(depth: Int) -> PlainJSON.Kind? {
    if take("true") || take("false") || take("null") { return .word }
    switch next {
    case UInt8(ascii: "\""): return string().map { .string($0) }
    case UInt8(ascii: "{"): return depth < 128 ? object(depth: depth + 1) : nil
    case UInt8(ascii: "["): return depth < 128 ? array(depth: depth + 1) : nil
    default: return number() ? .number : nil
    }
  }

  private mutating func object(depth: Int) -> PlainJSON.Kind? {
    index += 1
    skipBlanks()
    var members: [PlainJSON.Member] = []
    if take("}") { return .object(members) }
    while true {
      skipBlanks()
      let start = index
      guard next == UInt8(ascii: "\""), let name = string() else { return nil }
      let rawName = bytes[start + 1..<index - 1]
      skipBlanks()
      guard take(":"), let value = value(depth: depth) else { return nil }
      members.append(PlainJSON.Member(rawName: rawName, name: name, value: value))
      if take("}") { return .object(members) }
      guard take(",") else { return nil }
    }
  }

  private mutating func array(depth: Int) -> PlainJSON.Kind? {
    index += 1
    skipBlanks()
    var elements: [PlainJSON] = []
    if take("]") { return .array(elements) }
    while true {
      guard let element = value(depth: depth) else { return nil }
      elements.append(element)
      if take("]") { return .array(elements) }
      guard take(",") else { return nil }
    }
  }

  private mutating func string() -> String? {
    index += 1
    var units: [UInt16] = []
    var start = index
    while let byte = next {
      guard byte >= 0x20 else { return nil }
      guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
        index += 1
        continue
      }
      units += String(decoding: bytes[start..<index], as: UTF8.self).utf16
      index += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: units, as: UTF16.self) }
      guard let unit = escape() else { return nil }
      units.append(unit)
      start = index
    }
    return nil
  }

  private static let escapes: [UInt8: UInt16] = [
    UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F,
    UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A,
    UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
  ]

  private mutating func escape() -> UInt16? {
    guard let byte = next else { return nil }
    index += 1
    guard byte == UInt8(ascii: "u") else { return Self.escapes[byte] }
    let digits = bytes[index...].prefix(4)
    index += digits.count
    let isHexadecimal = digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
    guard digits.count == 4, isHexadecimal else { return nil }
    return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  private mutating func number() -> Bool {
    _ = take("-")
    if !take("0"), !digits() { return false }
    if take("."), !digits() { return false }
    guard take("e") || take("E") else { return true }
    _ = take("+") || take("-")
    return digits()
  }

  private mutating func digits() -> Bool {
    let start = index
    while let byte = next, (0x30...0x39).contains(byte) { index += 1 }
    return index > start
  }
}
