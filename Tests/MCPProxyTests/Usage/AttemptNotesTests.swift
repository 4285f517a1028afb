import MCPProxy
import Testing

struct AttemptNotesTests {
  private static func note(
    _ endpoint: Int,
    _ certainty: Certainty = .answered,
    _ reason: CallFailure.Reason? = nil
  ) -> AttemptNotes.Note {
    AttemptNotes.Note(
      endpoint: endpoint,
      duration: .milliseconds(Int64(endpoint)),
      certainty: certainty,
      reason: reason
    )
  }

  @Test(arguments: 0..<5)
  func `attempts are kept in their order`(count: Int) {
    var notes = AttemptNotes()
    for number in 0..<count { notes.append(Self.note(number)) }
    #expect(notes.map(\.endpoint) == Array(0..<count))
    #expect(notes.count == count)
    #expect(notes.isEmpty == (count == 0))
    #expect(notes.first?.duration == (count == 0 ? nil : .milliseconds(0)))
    #expect(notes.last?.endpoint == (count == 0 ? nil : count - 1))
    #expect(notes.reversed().map(\.endpoint) == (0..<count).reversed())
  }

  @Test(
    arguments: [
      (note(0), nil), (note(0, .unknown), "cancelled"), (note(0, .notSent), "cancelled"),
      (note(0, .notSent, .breakerOpen), "breaker_open"), (note(0, .unknown, .timeout), "timeout"),
      (note(0, .answered, .invalidAnswer), "invalid_answer"),
    ] as [(AttemptNotes.Note, String?)]
  )
  func `why there is no answer is one word`(note: AttemptNotes.Note, word: String?) {
    #expect(note.word == word)
  }
}
