import MCPProtocol
import MCPProxy
import Testing

struct BatchTests {
  private static func line(_ batch: inout Batch) -> String? {
    batch.takeLine().map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(
    arguments: [
      ([], nil), (["1\n"], "[1]\n"), (["{}\n", "2\n", "3\n"], "[{},2,3]\n"),
    ] as [([String], String?)]
  )
  func `answers become one line`(answers: [String], line: String?) {
    var batch = Batch(open: answers.count)
    for answer in answers { batch.add(Array(answer.utf8)) }
    #expect(Self.line(&batch) == line)
    // Each is sent once.
    #expect(Self.line(&batch) == nil)
  }

  @Test func `what comes after a line begins another`() {
    var batch = Batch(open: 3)
    batch.add(Array("1\n".utf8))
    #expect(Self.line(&batch) == "[1]\n")
    batch.add(Array("2\n".utf8))
    batch.add(Array("3\n".utf8))
    #expect(Self.line(&batch) == "[2,3]\n")
    #expect(batch.open == 3)
  }

  @Test func `it is full when one more would be longer than clients take`() {
    var batch = Batch(open: 2)
    // Even an answer that is too long is sent, alone.
    #expect(!batch.isFull(for: .max))
    batch.add(Array("1\n".utf8))
    // The bracket and the answer are there.
    #expect(!batch.isFull(for: Bounds.answer - 2))
    #expect(batch.isFull(for: Bounds.answer - 1))
    #expect(batch.takeLine() != nil)
    #expect(!batch.isFull(for: .max))
  }
}
