/// The attempts of one call, in order; the first of them, mostly the only one, costs no memory.
package struct AttemptNotes: RandomAccessCollection, Sendable {
  /// One sending to one endpoint, or its refusal.
  package struct Note: Sendable {
    /// The endpoint's name as a JSON string; nil: the tool's own endpoint.
    package let endpoint: [UInt8]?
    package let duration: TimeSpan
    package let certainty: Certainty
    /// `nil`: answered, or the client took the call back.
    package let reason: FailureReason?

    package init(
      endpoint: [UInt8]?,
      duration: TimeSpan,
      certainty: Certainty,
      reason: FailureReason?
    ) {
      self.endpoint = endpoint
      self.duration = duration
      self.certainty = certainty
      self.reason = reason
    }

    /// An attempt that was answered.
    package static func answered(by endpoint: [UInt8]?, after span: TimeSpan) -> Note {
      Note(endpoint: endpoint, duration: span, certainty: .answered, reason: nil)
    }

    /// Why it brought no answer, in the log's word; `nil`: it did.
    package var word: String? {
      if let reason { return reason.rawValue }
      return certainty == .answered ? nil : "cancelled"
    }
  }

  /// The time of the only attempt, if the tool's own endpoint has answered it: nearly every call.
  package private(set) var onlyAnswer: TimeSpan?
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
    let isOnly = leading == nil
    onlyAnswer = isOnly && note.endpoint == nil && note.word == nil ? note.duration : nil
    if isOnly { leading = note } else { others.append(note) }
  }
}
