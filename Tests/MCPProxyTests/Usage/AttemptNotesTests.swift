import MCPProxy
import Testing

struct AttemptNotesTests {
  /// An endpoint's name as a JSON string.
  private static func label(_ number: Int) -> [UInt8] { Array("\"\(number)\"".utf8) }

  private static func note(
    _ endpoint: Int,
    _ certainty: Certainty = .answered,
    _ reason: CallFailure.Reason? = nil
  ) -> AttemptNotes.Note {
    AttemptNotes.Note(
      endpoint: label(endpoint),
      duration: .milliseconds(Int64(endpoint)),
      certainty: certainty,
      reason: reason
    )
  }

  @Test(arguments: 0..<5)
  func `attempts are kept in their order`(count: Int) {
    var notes = AttemptNotes()
    for number in 0..<count { notes.append(Self.note(number)) }
    let labels = (0..<count).map(Self.label)
    #expect(notes.map(\.endpoint) == labels)
    #expect(notes.count == count)
    #expect(notes.isEmpty == (count == 0))
    #expect(notes.first?.duration == (count == 0 ? nil : .milliseconds(0)))
    #expect(notes.last?.endpoint == labels.last)
    #expect(notes.reversed().map(\.endpoint) == labels.reversed())
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
