/// The attempts of one call, in order; the first of them, mostly the only one, costs no memory.
package struct AttemptNotes: RandomAccessCollection, Sendable {
  /// One sending to one endpoint, or its refusal.
  package struct Note: Sendable {
    package let endpoint: Int
    package let duration: TimeSpan
    package let certainty: Certainty
    /// `nil`: answered, or the client took the call back.
    package let reason: CallFailure.Reason?

    package init(
      endpoint: Int,
      duration: TimeSpan,
      certainty: Certainty,
      reason: CallFailure.Reason?
    ) {
      self.endpoint = endpoint
      self.duration = duration
      self.certainty = certainty
      self.reason = reason
    }

    /// Why it brought no answer, in the log's word; `nil`: it did.
    package var word: String? {
      if let reason { return reason.rawValue }
      return certainty == .answered ? nil : "cancelled"
    }
  }

  private var leading: Note?
  private var others: [Note] = []

  package init() {}

  package var startIndex: Int { 0 }
  package var endIndex: Int { leading == nil ? 0 : 1 + others.count }

  package subscript(position: Int) -> Note {
    guard let leading else { preconditionFailure("there is no attempt") }
    return position == 0 ? leading : others[position - 1]
  }

  package mutating func append(_ note: Note) {
    if leading == nil { leading = note } else { others.append(note) }
  }
}

extension AttemptNotes.Note {
  /// An attempt that was answered.
  init(_ answer: Answer, by endpoint: Int) {
    self.init(
      endpoint: endpoint,
      duration: answer.received - answer.sent,
      certainty: .answered,
      reason: nil
    )
  }
}
