/// Replaces by blanks what is not code in a Swift or C text.
///
/// That is comments, the text of string and regex literals and of names in backticks. Lines and
/// columns stay where they are; interpolations stay code.
struct Blanker {
  private let source: [UInt8]
  private let isC: Bool
  private var output: [UInt8] = []
  private var at = 0
  /// The bytes that can begin or end something in code; the rest is copied without a look.
  private static let special = Set("/#\"`'()".utf8)

  init(_ text: String, isC: Bool) {
    source = Array(text.utf8)
    self.isC = isC
    output.reserveCapacity(source.count)
  }

  /// The blanked text; works once.
  mutating func blanked() -> String {
    while at < source.count { copyCode(inInterpolation: false) }
    return String(decoding: output, as: UTF8.self)
  }

  /// Copies up to the end, or over the parenthesis that closes an interpolation.
  private mutating func copyCode(inInterpolation: Bool) {
    var depth = 0
    while at < source.count {
      if !Self.special.contains(source[at]) {
        keep(1)
      } else if starts("//") {
        while at < source.count, !starts("\n") { blank(1) }
      } else if starts("/*") {
        blankComment()
      } else if let pounds = poundsOfString() {
        blankString(pounds: pounds)
      } else if beginsRegex() {
        blankRegex()
      } else if starts("`") || (isC && starts("'")) {
        blankQuoted(by: source[at])
      } else {
        let byte = source[at]
        keep(1)
        guard inInterpolation else { continue }
        if byte == UInt8(ascii: "(") { depth += 1 }
        if byte == UInt8(ascii: ")") {
          if depth == 0 { return }
          depth -= 1
        }
      }
    }
  }

  private mutating func blankComment() {
    var depth = 0
    repeat {
      if starts("/*") {
        depth += 1
        blank(2)
      } else if starts("*/") {
        depth -= 1
        blank(2)
      } else {
        blank(1)
      }
    } while depth > 0 && at < source.count
  }

  /// The number of `#` before the quote, if a string literal begins here.
  private func poundsOfString() -> Int? {
    var pounds = 0
    while at + pounds < source.count, source[at + pounds] == UInt8(ascii: "#") { pounds += 1 }
    guard at + pounds < source.count, source[at + pounds] == UInt8(ascii: "\"") else { return nil }
    return pounds
  }

  private mutating func blankString(pounds: Int) {
    keep(pounds)
    let quotes = !isC && starts("\"\"\"") ? "\"\"\"" : "\""
    keep(quotes.utf8.count)
    let end = quotes + String(repeating: "#", count: pounds)
    let escape = "\\" + String(repeating: "#", count: pounds)
    while at < source.count {
      if source[at] >= UInt8(ascii: "a"), source[at] <= UInt8(ascii: "z") {
        blank(1)
      } else if starts(end) {
        return keep(end.utf8.count)
      } else if starts(escape + "(") && !isC {
        keep(escape.utf8.count + 1)
        copyCode(inInterpolation: true)
      } else if starts(escape) {
        blank(escape.utf8.count + 1)
      } else if quotes == "\"" && starts("\n") {
        return
      } else {
        blank(1)
      }
    }
  }

  /// Whether a `/` stands where a value is expected, which no division does.
  private func beginsRegex() -> Bool {
    guard !isC, starts("/"), !starts("/ "), at > 0 else { return false }
    return output.last { $0 != UInt8(ascii: " ") }.map(Set("(,=:[{".utf8).contains) ?? false
  }

  private mutating func blankRegex() {
    keep(1)
    while at < source.count, !starts("/"), !starts("\n") {
      blank(starts("\\") ? 2 : 1)
    }
    keep(1)
  }

  /// A name in backticks, or a character of C: ends on its line.
  private mutating func blankQuoted(by quote: UInt8) {
    keep(1)
    while at < source.count, source[at] != quote, !starts("\n") {
      blank(isC && starts("\\") ? 2 : 1)
    }
    keep(1)
  }

  private func starts(_ text: String) -> Bool {
    source[at...].starts(with: text.utf8)
  }

  private mutating func blank(_ count: Int) {
    for _ in 0..<count where at < source.count {
      output.append(starts("\n") ? source[at] : UInt8(ascii: " "))
      at += 1
    }
  }

  private mutating func keep(_ count: Int) {
    for _ in 0..<count where at < source.count {
      output.append(source[at])
      at += 1
    }
  }
}
