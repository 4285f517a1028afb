import Foundation

/// A function's place in its file; lines count from 1.
struct FunctionLines {
  let lines: ClosedRange<Int>
}

extension SourceFile {
  /// The functions with a body, found by counting braces: good enough for formatted code.
  func functions() -> [FunctionLines] {
    code.indices.filter { beginsFunction(code[$0]) }.compactMap { start in
      body(from: start).map { FunctionLines(lines: start + 1...$0 + 1) }
    }
  }

  /// The modules this file imports.
  func imports() -> Set<String> {
    Set(
      code.compactMap { line in
        let words = line.split(separator: " ")
        guard let index = words.firstIndex(of: "import") else { return nil }
        guard words[..<index].allSatisfy({ $0.first == "@" || $0 == "package" }) else { return nil }
        return words.last.flatMap { $0.split(separator: ".").first }.map(String.init)
      }
    )
  }

  /// A link of a Markdown file to another file here, or to a heading.
  struct Link {
    /// Relative to the file it stands in; empty: that file.
    let path: String
    /// What stands behind `#`; empty: the whole file.
    let fragment: String
  }

  /// The relative links of a Markdown file; code is left out.
  func links() -> [Link] {
    var links: [Link] = []
    var isInFence = false
    for line in lines {
      if line.hasPrefix("```") { isInFence.toggle() }
      guard !isInFence else { continue }
      let plain = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
        .filter { $0.offset.isMultiple(of: 2) }.map { String($0.element) }.joined()
      for piece in plain.components(separatedBy: "](").dropFirst() {
        let target = piece.prefix { $0 != ")" && $0 != " " }
        guard !target.isEmpty, !target.contains(":") else { continue }
        let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        links.append(Link(path: String(parts[0]), fragment: parts.dropFirst().joined()))
      }
    }
    return links
  }

  /// The fragments of a Markdown file's headings as GitHub makes them; none stands twice here.
  func anchors() -> Set<String> {
    var anchors: Set<String> = []
    var isInFence = false
    for line in lines {
      if line.hasPrefix("```") { isInFence.toggle() }
      guard !isInFence, line.hasPrefix("#") else { continue }
      let title = line.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
      let kept = title.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
      anchors.insert(kept.replacing(" ", with: "-"))
    }
    return anchors
  }

  private func beginsFunction(_ line: String) -> Bool {
    if path.hasSuffix(".c") || path.hasSuffix(".h") {
      return line.first.map { $0.isLetter } ?? false && line.hasSuffix("{") && line.contains("(")
    }
    guard path.hasSuffix(".swift") else { return false }
    let words = line.split { !$0.isLetter && $0 != "(" && $0 != "." && $0 != "_" }
    let names = words.lazy.map { String($0.prefix { $0 != "(" }) }
    let first = names.first { !Self.modifiers.contains($0) }
    return first.map(["func", "init", "deinit", "subscript"].contains) ?? false
  }

  /// What may stand before `func` on its line.
  private static let modifiers: Set = [
    "Sendable", "Test", "borrowing", "concurrent", "consuming", "discardableResult", "final",
    "inline", "inlinable", "isolated", "mutating", "nonisolated", "nonmutating", "override",
    "package", "private", "static",
  ]

  /// The line of the brace that closes the body of the function that begins at `start`.
  private func body(from start: Int) -> Int? {
    var parentheses = 0
    var braces = 0
    for index in code.indices[start...] {
      // A requirement of a protocol has no body.
      if braces == 0, index > start, beginsFunction(code[index]) { return nil }
      for character in code[index] {
        switch character {
        case "(": parentheses += 1
        case ")": parentheses -= 1
        case "{" where parentheses == 0 || braces > 0: braces += 1
        case "}" where parentheses == 0 || braces > 0:
          braces -= 1
          if braces < 0 { return nil }
          if braces == 0 { return index }
        default: break
        }
      }
    }
    return nil
  }
}
