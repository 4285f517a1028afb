package import MCPProtocol

/// What a server has asked the client and not been told.
///
/// Each question has a number that is never used again, not even for the next process: whoever
/// comes too late with one finds nothing, and two questions under one id are two.
package struct Questions: Sendable {
  private struct Question: Sendable {
    let id: RequestID
    /// Until when the client may answer; nil: it was not asked yet.
    var deadline: Instant?
  }

  private var questions: [UInt64: Question] = [:]
  private var last: UInt64

  /// More at once are no questions but a flood.
  package static let most = 64

  /// Numbers are counted up from behind `start`: those of two servers must not meet.
  package init(from start: UInt64 = 0) { last = start }

  package var isEmpty: Bool { questions.isEmpty }
  package var isFull: Bool { questions.count >= Self.most }
  /// Whether the client was asked one of them.
  package var anyIsAsked: Bool { questions.values.contains { $0.deadline != nil } }

  /// Takes a question; returns its number.
  package mutating func add(_ id: RequestID) -> UInt64 {
    #if MUTANTS
    if Mutant.isActive(.questionNumberReused) { last = questions.keys.max() ?? 0 }
    #endif
    last += 1
    questions[last] = Question(id: id)
    return last
  }

  /// The client was asked; false if the question is no longer open.
  package mutating func asked(_ number: UInt64, until deadline: Instant) -> Bool {
    guard questions[number] != nil else { return false }
    questions[number]?.deadline = deadline
    return true
  }

  /// Ends a question; returns the server's id for it, or nil if it is not open.
  package mutating func close(_ number: UInt64) -> RequestID? {
    questions.removeValue(forKey: number)?.id
  }

  /// The last question under this id: who uses one twice and takes it back means the later.
  package func number(of id: RequestID) -> UInt64? {
    questions.filter { $0.value.id == id }.keys.max()
  }

  /// The process is gone, and nobody waits for an answer any more; returns what was open.
  @discardableResult package mutating func forget() -> [UInt64] {
    defer { questions.removeAll() }
    return questions.keys.sorted()
  }

  /// When the first has had its time; nil if none was asked.
  package var nextDeadline: Instant? {
    questions.isEmpty ? nil : questions.values.compactMap(\.deadline).min()
  }

  /// The questions that have had their time, in the order they came; they stay open.
  package func expired(at now: Instant) -> [UInt64] {
    guard !questions.isEmpty else { return [] }
    return questions.filter { $0.value.deadline.map { $0 <= now } ?? false }.keys.sorted()
  }

  /// What is wrong with it, if anything is; the simulation asks after every turn.
  package func check() -> String? {
    if questions.count > Self.most { return "\(questions.count) questions are open" }
    return questions.keys.contains { $0 > last } ? "a question has a number not given" : nil
  }
}
