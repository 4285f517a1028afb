// What the server asks the human: under ids of its own, not always new ones.
extension SimulatedServer {
  /// How often one id was used for a question, taken back and answered.
  struct Question {
    var asked = 0
    var takenBack = 0
    var answered = 0
  }

  /// Whether it may have asked something and not been told.
  var waitsForAnswer: Bool { questions.values.contains { $0.answered < $0.asked } }

  /// The ids under which it was told too little.
  var unansweredQuestions: [String] {
    questions.filter { $0.value.answered < $0.value.asked - $0.value.takenBack }.keys.sorted()
  }

  func nextQuestion() -> String {
    lastQuestion += 1
    return "q\(lastQuestion)"
  }

  func ask(_ question: String, _ method: String, _ world: World) {
    questions[question, default: Question()].asked += 1
    write(
      #"{"jsonrpc":"2.0","id":"\#(question)","method":"\#(method)","params":{"message":"well?"}}"#,
      world
    )
  }

  /// Asks as soon as it is open, whether or not the client is ready; as some do, more than once.
  func askEarly(_ world: World) {
    if !world.client.isInitialized { world.goals.saw(.questionTooEarly) }
    for _ in 0..<world.random.number(1...8) {
      let isNew = lastQuestion == 0 || world.random.chance(0.8)
      ask(isNew ? nextQuestion() : "q\(lastQuestion)", "roots/list", world)
    }
    guard world.random.chance(0.2) else { return }
    let id = "q\(world.random.number(1...lastQuestion))"
    questions[id]?.takenBack += 1
    write(
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"\#(id)"}}"#,
      world
    )
  }

  /// The client has become ready: the worst moment to end.
  func clientIsReady(_ world: World) {
    if waitsForAnswer, world.strikes(.earlyQuestions, 2) { process.exit(.signal(9), world) }
  }

  func answered(_ json: TinyJSON, _ id: Range<Int>?, _ world: World) {
    guard let name = json.text(id), let question = questions[name] else {
      return world.fail("questions", "process \(process.id) got an answer to nothing it asked")
    }
    if question.answered >= question.asked {
      world.fail(
        "questions",
        "question \(name) was asked \(question.asked) times and answered once more"
      )
    }
    questions[name]?.answered += 1
    if question.answered > 0 { world.goals.saw(.questionsUnderOneID) }
    heldBack.removeValue(forKey: name)?()
    world.goals.saw(.questionAnswered)
  }
}
