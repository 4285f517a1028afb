import MCPProtocol

/// An array of messages and the answers gathered for it (MCP 2025-03-26, batching).
package struct Batch {
  /// Messages of the array that were not dealt with yet.
  package var open: Int
  /// Answers that were not sent yet, as an array that is still open.
  private var answers: [UInt8] = []

  package init(open: Int) { self.open = open }

  /// Whether an answer of so many bytes would make the array longer than clients take.
  package func isFull(for bytes: Int) -> Bool {
    !answers.isEmpty && answers.count + bytes > Bounds.answer
  }

  /// Adds an answer that comes with its line end.
  package mutating func add(_ frame: [UInt8]) {
    answers.append(UInt8(ascii: answers.isEmpty ? "[" : ","))
    answers.append(contentsOf: frame.dropLast())
  }

  /// The line with all answers that were not sent yet; `nil` if there are none.
  package mutating func takeLine() -> [UInt8]? {
    defer { answers = [] }
    return answers.isEmpty ? nil : answers + Array("]\n".utf8)
  }
}
