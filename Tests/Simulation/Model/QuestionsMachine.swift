import MCPProtocol

#if !MUTANTS
import MCPProxy
#endif

/// Open questions beside a list that forgets nothing.
struct QuestionsMachine: Machine {
  enum Step {
    /// The server asks, with one of a few ids.
    case ask(Int)
    /// The client is asked the question at this place, which may be closed, until so much later.
    case pass(Int, TimeSpan)
    /// The question at this place is closed, or was.
    case close(Int)
    case forget
    case advance(TimeSpan)
  }

  private struct Question {
    let number: UInt64
    let id: RequestID
    var deadline: Instant?
    var isOpen = true
  }

  private var questions = Questions()
  private var all: [Question] = []
  private var now = Instant(nanoseconds: 1_000_000_000_000)

  private static let ids: [RequestID] = [
    .token(Array("\"0\"".utf8)), .integer(1), .integer(2), .integer(3),
  ]

  private var open: [Question] { all.filter(\.isOpen) }

  mutating func apply(_ step: Step) throws(Discrepancy) -> Bool {
    var hasOthers = false
    switch step {
    case .ask(let id):
      guard !questions.isFull else { return false }
      let id = Self.ids[id]
      let number = questions.add(id)
      try require(all.allSatisfy { $0.number != number }, "\(number) was given before")
      all.append(Question(number: number, id: id))
      hasOthers = true
    case .pass(let place, let span):
      guard !all.isEmpty else { return false }
      let place = place % all.count
      let wasOpen = questions.asked(all[place].number, until: now + span)
      try require(wasOpen == all[place].isOpen, "question \(all[place].number) open: \(wasOpen)")
      if wasOpen { all[place].deadline = now + span }
    case .close(let place):
      guard !all.isEmpty else { return false }
      let place = place % all.count
      let id = questions.close(all[place].number)
      let expected = all[place].isOpen ? all[place].id : nil
      try require(id == expected, "question \(all[place].number) was \(String(describing: id))")
      hasOthers = all[place].isOpen
      all[place].isOpen = false
    case .forget:
      questions.forget()
      hasOthers = true
      for place in all.indices { all[place].isOpen = false }
    case .advance(let span): now = now + span
    }
    let open = open
    try compare(open)
    if hasOthers { try compareIDs(open) }
    return true
  }

  private func compare(_ open: [Question]) throws(Discrepancy) {
    let problem = questions.check()
    try require(problem == nil, problem ?? "")
    try require(questions.isEmpty == open.isEmpty, "empty: \(questions.isEmpty)")
    try require(questions.isFull == (open.count >= Questions.most), "full: \(questions.isFull)")
    let deadlines = open.compactMap(\.deadline)
    try require(questions.anyIsAsked == !deadlines.isEmpty, "asked: \(questions.anyIsAsked)")
    try require(questions.nextDeadline == deadlines.min(), "next deadline")
    let due = open.filter { $0.deadline.map { $0 <= now } ?? false }.map(\.number)
    let expired = questions.expired(at: now)
    try require(expired == due, "had their time: \(expired), not \(due)")
  }

  /// Only opening and closing change which question an id means.
  private func compareIDs(_ open: [Question]) throws(Discrepancy) {
    for id in Self.ids {
      let last = open.last { $0.id == id }?.number
      let number = questions.number(of: id)
      try require(number == last, "\(id) is \(number ?? 0), not \(last ?? 0)")
    }
  }
}

extension QuestionsMachine {
  init(_ random: inout SeededRandom) {}

  static func draw(_ random: inout SeededRandom) -> Step {
    switch random.below(40) {
    case 0..<14: .ask(random.below(4))
    case 14..<24: .pass(random.below(1000), .seconds(Int64(random.below(20))))
    case 24..<35: .close(random.below(1000))
    case 35: random.below(5) == 0 ? .forget : .ask(1)
    default: .advance(.seconds(Int64(random.below(5))))
    }
  }
}
