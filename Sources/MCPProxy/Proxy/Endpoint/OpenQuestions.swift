import MCPProtocol

/// What the process has asked the client and not been told.
///
/// Each has a number that is never used again, not even for the next process: whoever comes too
/// late with one finds nothing, and two questions under one id are two.
struct OpenQuestions {
  struct Question {
    let id: RequestID
    /// Until when the client may answer; `nil`: it was not asked yet.
    var timer: EventLoop.TimerID?
  }

  private var questions: [UInt64: Question] = [:]
  private var last: UInt64 = 0

  /// More at once are no questions but a flood.
  static let most = 64

  var isFull: Bool { questions.count >= Self.most }
  /// Whether the client was asked one of them.
  var anyIsAsked: Bool { questions.values.contains { $0.timer != nil } }

  mutating func add(_ id: RequestID) -> UInt64 {
    last += 1
    questions[last] = Question(id: id)
    return last
  }

  subscript(number: UInt64) -> Question? { questions[number] }

  mutating func asked(_ number: UInt64, until timer: EventLoop.TimerID) {
    questions[number]?.timer = timer
  }

  mutating func remove(_ number: UInt64) -> Question? { questions.removeValue(forKey: number) }

  /// The last question under this id: who uses one twice and takes it back means the later.
  func number(of id: RequestID) -> UInt64? {
    questions.filter { $0.value.id == id }.keys.max()
  }

  mutating func removeAll() -> [Question] {
    defer { questions.removeAll() }
    return Array(questions.values)
  }
}
