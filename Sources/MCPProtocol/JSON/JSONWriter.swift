/// Appends JSON to a byte buffer and sets the commas.
///
/// It writes usage lines on the path of every call: no closures, no temporary strings. That names
/// and values alternate and brackets match is the caller's duty.
package struct JSONWriter: Sendable {
  package var bytes: [UInt8] = []
  /// Whether a value stands before the next one in the same brackets.
  private var needsComma = false

  package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  /// Forgets the text and keeps the memory, for the next line.
  package mutating func reset() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
  }

  /// Ends a line; the next value begins a text of its own.
  package mutating func endLine() {
    bytes.append(0x0A)
    needsComma = false
  }

  package mutating func beginObject() { open(UInt8(ascii: "{")) }
  package mutating func endObject() { close(UInt8(ascii: "}")) }
  package mutating func beginArray() { open(UInt8(ascii: "[")) }
  package mutating func endArray() { close(UInt8(ascii: "]")) }

  /// A member's name, written as it is: ASCII without quotes, backslashes and control characters.
  package mutating func key(_ name: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    // A static string is at least as long as it says.
    unsafe bytes.append(
      contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    )
    bytes.append(UInt8(ascii: "\""))
    endKey()
  }

  package mutating func key(_ name: String) {
    separate()
    appendQuoted(name.utf8)
    endKey()
  }

  package mutating func string(_ value: String) {
    separate()
    appendQuoted(value.utf8)
    needsComma = true
  }

  /// A string given as bytes, which must be UTF-8.
  package mutating func string(utf8 value: ArraySlice<UInt8>) {
    separate()
    appendQuoted(value)
    needsComma = true
  }

  package mutating func bool(_ value: Bool) {
    separate()
    if value { bytes.append(contentsOf: trueText) } else { bytes.append(contentsOf: falseText) }
    needsComma = true
  }

  package mutating func null() {
    separate()
    bytes.append(contentsOf: nullText)
    needsComma = true
  }

  package mutating func int(_ value: Int) {
    separate()
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    appendDigits(UInt(value.magnitude), atLeast: 1)
    needsComma = true
  }

  /// The shortest digits that read back as the same value; `null` if it is not finite.
  package mutating func double(_ value: Double) {
    guard value.isFinite else { return null() }
    if let integer = Int(exactly: value), value.magnitude < 9_007_199_254_740_992,
      !(integer == 0 && value.sign == .minus)
    {
      return int(integer)
    }
    separate()
    bytes.append(contentsOf: value.description.utf8)
    needsComma = true
  }

  /// `value` divided by ten to the power of `places` (at most 18), trailing zeros left out:
  /// microseconds as milliseconds without a detour over floating point.
  package mutating func decimal(_ value: Int, places: Int) {
    separate()
    needsComma = true
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var scale: UInt = 1
    for _ in 0..<places { scale *= 10 }
    let (whole, part) = UInt(value.magnitude).quotientAndRemainder(dividingBy: scale)
    appendDigits(whole, atLeast: 1)
    guard part != 0 else { return }
    bytes.append(UInt8(ascii: "."))
    appendDigits(part, atLeast: places)
    while bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
  }

  /// A value that is JSON already.
  package mutating func raw(_ json: ArraySlice<UInt8>) {
    separate()
    bytes.append(contentsOf: json)
    needsComma = true
  }

  @inline(__always)
  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
  }

  private mutating func endKey() {
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func appendDigits(_ value: UInt, atLeast width: Int) {
    var count = 1
    var rest = value
    while rest >= 10 {
      rest /= 10
      count += 1
    }
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: max(count, width)))
    var index = bytes.count - 1
    rest = value
    while index >= start {
      bytes[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
      index -= 1
    }
  }

  @inline(__always)
  private mutating func appendQuoted(_ text: some Collection<UInt8>) {
    bytes.append(UInt8(ascii: "\""))
    // Nearly every string is clean: look first, then copy it in one go.
    var isClean = true
    for byte in text where needsEscape(byte) {
      isClean = false
      break
    }
    if isClean {
      bytes.append(contentsOf: text)
    } else {
      for byte in text { appendEscaped(byte) }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  @inline(__always)
  private func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func appendEscaped(_ byte: UInt8) {
    guard needsEscape(byte) else { return bytes.append(byte) }
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case 0..<0x20:
      for digit in [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")] {
        bytes.append(digit)
      }
      bytes.append(UInt8(ascii: "0") + byte >> 4)
      bytes.append(hexDigits[Int(byte & 0x0F)])
    default: bytes.append(byte)
    }
  }
}

private let trueText = Array("true".utf8)
private let falseText = Array("false".utf8)
private let nullText = Array("null".utf8)
private let hexDigits = Array("0123456789abcdef".utf8)
