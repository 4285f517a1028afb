/// A type, or an extension of one, as a source file declares it.
struct TypeDeclaration {
  /// `actor`, `class`, `enum`, `extension`, `protocol`, `struct` or `typealias`.
  let kind: String
  /// With the types around it: `Offerings.Source`.
  let name: String
  /// Seen in its file or in the type around it only.
  let isPrivate: Bool
  /// What the type's own body says, a line each, without the bodies within it.
  var members: [String] = []
  /// Its stored properties; those of the type itself and of mutants are left out.
  var properties: [StoredProperty] {
    members.compactMap(StoredProperty.init)
  }

  /// Whether a type of this kind has a method here that changes it.
  func changesItself(as kind: String?) -> Bool {
    members.contains { line in
      let words = line.split(separator: " ")
      guard words.contains("func"), !words.contains("static") else { return false }
      return kind == "class" || (kind == "struct" && words.contains("mutating"))
    }
  }

  var isTopLevel: Bool { !name.contains(".") }
}

/// A `let` or `var` of a type that has a place in memory.
struct StoredProperty {
  let name: String
  /// Whether others than the type itself can write it.
  let isOpen: Bool

  /// `nil`: the line declares something else.
  init?(_ line: String) {
    let words = line.split { " :,=".contains($0) }.map(String.init)
    guard let place = words.firstIndex(where: { $0 == "let" || $0 == "var" }) else { return nil }
    let modifiers = words[..<place]
    let isDeclaration = modifiers.allSatisfy { $0.first == "@" || Self.modifiers.contains($0) }
    guard isDeclaration, !modifiers.contains("static"), place + 1 < words.count else { return nil }
    // A body that begins before any value is a getter, or it observes.
    if let body = line.firstIndex(of: "{"), !line[..<body].contains(" = ") {
      let first = line[line.index(after: body)...].drop { $0 == " " }
      guard first.hasPrefix("didSet") || first.hasPrefix("willSet") else { return nil }
    }
    name = words[place + 1]
    let closed: Set = ["fileprivate", "fileprivate(set)", "private", "private(set)"]
    isOpen = words[place] == "var" && closed.isDisjoint(with: modifiers)
  }

  private static let modifiers: Set = [
    "fileprivate", "fileprivate(set)", "final", "lazy", "nonisolated", "nonisolated(unsafe)",
    "package", "package(set)", "private", "private(set)", "static", "unowned", "unsafe", "weak",
  ]
}

extension SourceFile {
  /// The last part of the path: it stays when a file moves to another folder.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// The types and extensions declared here, found by counting braces in formatted code.
  func types() -> [TypeDeclaration] {
    var found: [TypeDeclaration] = []
    // The types around a line: their places in `found`, and the depth of their bodies.
    var open: [(place: Int, depth: Int)] = []
    var depth = 0
    var inParentheses = 0
    for line in productCode() {
      let text = String(line.drop { $0 == " " })
      let isMember = inParentheses == 0 && depth == (open.last?.depth ?? 0)
      if isMember, let last = open.last { found[last.place].members.append(text) }
      let outer = open.last.map { found[$0.place].name }
      if isMember, let type = Self.declaration(text, in: outer) {
        found.append(type)
        if text.hasSuffix("{") { open.append((found.count - 1, depth + 1)) }
      } else if let last = open.last, depth == last.depth + 1, Self.observes(text) {
        // Said in the line of the property, where it is looked for.
        found[last.place].members[found[last.place].members.count - 1] += " " + text
      }
      for character in line {
        switch character {
        case "(": inParentheses += 1
        case ")": inParentheses -= 1
        case "{": depth += 1
        case "}": depth -= 1
        default: break
        }
      }
      while let last = open.last, depth < last.depth { open.removeLast() }
    }
    return found
  }

  /// The code without what is compiled for mutants only.
  func productCode() -> [String] {
    var conditions: [Bool] = []
    return code.map { line in
      let words = line.split(separator: " ")
      switch words.first {
      case "#if": conditions.append(words.dropFirst().first != "MUTANTS")
      case "#else": conditions.append(!(conditions.popLast() ?? false))
      case "#endif": conditions.removeLast()
      default: return conditions.contains(false) ? "" : line
      }
      return ""
    }
  }

  private static func observes(_ text: String) -> Bool {
    text.hasPrefix("didSet") || text.hasPrefix("willSet")
  }

  private static func declaration(_ text: String, in outer: String?) -> TypeDeclaration? {
    let words = text.split { " :<={".contains($0) }.map(String.init)
    guard let place = words.firstIndex(where: kinds.contains), place + 1 < words.count else {
      return nil
    }
    let modifiers = words[..<place]
    guard modifiers.allSatisfy({ $0.first == "@" || typeModifiers.contains($0) }) else {
      return nil
    }
    return TypeDeclaration(
      kind: words[place],
      name: (outer.map { $0 + "." } ?? "") + words[place + 1],
      isPrivate: modifiers.contains("private") || modifiers.contains("fileprivate")
    )
  }

  private static let kinds: Set = [
    "actor", "class", "enum", "extension", "protocol", "struct", "typealias",
  ]

  private static let typeModifiers: Set = [
    "fileprivate", "final", "indirect", "nonisolated", "package", "private",
  ]
}
