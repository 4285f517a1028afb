import MCPProtocol
import MCPProxy
import Testing

struct QuestionsTests {
  @Test func `a question is open until it is closed, and its number is never used again`() {
    var questions = Questions()
    let first = questions.add(.integer(1))
    let second = questions.add(.token(Array("\"a\"".utf8)))
    #expect(first != second && !questions.isEmpty)
    let id = questions.close(first)
    let again = questions.close(first)
    #expect(id == .integer(1) && again == nil)
    let third = questions.add(.integer(1))
    #expect(third != first && third != second)
    let other = questions.close(second)
    #expect(other == .token(Array("\"a\"".utf8)))
    questions.forget()
    #expect(questions.isEmpty)
    // The next process gets numbers of its own, too.
    let fourth = questions.add(.integer(1))
    #expect(![first, second, third].contains(fourth) && questions.check() == nil)
  }

  @Test func `of two under one id the later is meant`() {
    var questions = Questions()
    let first = questions.add(.integer(1))
    let second = questions.add(.integer(1))
    _ = questions.add(.integer(2))
    #expect(questions.number(of: .integer(1)) == second)
    _ = questions.close(second)
    #expect(questions.number(of: .integer(1)) == first)
    _ = questions.close(first)
    #expect(questions.number(of: .integer(1)) == nil)
    #expect(questions.number(of: .token(Array("\"2\"".utf8))) == nil)
  }

  @Test func `time runs only once the client was asked`() {
    var questions = Questions()
    let first = questions.add(.integer(1))
    let second = questions.add(.integer(2))
    #expect(!questions.anyIsAsked && questions.nextDeadline == nil)
    #expect(questions.expired(at: at(1e6)).isEmpty)
    let asked = questions.asked(second, until: at(20))
    let earlier = questions.asked(first, until: at(10))
    #expect(asked && earlier && questions.anyIsAsked && questions.nextDeadline == at(10))
    #expect(questions.expired(at: at(9.9)).isEmpty)
    #expect(questions.expired(at: at(10)) == [first])
    #expect(questions.expired(at: at(20)) == [first, second])
    _ = questions.close(first)
    #expect(questions.nextDeadline == at(20) && questions.anyIsAsked)
    _ = questions.close(second)
    #expect(questions.nextDeadline == nil && !questions.anyIsAsked)
  }

  @Test func `a question that was taken back meanwhile is not asked`() {
    var questions = Questions()
    let number = questions.add(.integer(1))
    _ = questions.close(number)
    let asked = questions.asked(number, until: at(10))
    #expect(!asked && questions.isEmpty)
    #expect(questions.expired(at: at(99)).isEmpty)
  }

  @Test func `a flood of questions has an end`() {
    var questions = Questions()
    while !questions.isFull { _ = questions.add(.integer(1)) }
    #expect(questions.check() == nil)
    let last = questions.number(of: .integer(1))
    #expect(last == UInt64(Questions.most))
    _ = last.map { questions.close($0) }
    #expect(!questions.isFull)
  }
}
