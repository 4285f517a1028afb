import MCPProtocol

/// The numbers by which an endpoint's guards know its tools; none is ever given to a second one.
package struct ToolNumbers: Sendable {
  private var numbers = NameTable<Int>()
  private var next = 0

  package init() {}

  package var count: Int { numbers.count }

  /// The tool's number; a new one if it has none.
  package mutating func number(of tool: String) -> Int {
    if let number = numbers[tool] { return number }
    defer { next += 1 }
    numbers[tool] = next
    return next
  }

  /// Forgets tools that are no longer listed, once `most` are known: a server may name its tools
  /// anew as often as it likes.
  package mutating func makeRoom(
    for listed: [String],
    most: Int,
    keeping isKept: (String) -> Bool
  ) {
    guard numbers.count > most else { return }
    var isListed = NameTable<Bool>()
    for name in listed { isListed[name] = true }
    numbers.keep { isListed[$0] == true || isKept($0) }
  }
}
